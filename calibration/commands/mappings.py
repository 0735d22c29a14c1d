"""Where the mapping of an export is written, and where it is looked for: ``NAME.mapping.yaml``, here or beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.output import tell
from sim.errors import InputError
from sim.text import Language, Text

if TYPE_CHECKING:
    from calibration.importing.mapping import Mapping

_PACKED = {".gz", ".zip"}
_ENDS = (".mapping.yaml", ".mapping.xlsx")
_USED = Text("按映射 {path} 读取 {file}", "{file} is read by the mapping {path}")


def default_path(export: Path) -> Path:
    """In the folder in which the command is given: exports often lie where nothing may be written.

    >>> print(default_path(Path("/data/2021.csv.gz")))
    2021.mapping.yaml
    """
    return Path(_name(export) + _ENDS[0])


def mapping_of(export: Path, asked: Path | None, lang: Language, other: Path | None = None) -> tuple[Path, Mapping]:
    """The mapping that was asked for, else the export's own, else ``other``; which one is told on one line.

    Errors: InputError where a file is not there, or there is no mapping; InputErrors for what is wrong in it.
    """
    from calibration.importing.mapping_files import read_mapping

    for path in filter(None, (export, asked)):
        if not path.exists():
            raise InputError(
                Text("没有这个文件", "there is no such file"), Text("检查文件名", "see to its name"), where=str(path)
            )
    found = asked or found_for(export) or other
    if found is None:
        raise InputError(
            Text("没有找到这份数据的映射", "no mapping of this export was found"),
            Text(
                f"先运行 shixian inspect {export},核对它写出的 {default_path(export)};映射在别处的,用 --mapping 写明",
                f"run shixian inspect {export} and confirm the {default_path(export)} that it writes; "
                "one that lies elsewhere is named with --mapping",
            ),
            where=str(export),
        )
    mapping = read_mapping(found)
    tell(lang)(_USED.format(path=found, file=export.name))
    return found, mapping


def found_for(export: Path) -> Path | None:
    names = [_name(export) + end for end in _ENDS]
    places = (Path(), export.parent)
    return next((path for place in places for name in names if (path := place / name).is_file()), None)


def _name(export: Path) -> str:
    return (export.with_suffix("") if export.suffix.lower() in _PACKED else export).stem
