package planner

// OperationID is the id that a lineage draws for the n-th operation of a project.
var OperationID = operationID
