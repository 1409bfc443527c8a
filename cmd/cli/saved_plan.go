package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"buckethead/planner"
	"buckethead/planner/planfile"
	"buckethead/vendors/parallel"
)

// savePlan writes a plan to a file.
func savePlan(ctx context.Context, path string, plan *planner.Plan) error {
	file, err := parallel.Await(ctx, func() (*os.File, error) {
		return os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	})
	if err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	err = planfile.Write(file, plan, version)
	if closed := file.Close(); err == nil {
		err = closed
	}
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
		return nil, fmt.Errorf("there is no saved plan %s, which bh plan --out writes; "+
			"to apply one project alone: --target", path)
	case err != nil:
		return nil, fmt.Errorf("read the plan %s: %w", path, err)
	}
	return plan, nil
}
