"""The class of each case, by the rules of the mapping: the first rule that fits wins, none is guessed."""

from __future__ import annotations

import numpy as np

from calibration.importing.cells import normal
from calibration.importing.columns import Columns
from calibration.importing.executions import Flags
from calibration.importing.findings import Example, Findings
from calibration.importing.life import word_of_cases
from calibration.importing.mapping import Mapping
from sim.eventlog import Coded, Ints

_LISTED = 12


def classes_of(columns: Columns, mapping: Mapping, kept: Flags, findings: Findings) -> Coded:
    """The class of every case of the file, none where no rule fits; those of them that are in the log are counted."""
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
        _tell(np.flatnonzero((found == -1) & kept), columns, words, findings)
    return Coded(found, tuple(names))


def _tell(lost: Ints, columns: Columns, words: dict[str, Coded], findings: Findings) -> None:
    """Cases without a class are counted, and listed by what stands in the rules' columns, the commonest first."""
    if not lost.size:
        return
    codes = np.stack([words[name].codes[lost] for name in words] or [np.zeros(lost.size, np.int32)], axis=1)
    kinds, first, count = np.unique(codes, axis=0, return_index=True, return_counts=True)
    shown, listed = [], []
    for i in np.argsort(-count, kind="stable")[:_LISTED].tolist():
        cells = [
            "" if code < 0 else words[name].names[code] for name, code in zip(words, kinds[i].tolist(), strict=False)
        ]
        row = int(columns.row[columns.case == lost[first[i]]].min())
        shown.append(Example(row, ", ".join(words), " | ".join(cells)))
        listed.append(f"{' | '.join(cells) or '-'} ×{int(count[i])}")
    more = "; …" if count.size > _LISTED else ""
    findings.add(
        "unassigned-class", "warned", lost.size, shown, columns=", ".join(words), listed="; ".join(listed) + more
    )
