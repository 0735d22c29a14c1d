"""A file opened: its bytes as they are, or unpacked from a .gz or a .zip of one table, never beyond a cap."""

from __future__ import annotations

import errno
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from sim.errors import EnvironmentFailure, InputError, reason
from sim.text import Text

MOST_UNPACKED = 16 << 30
"""How many bytes a packed file may unpack to; whoever has a larger one unpacks it himself."""
_HIGHEST_RATIO = 200
_SMALL = 64 << 20
"""Below this much a high ratio is no bomb: a short log of one repeated row packs 500 to 1."""
_MOST_IN_MEMORY = 2 << 30
_HEAD = 1 << 16
DAMAGES = (
    EOFError, KeyError, NotImplementedError, RuntimeError, ValueError,
    gzip.BadGzipFile, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the libraries raise for packed files that are damaged."""
_WORKBOOK = ("xl/", "word/", "ppt/", "content.xml", "mimetype")

Packing = Literal["", "gz", "zip"]


def problem(rule: Text, cure: Text, path: Path | str, row: int | None = None, **value: str) -> InputError:
    """An error about a file, at a row where one is to blame."""
    return InputError(rule, cure, where=str(path) if row is None else f"{path}:{row}", **value)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Content:
    """The table's bytes, to be streamed as often as wanted."""

    path: Path
    packing: Packing
    member: str
    """The name inside the zip."""
    head: bytes
    """The first 64 KB."""
    most: int

    @property
    def name(self) -> str:
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    def blocks(self, size: int) -> Iterator[bytes]:
        """The bytes in blocks of ``size``. Errors: InputError for a packed file that is damaged or unpacks too far."""
        with _opened(self.path, self.packing, self.member) as stream:
            yield from _capped(stream, size, self)

    def whole(self) -> bytes:
        """All bytes at once, for the formats that are not read from front to back."""
        pieces, total = [], 0
        for piece in self.blocks(1 << 24):
            total += len(piece)
            if total > _MOST_IN_MEMORY:
                raise problem(
                    Text(
                        "文件太大,这种格式要整个读入内存", "the file is too large for a format that is read as a whole"
                    ),
                    Text("改存为 CSV 或 Parquet 再读", "save it as CSV or Parquet"),
                    self.path,
                    value=f"> {_MOST_IN_MEMORY >> 30} GB",
                )
            pieces.append(piece)
        return b"".join(pieces)


def opened(path: Path, most: int = MOST_UNPACKED) -> Content:
    """What the file holds. Errors: InputError for a folder, an empty file, a zip that is not of one table, a damaged
    or endless packing; EnvironmentFailure where the disk fails."""
    if path.is_dir():
        raise problem(
            Text("这是文件夹,不是文件", "this is a folder, not a file"),
            Text("给出其中的一个文件", "name a file in it"),
            path,
        )
    head = _head(path, "", "")
    packing, member = _packing(path, head)
    if packing:
        head = _head(path, packing, member)
        if _packing(path, head, inside=True)[0]:
            raise problem(
                Text("压缩包里还是压缩包", "a packed file inside a packed file"),
                Text("先解压,再读里面的文件", "unpack it and read the file inside"),
                path,
            )
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise problem(
            Text("文件里没有内容", "the file is empty"),
            Text("重新导出;或检查是否给错了文件", "export it again, or name another file"),
            path,
        )
    return Content(path, packing, member, head, most)


def _head(path: Path, packing: Packing, member: str) -> bytes:
    with _opened(path, packing, member) as stream:
        return stream.read(_HEAD)


def _packing(path: Path, head: bytes, inside: bool = False) -> tuple[Packing, str]:
    if head.startswith(b"\x1f\x8b"):
        return "gz", ""
    if not head.startswith(b"PK\x03\x04"):
        return "", ""
    if inside:  # a workbook in a zip is a table, another zip is not
        return ("", "") if any(mark.encode() in head for mark in _WORKBOOK) else ("zip", "")
    try:
        with zipfile.ZipFile(path) as archive:
            return _only_member(path, archive.infolist())
    except (*DAMAGES, OSError) as error:
        raise _damaged(path) from error


def _only_member(path: Path, members: list[zipfile.ZipInfo]) -> tuple[Packing, str]:
    if any(m.filename.startswith(_WORKBOOK) for m in members):
        return "", ""
    tables = [m for m in members if not m.is_dir() and not _is_litter(m.filename)]
    names = ", ".join(readable(m) for m in tables[:10])
    if len(tables) != 1:
        raise problem(
            Text(f"压缩包里有 {len(tables)} 个文件,应当只有一个", f"the zip holds {len(tables)} files, not one"),
            Text("解压后一次读一个文件", "unpack it and read one file at a time"),
            path,
            value=names,
        )
    (table,) = tables
    if ".." in PurePosixPath(table.filename.replace("\\", "/")).parts or table.filename.startswith(("/", "\\")):
        raise problem(
            Text("压缩包里的文件名指向包外", "the name inside the zip leads out of it"),
            Text("不要用这个压缩包", "do not use this zip"),
            path,
            value=names,
        )
    if table.flag_bits & 1:
        raise problem(
            Text("压缩包有密码", "the zip is protected by a password"),
            Text("先用密码解压", "unpack it with its password"),
            path,
            value=names,
        )
    return "zip", table.filename


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name in (".DS_Store", "Thumbs.db", "desktop.ini")


def readable(member: zipfile.ZipInfo) -> str:
    """The name of a member as its writer saw it: Chinese systems write GBK where the standard says code page 437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


@contextmanager
def _opened(path: Path, packing: Packing, member: str) -> Iterator[IO[bytes]]:
    """A stream of the table's bytes; what goes wrong inside the block is told as an error about the file."""
    try:
        if packing == "gz":
            with gzip.open(path, "rb") as stream:
                yield stream  # type: ignore[misc]
        elif packing == "zip":
            with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
                yield stream
        else:
            with path.open("rb") as stream:
                yield stream
    except DAMAGES as error:
        if not packing:
            raise
        raise _damaged(path) from error
    except OSError as error:
        if packing and error.errno == errno.EINVAL:  # a place before the beginning of the file
            raise _damaged(path) from error
        kind = InputError if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError) else None
        raise (kind or EnvironmentFailure)(
            reason(error), Text("检查文件名、权限和磁盘", "check the name, the permissions, the disk"), where=str(path)
        ) from error


def _capped(stream: IO[bytes], size: int, content: Content) -> Iterator[bytes]:
    packed = max(content.path.stat().st_size, 1)
    total = 0
    while piece := _filled(stream, size):
        total += len(piece)
        if content.packing and (total > content.most or total > max(_SMALL, _HIGHEST_RATIO * packed)):
            raise problem(
                Text("压缩包展开后大得不像一份导出", "the packed file unpacks to more than an export can be"),
                Text("确认来源后自行解压再读", "if you trust it, unpack it yourself and read the file inside"),
                content.path,
                value=f"{packed:,} -> > {total:,} bytes",
            )
        yield piece


def _filled(stream: IO[bytes], size: int) -> bytes:
    """``size`` bytes, fewer only at the end: a packed stream hands out less at a time."""
    piece = stream.read(size)
    if not piece or len(piece) == size:
        return piece
    buffer = io.BytesIO()
    while piece:
        buffer.write(piece)
        piece = stream.read(size - buffer.tell()) if buffer.tell() < size else b""
    return buffer.getvalue()


def _damaged(path: Path) -> InputError:
    return problem(
        Text("压缩文件已损坏或不完整", "the packed file is damaged or cut short"),
        Text("重新导出或重新传送,比对文件大小", "export or transfer it again, and compare the sizes"),
        path,
    )
