"""Cells as people fill them: full-width characters and spaces, words for "nothing"; and columns of words as codes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from calibration.importing.findings import Example, Findings, Reaction

if TYPE_CHECKING:
    import pyarrow as pa

_NOTHING = (
    "- -- --- — —— – / // \\ . .. … * ? 无 空 未知 不详 暂无 没有 未填 未填写 待定",
    "null (null) <null> none nil na n/a nan nat undefined unknown",
)
MISSING = frozenset(word for line in _NOTHING for word in line.split())
"""Words for "nothing", compared in lower case after NFKC; an empty cell is none of them."""

_FAILED = "#n/a #na #value! #ref! #div/0! #name? #null! #num! #spill! #calc! #getting_data"
ERRORS = frozenset(_FAILED.split(" "))
"""What a spreadsheet leaves where a formula failed; a cell that has no value, whatever its column."""
_AS_WRITTEN = _FAILED.upper().split(" ")

_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_ODD = r"[^!-~ -]|^\s|\s$|  "
"""What a cell that is plain already has none of; a CJK letter is odd too, and passes through NFKC unharmed."""


def normal(text: str) -> str:
    """A cell in NFKC (full-width digits and letters made plain), with single spaces inside and none around.

    >>> normal("２０２１－０６－０４　１４：３０ ")
    '2021-06-04 14:30'
    """
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def is_missing(text: str) -> bool:
    """Whether a normalised cell is a word for "nothing", or an error of a spreadsheet."""
    return not text or text.lower() in MISSING or text.lower() in ERRORS


def normalised(cells: pa.Array) -> tuple[pa.Array, NDArray[np.int64]]:
    """All cells made :func:`normal`, and the places of those with full-width characters or odd spaces."""
    import pyarrow.compute as pc

    if not _may_be_odd(cells):
        return cells, np.zeros(0, np.int64)
    plain = pc.utf8_normalize(cells, "NFKC")
    plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(plain, r"[\p{Z}\s\x{200B}\x{FEFF}]+", " "))
    changed = pc.fill_null(pc.not_equal(plain, cells), False)
    return plain, np.flatnonzero(changed.to_numpy(zero_copy_only=False))


def _may_be_odd(cells: pa.Array) -> bool:
    """One look at the bytes tells most columns: they are ASCII, with single spaces inside the cells alone."""
    offsets, data = text_buffers(cells)
    if not data.size:
        return False
    if data.max() > ord("~") or data.min() < ord(" "):
        return True
    space = data == ord(" ")
    if (space[1:] & space[:-1]).any():
        return True
    begins, ends = offsets[:-1], offsets[1:]
    if (begins == ends).any():
        some = begins < ends
        begins, ends = begins[some], ends[some]
    return bool(space[begins].any() or space[ends - 1].any())


def text_buffers(cells: pa.Array) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """The bytes of a column of text without those of other rows, and where each cell begins in them (n + 1 places)."""
    _, offsets_buffer, data = cells.buffers()
    wide = cells.type in ("large_string", "large_utf8")
    kind = np.int64 if wide else np.int32
    n = len(cells)
    if offsets_buffer is None or not n:
        return np.zeros(n + 1, kind), np.zeros(0, np.uint8)
    offsets = np.frombuffer(offsets_buffer, kind, n + 1, cells.offset * np.dtype(kind).itemsize)
    first, last = int(offsets[0]), int(offsets[-1])
    found = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8, last - first, first)
    return (offsets - first if first else offsets), found


class Words:
    """A column of words over all batches: first as the file has them, in the end as codes of the normalised ones."""

    def __init__(self, column: str, *, exact: bool = False, private: bool = False) -> None:
        self.column, self.exact, self.private = column, exact, private
        self.findings = Findings()
        self._chunks: list[pa.Array] = []

    def add(self, cells: pa.Array) -> None:
        """The cells of one more batch."""
        self._chunks.append(cells.dictionary_encode())

    def coded(self, rows: NDArray[Any]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Code of each row, -1 for nothing, and the words in the order of their UTF-8 bytes.

        ``exact``: kept as they are, spaces and all (ids). Else normalised, words for "nothing" taken as nothing;
        both counted. ``private``: no example shows a word (BAD_INPUT 42).
        """
        import pyarrow as pa

        if not self._chunks:
            return np.zeros(0, np.int32), ()
        whole = pa.chunked_array(self._chunks).unify_dictionaries()
        self._chunks = []
        codes = np.concatenate([_indices(chunk) for chunk in whole.chunks])
        given = whole.chunk(0).dictionary
        del whole
        if self.exact:
            return self._exact(codes, given, rows)
        words = [normal(text) for text in given.to_pylist()]
        failed = np.array([word.lower() in ERRORS for word in words] + [False])
        nothing = np.array([is_missing(word) for word in words] + [False]) & ~failed
        changed = np.array([word != text for word, text in zip(words, given.to_pylist(), strict=True)] + [False])
        self._tell("full-width", "repaired", changed, codes, given, rows)
        self._tell("missing-word", "missing", nothing, codes, given, rows)
        self._tell("cell-error", "missing", failed, codes, given, rows)
        names = sorted({word for word in words if not is_missing(word)}, key=str.encode)
        place = {name: i for i, name in enumerate(names)}
        new = np.array([place.get(word, -1) for word in words] + [-1], np.int32)
        return new[codes], tuple(names)

    def _tell(
        self,
        kind: str,
        reaction: Reaction,
        which: NDArray[np.bool_],
        codes: NDArray[np.int32],
        given: pa.Array,
        rows: NDArray[Any],
    ) -> None:
        if which.any():
            places = np.flatnonzero(which[codes])
            shown = [
                Example(int(rows[i]), self.column, "" if self.private else given[int(codes[i])].as_py())
                for i in places[:5]
            ]
            self.findings.add(kind, reaction, places.size, shown)

    def _exact(
        self, codes: NDArray[np.int32], given: pa.Array, rows: NDArray[Any]
    ) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Words as they are, in the order of their bytes; a million ids are sorted by Arrow."""
        import pyarrow as pa
        import pyarrow.compute as pc

        failed = pc.is_in(given, pa.array(_AS_WRITTEN, given.type)).to_numpy(zero_copy_only=False)
        self._tell("cell-error", "missing", np.append(failed, False), codes, given, rows)
        order = pc.array_sort_indices(given).to_numpy()
        order = order[~failed[order]]
        rank = np.full(len(given) + 1, -1, np.int32)
        rank[order] = np.arange(order.size)
        return rank[codes], tuple(given.take(order).to_pylist())


def _indices(chunk: pa.DictionaryArray) -> NDArray[np.int32]:
    indices = chunk.indices
    return (indices.fill_null(-1) if indices.null_count else indices).to_numpy(zero_copy_only=False).astype(np.int32)


def unknown_words(codes: NDArray[np.int32], names: Sequence[str], known: Container[str]) -> list[str]:
    """The words that nobody knows, of those that some row has: a row that was rejected asks for nothing."""
    return [name for code, name in enumerate(names) if name not in known and (codes == code).any()]


def counted_words(codes: NDArray[np.int32], names: Sequence[str], unknown: Sequence[str]) -> str:
    """Words with how often each occurs, the commonest first: ``受理 ×12, 初审 ×3``."""
    count = Counter(dict(zip(names, np.bincount(codes[codes >= 0], minlength=len(names)).tolist(), strict=True)))
    listed = sorted(unknown, key=lambda word: (-count[word], word))
    return ", ".join(f"{word} ×{count[word]}" for word in listed)
