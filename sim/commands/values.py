"""What the value of an option may be: refused with place, value, rule and cure in both languages, before any work."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from errno import EACCES, ENOTDIR
from math import inf
from pathlib import Path
from typing import Any

import rich_click as click

from sim.errors import InputError, reason
from sim.names import nearest
from sim.text import Text
from sim.whole_files import unwritable

AUTO = "auto"
"""``--replications auto``: the run chooses their number."""
STDOUT = Path("-")
"""Where ``--json -`` writes."""


class Whole(click.ParamType):
    """A whole number within bounds."""

    name = "whole"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"{self.low}..{self.high}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            if self.low <= (number := int(value)) <= self.high:
                return number
        except ValueError:
            pass
        raise InputError(
            Text(f"须为 {self.low} 至 {self.high} 的整数", f"this is a whole number from {self.low} to {self.high}"),
            Text(f"例如 {_place(param)} {max(self.low, 1)}", f"for example {_place(param)} {max(self.low, 1)}"),
            where=_place(param),
            value=value,
        )


class WholeOrAuto(Whole):
    """A whole number within bounds, or the word that leaves it to the run."""

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"{super().get_metavar(param, ctx)}|{AUTO}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return AUTO if value == AUTO else super().convert(value, param, ctx)


class Positive(click.ParamType):
    """A number above zero."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            if 0 < (number := float(value)) < inf:
                return number
        except ValueError:
            pass
        raise InputError(
            Text("须为大于零的数", "this is a number above zero"),
            Text(f"例如 {_place(param)} 10", f"for example {_place(param)} 10"),
            where=_place(param),
            value=value,
        )


class HalfWidths(click.ParamType):
    """``0.1,1%``: half-widths in days and of shares, as two positive numbers."""

    name = "precision"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "0.1,1%"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        days, comma, share = str(value).replace("，", ",").partition(",")
        try:
            found = float(days), float(share.rstrip("% ")) / (100 if share.rstrip().endswith("%") else 1)
            if comma and 0 < found[0] < inf and 0 < found[1] < 1:
                return found
        except ValueError:
            pass
        raise InputError(
            Text("须为天数和比例两个正数,以逗号隔开", "these are days and a share, both positive, with a comma"),
            Text(f"例如 {_place(param)} 0.1,1%", f"for example {_place(param)} 0.1,1%"),
            where=_place(param),
            value=value,
        )


class OneOf(click.ParamType):
    """One of a few words."""

    name = "word"

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join(self.words)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in self.words:
            return str(value)
        rule = Text("没有这个取值", "there is no such value")
        raise InputError(rule, nearest(str(value), self.words), where=_place(param), value=value)


class Moment(click.ParamType):
    """A date, ``2021-09-29``, or a date with its hour, ``2021-09-29 10:00``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                return dt.date.fromisoformat(value)
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}", value):
                return dt.datetime.fromisoformat(value)
        except ValueError:
            pass
        raise InputError(
            Text("须为日期,可带时刻,且确有这一天", "this is a date of the calendar, with or without an hour"),
            Text(f"例如 {_place(param)} 2021-09-29", f'for example {_place(param)} 2021-09-29, or "2021-09-29 14:30"'),
            where=_place(param),
            value=value,
        )


class Day(click.ParamType):
    """A date, ``2021-09-29``; ``2021/9/29`` and ``20210929`` will do."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        parts = re.fullmatch(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})", value)
        try:
            if parts and (parts[2] or len(value) == 8):
                return dt.date(int(parts[1]), int(parts[3]), int(parts[4]))
        except ValueError:
            pass
        raise InputError(
            Text("须为日期,且确有这一天", "this is a date of the calendar"),
            Text(f"例如 {_place(param)} 2021-09-29", f"for example {_place(param)} 2021-09-29"),
            where=_place(param),
            value=value,
        )


class Writable(click.ParamType):
    """A file or a folder to be written, which may be there already."""

    name = "path"

    def __init__(self, *, folder: bool) -> None:
        self.folder = folder

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path == STDOUT and not self.folder:
            return path
        try:
            if not value or "\0" in str(value):
                raise _refusal(Text("这不是路径", "this is no path"), param, value)
            self._refuse_kind(path, param)
        except PermissionError as error:
            raise unwritable(error, path) from None
        except OSError as error:
            raise _refusal(reason(error), param, value) from None
        return path

    def _refuse_kind(self, path: Path, param: click.Parameter | None) -> None:
        there = path.exists()
        if there and path.is_dir() != self.folder:
            is_a_file = Text("这是文件,须为文件夹", "this is a file, not a folder")
            is_a_folder = Text("这是文件夹,须为文件", "this is a folder, not a file")
            raise _refusal(is_a_file if self.folder else is_a_folder, param, path)
        if there and not self.folder and not path.is_file():
            return  # a pipe or a device is written where it stands
        above = path.absolute().parents
        folder = path if there and self.folder else next(one for one in above if one.exists())
        if not folder.is_dir():
            raise _refusal(reason(OSError(ENOTDIR, "")), param, path)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise unwritable(OSError(EACCES, ""), path)


def _place(param: click.Parameter | None) -> str:
    return "" if param is None else param.opts[0]


def _refusal(rule: Text, param: click.Parameter | None, value: object) -> InputError:
    cure = Text(f"给 {_place(param)} 另写一个路径", f"give {_place(param)} another path")
    return InputError(rule, cure, where=_place(param), value=str(value))
