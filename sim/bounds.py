"""How many seeds, replications and visits there are: what the words of the random numbers' key hold (rule 11)."""

SEEDS = 1 << 64
REPLICATIONS = 1 << 20
VISITS = 1 << 12
