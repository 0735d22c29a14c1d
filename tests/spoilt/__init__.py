"""Exports spoilt as offices spoil them: a module a family of faults, all of one clean table with known figures."""
