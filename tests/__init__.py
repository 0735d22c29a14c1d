"""The tests; a package of its own, since a dependency (Ciw) installs one of the same name."""
