"""One fault at a time in a copy of the project: the tests notice each (see the README of this folder)."""
