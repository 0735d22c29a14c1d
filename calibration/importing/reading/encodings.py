"""Which encoding a text file has, found by its content, and its bytes as UTF-8 whatever they were."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from calibration.importing.reading.opening import Content, problem
from sim.errors import InputError
from sim.text import Text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARK_LENGTH = {name: len(mark) for mark, name in _MARKS}
_SAMPLE = 1 << 20
_FARTHEST = 64 << 20
"""How far to look for the first byte that is not ASCII; a file that is ASCII so far is read as UTF-8."""
_LEGIBLE = 0.6
_LONGEST_LINE = 64 << 20
_CODEC_FIRST = 32 << 20
"""So many bytes are left to Python's codec: to load the compiler takes as long."""
_NAME_IT = Text(
    "用 --encoding 写明编码,或另存为 UTF-8 再读",
    "name the encoding with --encoding, or save the file as UTF-8",
)


def encoding_of(content: Content, wanted: str | None = None) -> str:
    """A Python codec's name: a byte order mark decides, then the user's word, then UTF-8 if the text is valid so, then
    GB18030 (of which GBK and GB2312 are parts) if it is valid *and* reads as Chinese.

    Errors: InputError for an unknown name, a text of none of these, and one of several encodings at once.
    """
    for mark, name in _MARKS:
        if content.head.startswith(mark):
            return name
    if wanted is not None:
        return _known(wanted, content.path)
    if wide := utf16_without_mark(content.head):
        return wide
    sample = _sample(content)
    if sample.isascii():
        return "utf-8"
    good, bad = _utf8_counts(sample)
    if not bad:
        return "utf-8"
    if good > 10 * bad:
        return "utf-8"  # damaged: the place is told when it is reached
    if _is_chinese(sample):
        return "gb18030"
    raise problem(
        Text("看不出文件的编码:既不是 UTF-8,也不像中文 GB18030", "the encoding is neither UTF-8 nor Chinese GB18030"),
        _NAME_IT,
        content.path,
        value=repr(_first_strange(sample)),
    )


def as_utf8(content: Content, encoding: str, size: int) -> Iterator[bytes]:
    """The text in UTF-8 in blocks, without its byte order mark; UTF-8 itself passes through unchecked.

    Errors: InputError with the line and the bytes that are wrong in this encoding.
    """
    skip = _MARK_LENGTH.get(encoding, 0) if content.head.startswith(tuple(mark for mark, _ in _MARKS)) else 0
    blocks = content.blocks(size)
    if encoding in ("utf-8", "utf-8-sig"):
        for block in blocks:
            yield block[skip:]
            skip = 0
        return
    if encoding == "gb18030":
        blocks = _whole_lines(blocks)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines, done = 1, 0
    for block, last in _with_last(blocks):
        text = _quickly(block, done) if encoding == "gb18030" else None
        done += len(block)
        if text is None:
            try:
                text = decoder.decode(block[skip:], last).encode("utf-8")
            except UnicodeError as error:
                raise wrong_bytes(content.path, encoding, error, lines + _lines_before(encoding, error)) from error
        skip = 0
        lines += text.count(b"\n")
        yield text


def _quickly(block: bytes, done: int) -> bytes | None:
    """Compiled, where there is much to do."""
    if done < _CODEC_FIRST:
        return None
    from calibration.importing.reading import gb18030

    return gb18030.utf8_of(block)


def _whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks that end with a line, or with the text: no character of GB18030 has a line end for a second byte."""
    carry = b""
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end:
            yield carry + block[:end]
        carry = block[end:] if end else carry + block
        if len(carry) > _LONGEST_LINE:
            yield carry
            carry = b""
    if carry:
        yield carry


def wrong_bytes(path: Path, encoding: str, error: UnicodeError, row: int) -> InputError:
    """The error about bytes that are not of the encoding, in their row."""
    value = ""
    if isinstance(error, UnicodeDecodeError):
        value = " ".join(f"{byte:02X}" for byte in error.object[error.start : error.start + 4])
    elif isinstance(error, UnicodeEncodeError):  # half of a surrogate pair
        value = f"U+{ord(error.object[error.start]):04X}"
    name = encoding.removesuffix("-sig").upper()
    return problem(
        Text(
            f"这一行有不是 {name} 的字节:编码有误或几种编码混在一起",
            f"bytes that are not {name}: a wrong encoding, or several in one file",
        ),
        _NAME_IT,
        path,
        row,
        value=value,
    )


def _lines_before(encoding: str, error: UnicodeError) -> int:
    if isinstance(error, UnicodeDecodeError):
        return error.object[: error.start].decode(encoding, "ignore").count("\n")
    return error.object[: error.start].count("\n") if isinstance(error, UnicodeEncodeError) else 0


def _known(name: str, path: Path) -> str:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        found = None
    if found is None or not found._is_text_encoding:
        raise problem(
            Text("没有这种编码", "there is no such encoding"),
            Text("常用的有 utf-8、gb18030、utf-16-le", "usual ones are utf-8, gb18030, utf-16-le"),
            path,
            value=name,
        )
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "utf-16": "utf-16-le", "utf-8-sig": "utf-8", "ascii": "utf-8"}
    return wider.get(found.name, found.name)


def utf16_without_mark(head: bytes) -> str:
    """UTF-16 that lost its mark: digits, delimiters and line ends have a zero as their high byte."""
    zero = np.frombuffer(head[: len(head) // 2 * 2], np.uint8).reshape(-1, 2) == 0
    even, odd = zero.mean(axis=0) if len(zero) else (0.0, 0.0)
    if odd > 0.05 and odd > 20 * even:
        return "utf-16-le"
    # Nothing else that is text has so many zeros, all on one side.
    return "utf-16-be" if even > 0.05 and even > 20 * odd else ""


def _sample(content: Content) -> bytes:
    """The first megabyte that holds anything but ASCII, cut at a line end."""
    sample, read = b"", 0
    for sample in content.blocks(_SAMPLE):
        read += len(sample)
        if not sample.isascii() or read >= _FARTHEST:
            break
    if len(sample) < _SAMPLE:
        return sample
    return sample[: sample.rfind(b"\n") + 1] or sample[:-4]


def _utf8_counts(sample: bytes) -> tuple[int, int]:
    """How many characters beyond ASCII are valid UTF-8, and how many places are not."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("�") - sample.count("�".encode())
    beyond = sum(1 for c in text if c > "\x7f") if bad else 1
    return beyond - bad, bad


def _is_chinese(sample: bytes) -> bool:
    """Valid GB18030 whose two-byte characters are mostly punctuation and the 3,755 common ones, as no other
    encoding's bytes are when they are read so."""
    try:
        text = sample.decode("gb18030")
    except UnicodeDecodeError as error:
        # Damaged further on: the place is told when it is reached.
        return error.start >= len(sample) // 2 and _is_chinese(sample[: error.start])
    beyond = "".join(c for c in text if c > "\x7f")[:20_000]
    common = sum(1 for c in beyond if _is_common(c.encode("gb18030")))
    return common >= _LEGIBLE * len(beyond)


def _is_common(code: bytes) -> bool:
    return len(code) == 2 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7) and code[1] >= 0xA1


def _first_strange(sample: bytes) -> bytes:
    start = next(i for i, byte in enumerate(sample) if byte > 0x7F)
    return sample[max(0, start - 8) : start + 12]


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    before: bytes | None = None
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    yield before or b"", True
