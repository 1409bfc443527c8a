package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/planfile"
	"buckethead/vendors/parallel"
)

// savePlan writes a plan to a file, which is replaced atomically, or to a pipe or a device.
func savePlan(ctx context.Context, s *session, path string, plan *planner.Plan) error {
	var text bytes.Buffer
	if err := planfile.Write(&text, plan, version); err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	if s.run.secrets.Contains(text.Bytes()) {
		return s.fail(diag.Diagnostic{Kind: secretInPlan,
			Detail: path + " was not written.", Fix: twoUses})
	}
	_, err := parallel.Await(ctx, func() (struct{}, error) {
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			return struct{}{}, os.WriteFile(path, text.Bytes(), 0o600)
		}
		return struct{}{}, replaceFile(path, text.Bytes(), 0o600)
	})
	if err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	return nil
}

// readPlan reads a saved plan.
func readPlan(ctx context.Context, path string) (*planner.Plan, error) {
	plan, err := parallel.Await(ctx, func() (*planner.Plan, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		return planfile.Read(file)
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		target := "--target"
		if p, err := addr.ParseProject(path); err == nil {
			target = "bh apply --target " + inShell(p.Label())
		}
		return nil, fmt.Errorf("there is no saved plan %s (bh plan --out writes one); "+
			"to apply only one project: %s", path, target)
	case err != nil:
		return nil, fmt.Errorf("read the plan %s: %w", path, err)
	}
	return plan, nil
}
