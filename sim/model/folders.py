"""A scenario folder on disk: which files belong to it, and nothing outside it is ever read (BAD_INPUT 17, 20)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from sim.errors import InputError, reason
from sim.text import Text

LARGEST_FILE = 1_000_000
_MOST_FILES = 200
_MOST_LOOKED_AT = 10_000
_FURTHER_INSIDE = Text("指向更内层的文件夹", "name a folder further inside")
_YAML = {".yaml", ".yml"}
_MAPPING = (".mapping.yaml", ".mapping.yml")
"""What an export means stands in such a file, which may lie beside limits and is no part of a scenario."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
FIGURES = "figures.csv"


def yaml_files(folder: Path) -> list[tuple[str, Path]]:
    """The folder's YAML files, with their names from the folder on, in the order of these names without `.yaml`.

    So `scenarios.yaml` comes before `scenarios-property.yaml`, and what it begins with is the folder's first scenario.
    """
    try:
        _refuse_what_is_no_folder(folder)
        root = folder.resolve()
        found = sorted(_walk(root), key=lambda path: path.relative_to(root).with_suffix("").as_posix().encode())
    except OSError as error:
        raise _unreadable(error, str(error.filename or folder)) from None
    files = [(path.relative_to(root).as_posix(), path) for path in found]
    if not files:
        raise InputError(
            Text("文件夹中没有情景文件(*.yaml)", "the folder has no scenario files (*.yaml)"),
            Text("指向情景文件夹,例如 scenarios/baotou", "name a scenario folder, such as scenarios/baotou"),
            where=str(folder),
        )
    if len(files) > _MOST_FILES:
        rule = Text("情景文件多于 {n} 个", "there are more than {n} scenario files").format(n=_MOST_FILES)
        raise InputError(rule, _FURTHER_INSIDE, where=str(folder), value=len(files))
    return files


def inside(folder: Path, name: str) -> Path:
    """The file of the folder that a scenario names; any other is refused, unread."""
    written = name.replace("\\", "/")
    parts = written.split("/")
    if written.startswith("/") or ":" in written or ".." in parts or "\0" in name or "" in parts:
        raise InputError(
            Text("只能引用本文件夹之内的文件", "only files inside this folder can be named"),
            Text("写相对路径,例如 arrivals.csv", "write a path from the folder on, such as arrivals.csv"),
            value=name,
        )
    path = folder.resolve().joinpath(*parts)
    _refuse_name(path, written)
    _refuse_link(path, folder.resolve(), written)
    if not path.is_file():
        raise InputError(
            Text("本文件夹中没有这个文件", "this folder has no such file"),
            Text("核对文件名", "check the name"),
            value=name,
        )
    return path


def read(path: Path, shown: str, *, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file of a sensible size."""
    try:
        if not path.is_file():
            raise InputError(
                Text("这不是普通文件", "this is not a regular file"),
                Text("删去或换名", "take it away or rename it"),
                where=shown,
            )
        size = path.stat().st_size
        if size > largest:
            raise InputError(
                Text("文件大于 {n} MB", "the file is larger than {n} MB").format(n=largest // 1_000_000),
                Text("分成几个文件;大表放在 CSV 中", "split it; keep large tables in CSV files"),
                where=shown,
                value=f"{size} B",
            )
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(error, shown) from None


def _unreadable(error: OSError, where: str) -> InputError:
    return InputError(
        Text(f"无法读取:{reason(error).zh}", f"this cannot be read: {reason(error).en}"),
        Text("检查路径和权限", "check the path and its permissions"),
        where=where,
    )


def _refuse_what_is_no_folder(folder: Path) -> None:
    if "\0" not in str(folder) and folder.is_dir():
        return
    is_file = "\0" not in str(folder) and folder.exists()
    raise InputError(
        Text("这是一个文件,不是文件夹", "this is a file, not a folder")
        if is_file
        else Text("没有这个文件夹", "there is no such folder"),
        Text(
            "写情景文件夹的路径,例如 scenarios/baotou", "give the path of a scenario folder, such as scenarios/baotou"
        ),
        where=str(folder),
    )


def _walk(root: Path) -> Iterator[Path]:
    """YAML files below a folder; hidden ones and mappings of exports are left out, links are followed nowhere."""

    def refuse(error: OSError) -> NoReturn:
        raise error

    looked_at = 0
    for here, folders, names in os.walk(root, onerror=refuse):
        looked_at += len(folders) + len(names)
        if looked_at > _MOST_LOOKED_AT:  # a home folder, a whole disk
            rule = Text("文件夹中的文件多于 {n} 个", "the folder has more than {n} files").format(n=_MOST_LOOKED_AT)
            raise InputError(rule, _FURTHER_INSIDE, where=str(root))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in [*folders, *names]:
            path = Path(here, name)
            if name in folders:
                _refuse_link(path, root, path.relative_to(root).as_posix())
            elif path.suffix.lower() in _YAML and not name.startswith(".") and not name.lower().endswith(_MAPPING):
                shown = path.relative_to(root).as_posix()
                _refuse_link(path, root, shown)
                _refuse_name(path, shown)
                if not path.is_symlink():  # what it points to is read in its own place
                    yield path
            elif name.lower() == FIGURES and path.parent != root:
                raise InputError(
                    Text("figures.csv 只能放在情景文件夹的最外层", "figures.csv stands at the top of the folder only"),
                    Text("移到最外层,各行合并", "move it to the top and join the rows"),
                    where=path.relative_to(root).as_posix(),
                )


def _refuse_link(path: Path, root: Path, shown: str) -> None:
    if path.resolve().is_relative_to(root):
        return
    raise InputError(
        Text("链接指向文件夹之外", "a link leads out of the folder"),
        Text("换成文件本身", "put the file itself here"),
        where=shown,
    )


def _refuse_name(path: Path, shown: str) -> None:
    if any(_RESERVED.fullmatch(part) for part in shown.split("/")):
        raise InputError(
            Text("文件名在 Windows 上不可用", "the name of the file cannot be used on Windows"),
            Text("换一个名字", "give it another name"),
            where=shown,
            value=path.name,
        )
