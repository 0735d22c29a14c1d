"""How a described scenario runs: two engines, one answer."""
