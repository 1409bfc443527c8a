package planner

import "buckethead/config/diag"

// Order lists operations, and returns the faults that it finds.
func Order(operations []*Operation) ([]Operation, diag.List) {
	m := &maker{}
	return m.order(operations), m.diags
}
