// Package connect is the HTTP API of a 1Password Connect server, in memory:
// https://developer.1password.com/docs/connect/api-reference/.
//
// # What belongs here
//
// What these endpoints accept, keep and answer, their delays, oddities and faults, and
// ways to look behind the API. Nothing that only a client needs belongs here, and
// nothing of a client is used, so that the package can judge one.
//
// # Strictness
//
// A path, method, query parameter, header or JSON member that is not known is refused
// and kept in Unknown, where the real server may just look away. If it is not known what
// the real server does, the answer that is harder for a client is given; comments say so
// with the word "unverified". The list of activity is not simulated, and is answered as
// an unknown path.
package connect
