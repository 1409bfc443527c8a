// This file is empty. It lets functions of this package have no body: those in
// core.go are the SDK's.
