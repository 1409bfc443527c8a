package planner

import "buckethead/config/diag"

// OperationID is the id that a lineage draws for the n-th operation of a project.
var OperationID = operationID

// Order lists operations, and returns the faults that it finds.
func Order(operations []*Operation) ([]Operation, diag.List) {
	m := &maker{}
	return m.order(operations), m.diags
}
