"""The class of each case, by the rules of the mapping: the first rule that fits wins, none is guessed."""

from __future__ import annotations

import numpy as np

from calibration.importing.cells import normal
from calibration.importing.columns import Columns
from calibration.importing.findings import Example, Findings
from calibration.importing.life import word_of_cases
from calibration.importing.mapping import Mapping
from sim.eventlog import Coded


def classes_of(columns: Columns, mapping: Mapping, findings: Findings) -> Coded:
    """The class of every case of the file, none where no rule fits; those are counted."""
    n = len(columns.ids)
    names = sorted({rule.case_class for rule in mapping.classes}, key=str.encode)
    found = np.full(n, -1, np.int32)
    words = {name: word_of_cases(columns, name) for rule in mapping.classes for name in rule.when}
    for rule in mapping.classes:
        fits = found == -1
        for name, wanted in rule.when.items():
            fits &= words[name].isin(normal(word) for word in wanted)
        found[fits] = names.index(rule.case_class)
    if mapping.classes:
        lost = np.flatnonzero(found == -1)
        first = [int(columns.row[columns.case == case].min()) for case in lost[:5]]
        findings.add("unassigned-class", "warned", lost.size, [Example(row, "", "") for row in first])
    return Coded(found, tuple(names))
