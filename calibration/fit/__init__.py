"""A scenario's process fitted to a log: durations, routing, arrivals, staff and hours as figures with evidence."""

from calibration.fit.figures import FittedFigure, KeptFigure, merged
from calibration.fit.fitted import Fit, fit_process

__all__ = ["Fit", "FittedFigure", "KeptFigure", "fit_process", "merged"]
