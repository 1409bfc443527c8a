package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors/parallel"
)

// questions asks one question after the other on the terminal.
type questions struct {
	run   *run
	input *bufio.Reader
}

// mayAskFor reports whether somebody can answer, and the answers do not get in the way of a program.
func mayAskFor(r *run, flags common) bool {
	return r.StdinTTY && flags.input && (flags.format == "" || flags.format == "human")
}

// ask asks for everything that was not chosen.
func (s *starter) ask(ctx context.Context, r *run) error {
	folder, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	q := &questions{r, bufio.NewReader(r.Stdin)}
	always := func() bool { return true }
	for _, one := range []struct {
		at       *string
		text     string
		of       []place
		proposal func() string
		when     func() bool
	}{
		{&s.Cloud, "Where are the buckets?", clouds, nil, always},
		{&s.Secrets, "Where do the keys go?", stores, nil, always},
		{&s.Vault, "The vault", nil, func() string { return "Engineering" }, func() bool { return s.Secrets == "onepassword" }},
		{&s.State, "Where does bh keep its state?", states, nil, always},
		{&s.Stack, "The stack, a name that marks what this file owns", nil, func() string { return config.StackNameFor(filepath.Base(folder)) }, always},
		{&s.Bucket, "The bucket of the state", nil, func() string { return stateBucketFor(s.Stack) }, func() bool { return s.State == "s3" }},
		{&s.CI, "Which CI runs bh?", ciServices, nil, always},
	} {
		if *one.at != "" || !one.when() {
			continue
		}
		if one.of != nil {
			*one.at, err = q.choose(ctx, one.text, one.of)
		} else {
			*one.at, err = q.text(ctx, one.text, one.proposal())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// choose asks until the answer is the number or the name of a choice. The first one is taken if nothing is typed.
func (q *questions) choose(ctx context.Context, text string, of []place) (string, error) {
	var rows [][]string
	for i, p := range of {
		rows = append(rows, []string{"  " + strconv.Itoa(i+1), p.name, p.about})
	}
	_, _ = fmt.Fprintf(q.run.Stdout, "%s\n%s", text, view.Table(rows))
	for {
		answer, err := q.line(ctx, fmt.Sprintf("Number or name [%s]: ", of[0].name))
		if err != nil {
			return "", err
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(of) {
			answer = of[n-1].name
		}
		if answer = cmp.Or(answer, of[0].name); slices.Contains(names(of), answer) {
			return answer, nil
		}
		_, _ = fmt.Fprintf(q.run.Stdout, "%q is not one of them.\n", answer)
	}
}

func (q *questions) text(ctx context.Context, text, proposal string) (string, error) {
	answer, err := q.line(ctx, fmt.Sprintf("%s [%s]: ", text, proposal))
	return cmp.Or(answer, proposal), err
}

// line shows a prompt and reads a line. A signal ends the wait.
func (q *questions) line(ctx context.Context, prompt string) (string, error) {
	_, _ = fmt.Fprint(q.run.Stdout, prompt)
	q.run.ending.flush()
	answer, err := parallel.Await(ctx, func() (string, error) { return q.input.ReadString('\n') })
	if ctx.Err() != nil {
		_, _ = fmt.Fprintln(q.run.Stdout)
		return "", context.Cause(ctx)
	}
	if err != nil && strings.TrimSpace(answer) == "" {
		_, _ = fmt.Fprintln(q.run.Stdout)
		return "", errors.New("no answer; nothing was written")
	}
	return strings.TrimSpace(answer), nil
}
