package vendors

import "slices"

// With gives the settings with one group taken from others, which may lack it.
func (s BucketSettings) With(kind SettingsKind, others BucketSettings) BucketSettings {
	switch kind {
	case CORSSettings:
		s.CORS = others.CORS
	case LifecycleSettings:
		s.Lifecycle = others.Lifecycle
	case LockSettings:
		s.Lock = others.Lock
	case DomainSettings:
		s.Domains = others.Domains
	case PublicSettings:
		s.PublicAccess = others.PublicAccess
	}
	return s
}

// None reports whether no group is there.
func (s BucketSettings) None() bool {
	return s.CORS == nil && s.Lifecycle == nil && s.Lock == nil && s.Domains == nil && s.PublicAccess == nil
}

// Clone gives a copy that shares nothing with s; what is nil or empty stays so.
func (s BucketSettings) Clone() BucketSettings {
	s.CORS, s.Lifecycle, s.Lock, s.Domains = slices.Clone(s.CORS), slices.Clone(s.Lifecycle), slices.Clone(s.Lock), slices.Clone(s.Domains)
	for i := range s.CORS {
		r := &s.CORS[i]
		r.AllowedOrigins, r.AllowedMethods = slices.Clone(r.AllowedOrigins), slices.Clone(r.AllowedMethods)
		r.AllowedHeaders, r.ExposeHeaders = slices.Clone(r.AllowedHeaders), slices.Clone(r.ExposeHeaders)
	}
	for i := range s.Domains {
		s.Domains[i].Ciphers = slices.Clone(s.Domains[i].Ciphers)
	}
	if s.PublicAccess != nil {
		access := *s.PublicAccess
		s.PublicAccess = &access
	}
	return s
}
