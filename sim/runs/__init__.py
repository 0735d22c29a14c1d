"""A run: what it will cost, its replications, and what is kept of it so that it can go on after any stop."""
