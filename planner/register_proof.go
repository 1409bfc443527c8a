package planner

import "buckethead/state"

// proof returns the step that proves what the declared project stores.
func (s *subject) proof() VerifyCredential {
	return VerifyCredential{AllowedIPs: s.desired.AllowedIPs,
		ReadBack: s.desired.Register != nil && s.desired.Register.Unverified}
}

// needRegisteredProof plans the proof where it is owed: after a run that did not get that
// far, and once verify is no longer false. What --verify=false waived stays waived.
func (m *maker) needRegisteredProof(s *subject, d *draft) {
	r, proof := s.record, s.proof()
	switch {
	case r.Proof == state.Unproved && proof.ReadBack:
		d.because(Update, "unproved", "the proof that is still owed is waived")
	case r.Proof == state.Unproved:
		d.because(Update, "unproved", "the stored keys were not proved to open the bucket yet")
	case r.Proof == state.Waived && r.Applied.Unverified && !proof.ReadBack:
		d.because(Update, "unproved", "verify is no longer false; the stored keys are proved")
	default:
		return
	}
	d.add(proof)
}

// readsBack reports whether a step leaves out the proof of the keys.
func readsBack(s Step) bool {
	proof, is := s.(VerifyCredential)
	return is && proof.ReadBack
}
