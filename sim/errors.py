"""One tree of exceptions; each carries where, value, rule and cure in both languages.

Exit codes (DESIGN part 6): 2 bad input, 3 the environment failed. A user never sees a traceback of these.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any, ClassVar

from sim.text import Language, Text

Path = tuple[str | int, ...]

_NOTHING = object()
_LABELS = {
    "where": Text("位置", "where"),
    "value": Text("取值", "value"),
    "rule": Text("规则", "rule"),
    "cure": Text("改法", "cure"),
}
_LONGEST_VALUE = 120
_REASONS = {
    errno.ENOENT: Text("没有这个文件或文件夹", "there is no such file or folder"),
    errno.EACCES: Text("没有权限", "permission denied"),
    errno.EPERM: Text("没有权限", "permission denied"),
    errno.EROFS: Text("磁盘是只读的", "the disk is read-only"),
    errno.EISDIR: Text("这是文件夹,不是文件", "this is a folder, not a file"),
    errno.ENOTDIR: Text("路径中有一段是文件,不是文件夹", "a part of the path is a file, not a folder"),
    errno.EEXIST: Text("已有同名的文件", "there is a file of that name"),
    errno.ENOTEMPTY: Text("文件夹不是空的", "the folder is not empty"),
    errno.ENAMETOOLONG: Text("名称太长", "the name is too long"),
    errno.ELOOP: Text("链接成环", "links lead in a circle"),
    errno.ENOSPC: Text("磁盘已满", "the disk is full"),
    errno.EDQUOT: Text("磁盘配额已满", "the disk quota is used up"),
    errno.EFBIG: Text("文件太大", "the file is too large"),
    errno.EMFILE: Text("打开的文件太多", "too many files are open"),
    errno.ENOMEM: Text("内存不足", "there is not enough memory"),
    errno.EIO: Text("磁盘读写出错", "the disk failed"),
    errno.EBUSY: Text("文件正被使用", "the file is in use"),
}


class ShixianError(Exception):
    """Something is wrong, and the message says where, with which value, against which rule, and the cure.

    ``where`` is a place that the reader can go to (``file:line:column``, a command-line option) or the
    ``path`` of the value inside the model, which the reader of the files turns into a place.
    """

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        rule: Text,
        cure: Text,
        *,
        where: str = "",
        path: Path = (),
        value: object = _NOTHING,
    ) -> None:
        self.rule, self.cure, self.where, self.path = rule, cure, where, path
        self.has_value = value is not _NOTHING
        self.value = value if self.has_value else None
        super().__init__(rule, cure)

    def __str__(self) -> str:
        return self.message("en")

    def at(self, where: str) -> ShixianError:
        """The same error, with the place in the file that the reader found for its path."""
        value = self.value if self.has_value else _NOTHING
        return type(self)(self.rule, self.cure, where=where, path=self.path, value=value)

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors come back from worker processes as they were."""
        return _restored, (type(self), self.args, self.__dict__)

    def message(self, language: Language) -> str:
        """One line for each of where, value, rule and cure that is known."""
        place = " ".join(p for p in (self.where, "/".join(map(str, self.path))) if p)
        lines = [f"{place}: {self.rule.in_(language)}" if place else self.rule.in_(language)]
        if self.has_value:
            lines.append(f"  {_LABELS['value'].in_(language)}: {shown(self.value)}")
        lines.append(f"  {_LABELS['cure'].in_(language)}: {self.cure.in_(language)}")
        return "\n".join(lines)


class InputError(ShixianError):
    """What the user gave cannot be used: a file, a value, an option."""


class RunError(ShixianError):
    """The model was accepted, yet a rule broke while it ran (an endless loop at one instant, equal identities)."""


class EnvironmentFailure(ShixianError):
    """The machine failed, not the input: disk full, folder gone, worker killed."""

    exit_code = 3


class InputErrors(ShixianError):
    """Several errors at once, in the order of their places; never empty."""

    def __init__(self, errors: Sequence[ShixianError]) -> None:
        self.errors = tuple(errors)
        super().__init__(errors[0].rule, errors[0].cure, where=errors[0].where, path=errors[0].path)

    def message(self, language: Language) -> str:
        return "\n".join(error.message(language) for error in self.errors)


def _restored(kind: type[ShixianError], args: tuple[Any, ...], known: dict[str, Any]) -> ShixianError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(known)
    return error


def reason(error: OSError) -> Text:
    """Why the system refused, in both languages; a reason that is rare, by its number and in the system's words."""
    said = Text(f"系统错误 {error.errno}", f"system error {error.errno}: {error.strerror or error}")
    return _REASONS.get(error.errno or 0, said)


def shown(value: object) -> str:
    """A value as an error may print it: on one line, control characters escaped, and not for ever."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
