"""An export that may leave the house: what the analysis needs, in pseudonyms, and nothing else.

Only mapped columns are written at all. Times are written anew from what they were read as; ids of cases and staff
become keyed pseudonyms, the same throughout one export, and the key is forgotten. Of every other word that is kept,
whatever looks personal, or stands in a column of personal data, of staff or of ids anywhere in the file, is masked.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from calibration.importing.cells import is_missing, normal
from calibration.importing.collecting import times_of, words_of
from calibration.importing.mapping import ClassRule, FileForm, Mapping, Means
from calibration.importing.personal import MASK, kind_by_header, kind_by_value, masked
from calibration.importing.raw import RawTable
from calibration.importing.sampled import Sample
from calibration.importing.times import TimeColumn
from sim.eventlog import NAT, Ints
from sim.model.quantities import DAY_US
from sim.text import Text

_LONGEST = 100
"""No word that the analysis needs is longer: a longer one is a text, and masked."""
_FEWEST_DIGITS = 5
_FREE_TEXT = 30
"""An attribute with more different words than this, most of them met once and no numbers, is free text."""


@dataclass
class Told:
    """What became of the columns and cells, without any value of them."""

    kept: list[str] = field(default_factory=list)
    dropped: dict[str, Text] = field(default_factory=dict)
    masked: int = 0
    unread: int = 0
    rows: int = 0
    rejected: int = 0


class Anonymous:
    """A table made anonymous: ``columns``, ``rows()`` and the ``mapping`` that fits them."""

    def __init__(self, table: RawTable, mapping: Mapping) -> None:
        """Reads the file once. Errors: as :func:`calibration.importing.event_log.import_log` for columns and times."""
        self._table, self._key, self.told = table, secrets.token_bytes(32), Told()
        hidden = _hidden(table, mapping)
        self._times = [name for name in times_of(mapping) if name in table.columns]
        exempt = {mapping.case, mapping.who, *self._times}
        free = _free_texts(table, [name for name in mapping.attributes if name not in exempt | hidden.keys()])
        dropped = hidden | dict.fromkeys(free, Text("自由文字", "free text"))
        used = {mapping.case, *self._times, *words_of(mapping)} - (dropped.keys() - exempt)
        self.columns = tuple(name for name in table.columns if name in used)
        for name in table.columns:
            if name not in used:
                self.told.dropped[name] = dropped.get(name, Text("分析用不着", "not needed"))
        self.told.kept = list(self.columns)
        self._case, self._who = mapping.case, mapping.who
        clocks = {name: TimeColumn(name, mapping.dates, mapping.zone) for name in self._times}
        secret = _Secret(name for name in table.columns if name in {*hidden, mapping.who, mapping.case})
        for batch in table.batches():
            for name, clock in clocks.items():
                self.told.unread += int(clock.read(batch.columns[name], batch.row).sum())
            for name in secret.columns:
                secret.add(batch.columns[name].unique().to_pylist())
            self.told.rows += len(batch)
            self.told.rejected += len(batch.rejected)
        self._settled = {name: clock.settled() for name, clock in clocks.items()}
        self._secret = secret.but(_vocabulary(mapping), self.columns)
        self._words: dict[str | None, str] = {None: ""}
        self.mapping = self._mapped(mapping)

    def rows(self) -> Iterator[list[str]]:
        """Every row, its cells in the order of ``columns``; the file is read once more."""
        begin = 0
        for batch in self._table.batches():
            end = begin + len(batch)
            cells = [self._cells(name, batch.columns[name], slice(begin, end)) for name in self.columns]
            yield from map(list, zip(*cells, strict=True))
            begin = end

    def _cells(self, name: str, given: object, rows: slice) -> list[str]:
        if name in self._settled:
            return _written(self._settled[name][rows])
        texts = given.to_pylist()  # type: ignore[attr-defined]
        if name == self._case:
            return ["" if text is None else self._pseudonym("C", text) for text in texts]
        if name == self._who:
            words = ["" if text is None else normal(text) for text in texts]
            return ["" if is_missing(word) else self._pseudonym("P", word) for word in words]
        return [self._word(text) for text in texts]

    def _pseudonym(self, letter: str, text: str) -> str:
        return letter + blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=10).hexdigest()

    def _word(self, text: str | None) -> str:
        found = self._words.get(text)
        if found is None:
            assert text is not None
            found = self._words[text] = self._secret.hidden(normal(text))
        if MASK in found:
            self.told.masked += 1
        return found

    def _mapped(self, mapping: Mapping) -> Mapping:
        """The mapping that fits what is written."""
        hidden, kept = self._secret.hidden, set(self.columns)
        steps: dict[str, Means] = {hidden(normal(word)): means for word, means in mapping.steps.items()}
        classes = tuple(
            ClassRule.model_validate(
                {
                    "class": rule.case_class,
                    "when": {name: tuple(map(hidden, map(normal, w))) for name, w in rule.when.items()},
                }
            )
            for rule in mapping.classes
            if rule.when.keys() <= kept
        )
        return mapping.model_copy(
            update={
                "file": FileForm(),
                "steps": steps,
                "states": {hidden(normal(word)): state for word, state in mapping.states.items()},
                "classes": classes,
                "attributes": tuple(name for name in mapping.attributes if name in kept),
                "personal": (),
                "dates": None,
                "zone": None,
            }
        )


class _Secret:
    """All values of the columns that must not be known, and a way to take them out of a word."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = tuple(columns)
        self._values: set[str] = set()
        self._lengths: list[int] = []

    def add(self, cells: Iterable[str | None]) -> None:
        """Some more; a number of few digits is in too many words to be told from them."""
        for cell in cells:
            word = normal(cell or "")
            if len(word) >= (_FEWEST_DIGITS if word.isdigit() else 2) and not is_missing(word):
                self._values.add(word)

    def but(self, vocabulary: set[str], columns: Iterable[str]) -> _Secret:
        """Without the words that everybody knows: names of steps, states, classes, columns."""
        self._values -= vocabulary | set(columns)
        self._lengths = sorted({len(value) for value in self._values if len(value) <= _LONGEST}, reverse=True)
        return self

    def hidden(self, word: str) -> str:
        """The word with whatever is personal in it masked."""
        if len(word) > _LONGEST:
            return MASK
        found, place = masked(word), 0
        while place < len(found):
            length = next((n for n in self._lengths if found[place : place + n] in self._values), 0)
            if length:
                found = found[:place] + MASK + found[place + length :]
                place += len(MASK)
            else:
                place += 1
        return found


def _hidden(table: RawTable, mapping: Mapping) -> dict[str, Text]:
    """Columns of personal data: those that the mapping names, and those that show by name or values."""
    from calibration.importing.personal import KINDS

    found = dict.fromkeys(mapping.personal, Text("个人信息", "personal data"))
    needed = {mapping.case, mapping.who, *times_of(mapping)}
    for column in Sample.of(table).columns:
        if column.name in needed:
            continue
        kind = kind_by_header(column.name) or (None if column.is_time else kind_by_value(column.examples))
        if kind is not None:
            found.setdefault(column.name, KINDS[kind])
    return {name: why for name, why in found.items() if name in table.columns}


def _free_texts(table: RawTable, columns: list[str]) -> list[str]:
    found = []
    for column in Sample.of(table).columns:
        if column.name in columns and column.distinct > max(_FREE_TEXT, column.filled // 2):
            numbers = sum(word.replace(".", "").isdigit() for word in column.examples)
            if numbers < len(column.examples) // 2:
                found.append(column.name)
    return found


def _vocabulary(mapping: Mapping) -> set[str]:
    words = [*mapping.steps, *mapping.states, *(w for rule in mapping.classes for ws in rule.when.values() for w in ws)]
    return {normal(word) for word in words}


def _written(times: Ints) -> list[str]:
    """ISO dates; a midnight is a day, as it is read."""
    some = times != NAT
    finer = bool((times[some] % 1_000_000 != 0).any())
    texts = np.datetime_as_string(times.astype("M8[us]").astype("M8[us]" if finer else "M8[s]"))
    whole = some & (times % DAY_US == 0)
    return [
        "" if not known else text[:10] if day else text.replace("T", " ")
        for text, known, day in zip(texts.tolist(), some.tolist(), whole.tolist(), strict=True)
    ]
