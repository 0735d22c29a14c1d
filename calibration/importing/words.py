"""The words of every kind of finding, in both languages."""

from __future__ import annotations

from calibration.importing.findings import Words
from calibration.importing.log_words import LOG_WORDS
from calibration.importing.reading_words import READING_WORDS

WORDS: Words = {**READING_WORDS, **LOG_WORDS}
