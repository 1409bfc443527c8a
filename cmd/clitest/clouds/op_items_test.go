package clouds

import (
	"fmt"
	"strings"
	"testing"
	"time"

	connectsim "buckethead/vendors/sim/connect"
)

// An item that someone duplicates has the same title, tag and mark: bh keeps to its own by
// the id, says that there are two, and touches the copy in no command.
func TestOP_doubled(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		a.declare(opPhotos)
		a.converges(1)
		own := a.live()[0]
		copied := a.connect.AddItem(a.vault, own)
		out, code := a.bh("plan", "--detailed-exitcode")
		if code != 0 || !strings.Contains(out, "No changes") || !strings.Contains(out, "[BH2062]") || !strings.Contains(out, own.ID) || !strings.Contains(out, copied) {
			t.Fatalf("exit %d\n%s", code, out)
		}
		if out, code := a.bh("drift"); code != 2 || !strings.Contains(out, "item_doubled") || !strings.Contains(out, copied+" beside "+own.ID) {
			t.Errorf("exit %d\n%s", code, out)
		}
		if out := a.must("env", "photos", "--by-id"); !strings.Contains(out, "op://Engineering/"+own.ID+"/") {
			t.Errorf("the references are\n%s", out)
		}
		twin, _ := a.connect.Item(copied)
		before := value(twin, "secret_access_key")
		if out := a.must("rotate", "photos", "--yes"); !strings.Contains(out, "op://Engineering/"+own.ID) {
			t.Errorf("the rotation does not name the item by its id\n%s", out)
		}
		a.must("destroy", "photos", "--yes")
		if left := a.live(); len(left) != 1 || left[0].ID != copied || value(left[0], "secret_access_key") != before {
			t.Errorf("after the destroy there are %+v", left)
		}
	})
}

// A state that is rebuilt cannot know which of the two is bh's: it says so.
func TestOP_doubledAndRebuilt(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		a.declare(opPhotos)
		a.converges(1)
		own := a.live()[0]
		copied := a.connect.AddItem(a.vault, own)
		if out := a.must("state", "rebuild", "--force"); !strings.Contains(out, "several items have its mark") || !strings.Contains(out, own.ID) || !strings.Contains(out, copied) {
			t.Errorf("got\n%s", out)
		}
	})
}

// A vault whose items are gone, or are in another vault by now, renews nothing unasked.
func TestOP_itemsGoneAtOnce(t *testing.T) {
	for name, lose := range map[string]func(a *opAccount, id string){
		"deleted":  func(a *opAccount, id string) { a.connect.RemoveItem(id) },
		"archived": func(a *opAccount, id string) { a.connect.ArchiveItem(id) },
		"moved":    func(a *opAccount, id string) { a.connect.MoveItem(id, a.connect.AddVault("Other")) },
	} {
		t.Run(name, func(t *testing.T) {
			opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
				text := ""
				for i := range 4 {
					text += fmt.Sprintf("project \"p%d\" {\n  bucket = \"bucket-%d\"\n}\n", i, i)
				}
				a.declare(text)
				a.converges(4)
				keys := fmt.Sprint(a.minted())
				time.Sleep(time.Minute)
				lost := a.live()[1:]
				for _, x := range lost {
					lose(a, x.ID)
				}
				for _, command := range [][]string{{"plan"}, {"apply", "--yes"}, {"rotate", lost[0].Title, "--yes"}} {
					if out, code := a.bh(command...); code != 1 || !strings.Contains(out, "3 of the 4 items that bh stored in onepassword.eng are not there") {
						t.Errorf("%s: exit %d\n%s", command, code, out)
					}
				}
				if fmt.Sprint(a.minted()) != keys {
					t.Error("keys were issued")
				}
				a.must("apply", "--yes", "--allow-reissue")
				if len(a.minted()) != 7 {
					t.Errorf("%d keys; the old ones still work", len(a.minted()))
				}
				time.Sleep(25 * time.Hour)
				a.must("apply", "--yes")
				if out := a.must("plan"); !strings.Contains(out, "No changes") || len(a.live()) != 4 || len(a.minted()) != 4 {
					t.Errorf("%d items, %d keys\n%s", len(a.live()), len(a.minted()), out)
				}
			})
		})
	}
}
