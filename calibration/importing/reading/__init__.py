"""Reading: a file of any of the formats that exports come in, as rows of text with their numbers."""

from calibration.importing.reading.formats import read

__all__ = ["read"]
