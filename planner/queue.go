package planner

import (
	"container/heap"
	"slices"

	"buckethead/config/addr"
)

// Queue tells which operations of a plan can start: those whose predecessors are all done.
type Queue struct {
	at    map[addr.Address]int
	waits []int   // for how many others each one waits
	after [][]int // which wait for each one
	ready lowest
	begun []bool
}

func newQueue(operations []*Operation) *Queue {
	q := &Queue{waits: make([]int, len(operations)), begun: make([]bool, len(operations))}
	if slices.ContainsFunc(operations, func(o *Operation) bool { return len(o.After) > 0 }) {
		q.at, q.after = make(map[addr.Address]int, len(operations)), make([][]int, len(operations))
		for i, o := range operations {
			q.at[o.Address] = i
		}
		for i, o := range operations {
			for _, w := range o.After {
				if before, there := q.at[w.Address]; there {
					q.after[before] = append(q.after[before], i)
					q.waits[i]++
				}
			}
		}
	}
	for i, n := range q.waits {
		if n == 0 {
			q.ready = append(q.ready, i) // in order, which is a heap
		}
	}
	return q
}

// Next returns the number of the first operation in the plan that can start and was not returned
// before. It returns false if no operation can start.
func (q *Queue) Next() (int, bool) {
	for len(q.ready) > 0 {
		if i := heap.Pop(&q.ready).(int); !q.begun[i] {
			q.begun[i] = true
			return i, true
		}
	}
	return 0, false
}

// Done tells the queue that an operation has ended, successfully or not.
func (q *Queue) Done(i int) {
	q.begun[i] = true
	if q.after == nil {
		return
	}
	for _, next := range q.after[i] {
		if q.waits[next]--; q.waits[next] == 0 {
			heap.Push(&q.ready, next)
		}
	}
}

// circle returns operations that wait for each other, each for the next one and the last for the
// first. None can start.
func (q *Queue) circle(operations []*Operation) []*Operation {
	i := slices.Index(q.begun, false)
	met := map[int]int{}
	var path []*Operation
	for {
		if start, known := met[i]; known {
			return path[start:]
		}
		met[i] = len(path)
		path = append(path, operations[i])
		for _, w := range operations[i].After {
			if before, there := q.at[w.Address]; there && !q.begun[before] {
				i = before
				break
			}
		}
	}
}

// lowest is a heap of numbers, the lowest on top.
type lowest []int

func (h lowest) Len() int           { return len(h) }
func (h lowest) Less(i, j int) bool { return h[i] < h[j] }
func (h lowest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lowest) Push(x any)        { *h = append(*h, x.(int)) }
func (h *lowest) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
