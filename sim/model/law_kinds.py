"""How a law lies in flat arrays: its kind, a number, and its table of float64 in microseconds.

====================  =====================================================================================
``CONSTANT``          value
``UNIFORM``           low, high
``TRIANGULAR``        fastest, usual, slowest
``EXPONENTIAL``       mean
``WEIBULL``           scale, shape
``LOGNORMAL``         log of the median, sigma below the median, sigma above it
``LINEAR``            n, then n shares from 0 to 1, then n values: the quantile function, straight between them
``VALUES``            n values in ascending order, each as likely
``PIECES``            n, then n + 1 shares from 0 to 1, then the places of n pieces in the table, then the pieces
====================  =====================================================================================

A *piece* is the quantile function between two shares. Its first four numbers are the number of nodes m, an offset,
a factor, and the least value of the piece; with no nodes the value is the offset. Otherwise follow m nodes z,
m heights y and m slopes dy/dz: with v the position between the two shares and z its normal deviate, the value is
offset + factor * exp(y), where y(z) is the cubic of Hermite through the nodes.
"""

from __future__ import annotations

from typing import Final

CONSTANT: Final = 0
UNIFORM: Final = 1
TRIANGULAR: Final = 2
EXPONENTIAL: Final = 3
WEIBULL: Final = 4
LOGNORMAL: Final = 5
LINEAR: Final = 6
VALUES: Final = 7
PIECES: Final = 8

PIECE_HEADER: Final = 4

LONGEST_US: Final = 1 << 60
"""No duration is longer (36,000 years): beyond every run, and safe to add to an instant."""
