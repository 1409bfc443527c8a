package refresh

import (
	"context"
	"errors"
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// probe looks for objects in the buckets that may be destroyed, if the cloud can do that.
func (o *observer) probe(ctx context.Context) {
	departing := planner.Departing(planner.Input{Desired: o.request.Desired, Recorded: o.request.Recorded,
		Mode: o.request.Mode})
	slices.SortFunc(departing, func(a, b state.Record) int { return a.Project.Compare(b.Project) })
	g := parallel.NewGroup(o.request.Parallelism)
	for _, r := range departing {
		if r.Bucket == nil || r.OnDestroy == string(config.Retain) {
			continue
		}
		key := observed.BucketKey{Cloud: r.Cloud, ID: *r.Bucket}
		reader, err := o.readers.Buckets(ctx, r.Cloud)
		if err != nil {
			continue // the list of this cloud has reported it
		}
		prober, able := vendors.As[vendors.EmptinessProber](reader)
		if _, there := o.world.Buckets[key]; !there || !able {
			continue
		}
		g.Go(func() {
			if !o.mayRead(ctx, r.Project) {
				return
			}
			o.count(r.Cloud, reader)
			found, err := prober.ProbeEmptiness(ctx, key.ID)
			switch {
			case errors.Is(err, vendors.ErrNotFound):
			case err != nil:
				o.missing(r.Project, err)
			default:
				o.mu.Lock()
				defer o.mu.Unlock()
				o.world.Emptiness[key] = found
			}
		})
	}
	g.Wait()
}

// fingerprintRegistered takes the fingerprints of registered secrets, and reads
// those that are references.
func (o *observer) fingerprintRegistered(ctx context.Context) {
	if o.request.Mode == planner.DestroyAll {
		return
	}
	var registered []*config.Project
	var references []string
	for i := range o.request.Desired.Projects {
		p := &o.request.Desired.Projects[i]
		if p.Register == nil || o.request.Scope != nil && !o.request.Scope(p.Addr) {
			continue
		}
		registered = append(registered, p)
		if p.Register.Reference != "" {
			references = append(references, p.Register.Reference)
		}
	}
	var values map[string]vendors.Secret
	var faults map[string]error
	if len(references) > 0 {
		if !o.mayRead(ctx, addr.Address{}) {
			return
		}
		values, faults = o.readers.Resolve(ctx, references)
	}
	for _, p := range registered {
		secret := p.Register.SecretAccessKey
		if reference := p.Register.Reference; reference != "" {
			if err := faults[reference]; err != nil {
				fault := o.projectFault(p.Addr, err)
				if errors.Is(err, vendors.ErrNotFound) {
					fault.Fix = "Correct the reference. If another project of this file makes that item, " +
						"apply that one first: --target."
				}
				o.diags = append(o.diags, fault)
				continue
			}
			secret = values[reference]
		}
		o.world.Registered[p.Addr] = vendors.Fingerprint(o.request.Recorded.Meta.FingerprintKey, secret)
	}
}
