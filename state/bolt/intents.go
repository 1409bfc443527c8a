package bolt

import (
	"maps"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
)

// openIntents changes the intents in a file and remembers which project each belongs to,
// so that those of one project are found without decoding the others. It is used only in
// write transactions, and there is one of those at a time.
type openIntents struct {
	// after is the number of the transaction after which the maps are valid, if it is
	// committed. It is 0 if they are not valid.
	after     int
	projects  map[string]addr.Address // by key; nil until they are needed
	byProject map[addr.Address]map[string]bool
}

// during runs act in a transaction. If the previous transaction was not committed, the maps are
// dropped, and rebuilt when they are needed. The transaction numbers show this: they have no
// gaps, and a transaction that left nothing in the file passes its number on to the next. A
// transaction whose last sync failed is still in the file, and keeps its number.
func (o *openIntents) during(w *writing, act func(*writing) error) error {
	if o.after != w.tx.ID()-1 {
		o.projects, o.byProject = nil, nil
	}
	o.after = 0
	err := act(w)
	if err == nil {
		o.after = w.tx.ID()
	}
	return err
}

// put writes an intent under its key.
func (o *openIntents) put(w *writing, k []byte, i state.Intent) error {
	o.forget(k)
	o.note(k, i)
	return w.put(bucketIntents, k, i)
}

// remove deletes an intent. It is not an error if there is no such intent.
func (o *openIntents) remove(w *writing, k []byte) error {
	o.forget(k)
	return w.remove(bucketIntents, k)
}

// removeAll deletes the intents of a project, but for those whose ids are given.
func (o *openIntents) removeAll(w *writing, p addr.Address, but []uint64) error {
	keys, err := o.of(w.tx, p)
	for _, k := range keys {
		kept := slices.ContainsFunc(but, func(id uint64) bool { return string(number(id)) == k })
		if err == nil && !kept {
			err = o.remove(w, []byte(k))
		}
	}
	return err
}

// move changes the project of a project's intents.
func (o *openIntents) move(w *writing, from, to addr.Address) error {
	keys, err := o.of(w.tx, from)
	for _, k := range keys {
		var i state.Intent
		if err == nil {
			err = new(decoder).entry(bucketIntents, []byte(k), w.tx.Bucket(bucketIntents).Get([]byte(k)), &i)
		}
		if err == nil {
			i.Project = to
			err = o.put(w, []byte(k), i)
		}
	}
	return err
}

// of returns the keys of a project's intents.
func (o *openIntents) of(tx *bbolt.Tx, p addr.Address) ([]string, error) {
	if o.projects == nil {
		o.projects, o.byProject = map[string]addr.Address{}, map[addr.Address]map[string]bool{}
		if err := each(tx, bucketIntents, o.note); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(o.byProject[p])), nil
}

func (o *openIntents) note(k []byte, i state.Intent) {
	if o.projects == nil {
		return
	}
	o.projects[string(k)] = i.Project
	if o.byProject[i.Project] == nil {
		o.byProject[i.Project] = map[string]bool{}
	}
	o.byProject[i.Project][string(k)] = true
}

func (o *openIntents) forget(k []byte) {
	p, known := o.projects[string(k)]
	if !known {
		return
	}
	delete(o.projects, string(k))
	delete(o.byProject[p], string(k))
	if len(o.byProject[p]) == 0 {
		delete(o.byProject, p)
	}
}
