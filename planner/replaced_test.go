package planner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// replacing has an import block name a key whose secret nobody has.
func replacing(s *scene) {
	s.forgetRecord()
	s.deleteItem()
	s.credential(func(c *vendors.Credential) { c.Name = "made elsewhere" })
	s.in.Desired.Imports = []config.Import{{To: photos, Bucket: "photos-bucket", AccessKeyID: "K1"}}
}

// TestMake_replacedKey: a key that an import block names without an item retires as soon as a
// new one is stored, and never one that opens more than the bucket or belongs to others.
func TestMake_replacedKey(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*scene)
		steps   []string
		overlap time.Duration
		says    string
		fault   string
	}{
		{"without rotate: the default overlap", func(*scene) {}, []string{claim, issue, storeStep, verify}, config.DefaultOverlap, "works until 2026-11-24", ""},
		{"with an overlap", func(s *scene) { s.desc.Rotate = &config.Rotation{Every: 1e18, Overlap: 72 * time.Hour} },
			[]string{claim, issue, storeStep, verify}, 72 * time.Hour, "works until 2026-11-26", ""},
		{"without one", func(s *scene) { s.desc.Rotate = &config.Rotation{Every: 1e18} },
			[]string{claim, issue, storeStep, verify, revoke}, 0, "is revoked as soon as it is stored", ""},
		{"stopped between store and commit", func(s *scene) {
			s.item(func(i *observed.Item) {
				i.Fingerprint = "FX"
				i.Mark.Operation = "op2"
				i.Fields[vendors.FieldAccessKeyID] = "KX"
			})
			s.unrecorded("bh/main/project.photos/op2")
			s.rec = &state.Record{Project: photos, Cloud: cloud, Secrets: store, Bucket: &vendors.BucketID{Name: "photos-bucket"}, OnDestroy: "refuse",
				Pending: &state.CredentialRef{ID: "KX", Name: "bh/main/project.photos/op2", Fingerprint: "FX", IssuedAt: now}}
			s.intent(planner.StepStoreCredential, "photos")
		}, []string{confirm, writeItem, verify}, config.DefaultOverlap, "", ""},
		{"once it is adopted, the block says nothing more", func(s *scene) {
			*s = *newScene()
			s.in.Desired.Imports = []config.Import{{To: photos, AccessKeyID: "K1"}}
		}, nil, 0, "", ""},
		{"one that is not there", (*scene).deleteCredential, nil, 0, "is not a credential of local.main", "BH2047"},
		{"one that opens more", func(s *scene) { s.credential(func(c *vendors.Credential) { c.Bucket = vendors.BucketID{} }) }, nil, 0, "for the bucket photos-bucket alone", "BH2047"},
		{"one of another bucket", func(s *scene) { s.credential(func(c *vendors.Credential) { c.Bucket.Name = "other" }) }, nil, 0, "for the bucket photos-bucket alone", "BH2047"},
		{"one of another project", func(s *scene) {
			s.in.Recorded.Records[albums] = state.Record{Project: albums, Cloud: cloud, Secrets: store, Active: &state.CredentialRef{ID: "K1"}}
		}, nil, 0, "a project of this stack", "BH2047"},
		{"one of another state", func(s *scene) {
			s.credential(func(c *vendors.Credential) { c.Name, c.Bucket.Name = drawnBy(theirs, albums, 1), "other" })
		}, nil, 0, "belongs to main@", "BH2047"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene()
			replacing(s)
			tt.change(s)
			plan, diags := s.make(t)
			if tt.fault != "" {
				if slices.ContainsFunc(plan.Operations, func(o planner.Operation) bool { return o.Address == photos }) ||
					!strings.Contains(said(diags), tt.fault) || !strings.Contains(said(diags), tt.says) {
					t.Fatalf("got %v and\n%s", plan.Operations, said(diags))
				}
				return
			}
			var steps []string
			for _, o := range plan.Operations {
				if o.Address != photos {
					continue
				}
				if !strings.Contains(strings.Join(o.Notes, "\n"), tt.says) {
					t.Errorf("the notes are %q", o.Notes)
				}
				for _, step := range o.Steps {
					if step.Name() != planner.StepSettle {
						steps = append(steps, step.Name())
					}
					switch step := step.(type) {
					case planner.StoreCredential:
						if step.Retires == nil || step.Retires.ID != "K1" || step.Overlap != tt.overlap {
							t.Errorf("it stores %+v", step)
						}
					case planner.ConfirmStored:
						if step.Retires == nil || step.Retires.ID != "K1" || step.Overlap != tt.overlap {
							t.Errorf("it confirms %+v", step)
						}
					}
				}
			}
			if !slices.Equal(steps, tt.steps) {
				t.Errorf("the steps are %q, want %q\n%s", steps, tt.steps, said(diags))
			}
		})
	}
}

func said(diags diag.List) string {
	var b strings.Builder
	for _, d := range diags {
		b.WriteString(d.Kind.Code + " " + d.Detail + "\n")
	}
	return b.String()
}

// An offline plan takes the key for granted, as the bucket beside it.
func TestAssumed_replacedKey(t *testing.T) {
	s := newScene()
	replacing(s)
	s.in.Observed = planner.Assumed(s.in.Desired, s.in.Recorded, s.in.Now)
	plan, diags := s.make(t)
	if len(diags) > 0 || len(plan.Operations) != 1 || plan.Operations[0].Kind != planner.Adopt {
		t.Errorf("got %v and %s", plan.Operations, said(diags))
	}
}
