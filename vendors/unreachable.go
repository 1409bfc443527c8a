package vendors

import (
	"crypto/tls"
	"errors"
	"net"
	"syscall"
)

// ErrUnreachable is an additional cause of an [Error] of kind ErrUnavailable: no connection
// could be made, and trying again soon cannot help. See [Unreachable].
var ErrUnreachable = errors.New("unreachable")

// Unreachable reports whether the error of a request says that its address accepts no connection and
// will not do so soon: nothing listens there, the host is unknown, or its certificate is not valid.
// Such a request is not sent again.
func Unreachable(err error) bool {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
	)
	return errors.Is(err, ErrUnreachable) || ConnectionRefused(err) ||
		errors.As(err, &name) && name.IsNotFound || errors.As(err, &certificate) || errors.As(err, &record)
}

// ConnectionRefused reports whether the error of a request says that nothing listens at its
// address.
func ConnectionRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windowsRefused)
}

// windowsRefused is the Windows error number for a refused connection, which is not
// syscall.ECONNREFUSED. No other system uses that number.
const windowsRefused = syscall.Errno(10061)
