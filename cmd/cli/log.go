package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"buckethead/cmd/connections"
	"buckethead/cmd/redact"
	"buckethead/vendors/parallel"
)

// logLevels maps the values of BH_LOG.
var logLevels = map[string]slog.Level{"error": slog.LevelError, "warn": slog.LevelWarn, "info": slog.LevelInfo,
	"debug": slog.LevelDebug, "trace": connections.LevelTrace}

// openLog opens the log that BH_LOG and BH_LOG_PATH ask for. Without them, nothing is logged. The caller closes
// the file, if there is one.
func openLog(ctx context.Context, p Process, secrets *redact.Set) (log *slog.Logger, file io.Closer, err error) {
	name, path := p.get("BH_LOG"), p.get("BH_LOG_PATH")
	if name == "" {
		return slog.New(slog.DiscardHandler), nil, nil
	}
	level, known := logLevels[strings.ToLower(name)]
	if !known {
		return nil, nil, fmt.Errorf("BH_LOG is %q; it must be error, warn, info, debug or trace", name)
	}
	var out io.Writer = p.Stderr
	if path != "" {
		opened, err := parallel.Await(ctx, func() (*os.File, error) {
			return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		})
		if err != nil {
			return nil, nil, fmt.Errorf("write the log: %w", err)
		}
		redacted := secrets.Writer(opened)
		out, file = redacted, redacted
	}
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level})), file, nil
}
