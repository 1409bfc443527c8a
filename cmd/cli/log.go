package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"buckethead/cmd/connections"
	"buckethead/vendors/parallel"
)

// logLevels are the words of BH_LOG.
var logLevels = map[string]slog.Level{"error": slog.LevelError, "warn": slog.LevelWarn, "info": slog.LevelInfo,
	"debug": slog.LevelDebug, "trace": connections.LevelTrace}

// openLog makes the log that BH_LOG and BH_LOG_PATH ask for; without them it is silent.
func (s *session) openLog(ctx context.Context) error {
	s.log = slog.New(slog.DiscardHandler)
	level, known := logLevels[strings.ToLower(s.p.get("BH_LOG"))]
	switch {
	case s.p.get("BH_LOG") == "":
		return nil
	case !known:
		return fmt.Errorf("BH_LOG is %q, and has to be error, warn, info, debug or trace", s.p.get("BH_LOG"))
	}
	var out io.Writer = s.p.Stderr
	if path := s.p.get("BH_LOG_PATH"); path != "" {
		file, err := parallel.Await(ctx, func() (*os.File, error) {
			return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		})
		if err != nil {
			return fmt.Errorf("write the log: %w", err)
		}
		s.closers = append(s.closers, file)
		out = file
	}
	s.log = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))
	return nil
}
