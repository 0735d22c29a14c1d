"""How long something takes, from what a log says of it: a law, its intervals, and how well it fits."""

from calibration.durations.fitted import FittedLaw
from calibration.durations.fitting import fit
from calibration.durations.observations import Observations

__all__ = ["FittedLaw", "Observations", "fit"]
