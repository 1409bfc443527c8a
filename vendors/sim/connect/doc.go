// Package connect is the HTTP API of a 1Password Connect server, in memory:
// https://developer.1password.com/docs/connect/api-reference/.
//
// # What belongs here
//
// What these endpoints accept, keep and return, their delays, oddities and faults, and ways to
// look behind the API. Nothing that only a client needs belongs here, and no code is shared
// with a client, so that the package can judge one.
//
// # Strictness
//
// An unknown path, method, query parameter, header or JSON member is refused and recorded in
// Unknown, even where the real server may ignore it. If the behaviour of the real server is not
// known, the simulator chooses what is harder for a client; comments mark this with the word
// "unverified". The list of activity is not simulated, and is treated as an unknown path.
package connect
