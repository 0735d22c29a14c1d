"""A log as histories, for the commands that learn from one: by its mapping, or by the one that would be proposed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.output import tell
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from calibration.histories import Histories
    from sim.eventlog import EventLog

_FEWEST = 50
_PROPOSED = Text(
    "没有映射,按程序的建议读取 {file}(shixian inspect {file} 可查看、修改)",
    "{file} has no mapping and is read as the program proposes (see and edit it: shixian inspect {file})",
)


def event_log(file: Path, mapping: Path | None, lang: Language) -> EventLog:
    """A log of Shixian's own, or an export.

    Errors: InputError where the file is not there or cannot be read.
    """
    from calibration.commands.mappings import found_for, mapping_of
    from calibration.importing.event_log import import_log
    from calibration.importing.mapping import FileForm
    from calibration.importing.proposal import propose
    from calibration.importing.reading import read
    from sim.logfiles import is_log, read_log

    if mapping is None and file.exists() and is_log(file):
        return read_log(file)
    if mapping is None and file.exists() and found_for(file) is None:
        tell(lang)(_PROPOSED.format(file=file.name))
        known = propose(read(file, FileForm())).mapping
    else:
        _, known = mapping_of(file, mapping, lang)
    return import_log(read(file, known.file), known.model_copy(update={"repeats": "all"})).log


def histories(file: Path, mapping: Path | None, lang: Language) -> Histories:
    """The executions of its cases. Errors: InputError where there are too few to learn from."""
    from calibration.histories import histories_of

    log = histories_of(event_log(file, mapping, lang), lambda step: step.removeprefix("export/"))
    if len(log) < _FEWEST or log.end.size < _FEWEST:
        raise InputError(
            Text("办件太少,无从还原", "there are too few cases to learn from"),
            Text(f"至少 {_FEWEST} 件", f"at least {_FEWEST} cases"),
            where=str(file),
            value=len(log),
        )
    return log
