// Package planner decides: desired against recorded against observed gives a
// Plan of Operations made of Steps.
//
// It is pure: no context, no input or output, no clock. The same input gives the
// same plan, byte for byte. What reads the world is planner/refresh; what carries
// a plan out is executor.
package planner
