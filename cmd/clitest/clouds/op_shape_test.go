package clouds

import (
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	connectsim "buckethead/vendors/sim/connect"
)

func fieldOf(x connectsim.Item, id string) connectsim.Field {
	for _, f := range x.Fields {
		if f.ID == id {
			return f
		}
	}
	return connectsim.Field{}
}

func editField(id string, change func(*connectsim.Field)) func(*connectsim.Item) {
	return func(x *connectsim.Item) {
		for i := range x.Fields {
			if x.Fields[i].ID == id {
				change(&x.Fields[i])
			}
		}
	}
}

// How an item looks is compared as well: what someone did to a field of bh's is put back,
// and the secret stays the same.
func TestOP_fieldsThatPeopleReshape(t *testing.T) {
	const secret = vendors.FieldSecretAccessKey
	for name, c := range map[string]struct {
		touch func(x *connectsim.Item)
		want  string
	}{
		"the secret is shown": {editField(secret, func(f *connectsim.Field) { f.Type = "STRING" }), `secret_access_key type: "visible" -> "concealed"`},
		"a label":             {editField(vendors.FieldBucket, func(f *connectsim.Field) { f.Label = "B" }), `bucket label: "B" -> "bucket"`},
		"a section": {func(x *connectsim.Item) {
			x.Sections = append(x.Sections, connectsim.Section{ID: "mine", Label: "mine"})
			editField(secret, func(f *connectsim.Field) { f.Section = "mine" })(x)
		}, `secret_access_key section: "mine" -> "keys"`},
	} {
		t.Run(name, func(t *testing.T) {
			opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
				a.declare(opPhotos)
				a.converges(1)
				before := a.live()[0]
				time.Sleep(time.Minute)
				a.connect.EditItem(before.ID, c.touch)
				out := a.planOf()
				for _, want := range []string{"~ update", "edited outside of bh", c.want, "Plan: 1 to update."} {
					if !strings.Contains(out, want) {
						t.Errorf("the plan lacks %q:\n%s", want, out)
					}
				}
				if out, code := a.bh("drift"); code != 2 || !strings.Contains(out, strings.Split(c.want, ":")[0]) {
					t.Errorf("drift: exit %d\n%s", code, out)
				}
				a.converges(1)
				after := a.live()[0]
				for _, f := range before.Fields {
					f.Value = fieldOf(after, f.ID).Value // the mark has another operation
					if got := fieldOf(after, f.ID); got != f {
						t.Errorf("the field %s was %+v and is %+v", f.ID, f, got)
					}
				}
				if value(before, secret) != value(after, secret) {
					t.Error("the secret is another one")
				}
			})
		})
	}
}

// Labels that are declared later, or no longer, are given to the items that exist.
func TestOP_labelsChange(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		a.declare(opPhotos)
		a.converges(1)
		before := a.live()[0]
		labels := func(text string) {
			a.write("buckets.hcl", strings.Replace(opHead, "  on_delete", text+"\n  on_delete", 1)+opPhotos)
		}
		for _, c := range []struct{ fields, id, secret string }{
			{`fields = { access_key_id = "Access Key ID", secret_access_key = "Secret" }`, "Access Key ID", "Secret"},
			{`fields = { secret_access_key = "Geheimnis" }`, "access_key_id", "Geheimnis"},
			{``, "access_key_id", "secret_access_key"},
		} {
			labels(c.fields)
			out := a.planOf()
			if !strings.Contains(out, "~ update") || !strings.Contains(out, `fields: "as stored" -> "as onepassword.eng declares"`) {
				t.Errorf("the plan:\n%s", out)
			}
			if out := a.must("drift"); !strings.Contains(out, "No drift") {
				t.Errorf("a change of the declaration is not drift:\n%s", out)
			}
			a.converges(1)
			x := a.live()[0]
			if got := fieldOf(x, vendors.FieldAccessKeyID).Label; got != c.id {
				t.Errorf("the label is %q, want %q", got, c.id)
			}
			if got := fieldOf(x, vendors.FieldSecretAccessKey); got.Label != c.secret || got.Value != value(before, vendors.FieldSecretAccessKey) || got.Type != "CONCEALED" {
				t.Errorf("the secret is under %q as %s, want %q", got.Label, got.Type, c.secret)
			}
			if len(x.Fields) != len(before.Fields) {
				t.Errorf("%d fields were %d", len(x.Fields), len(before.Fields))
			}
		}
	})
}
