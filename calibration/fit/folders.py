"""The calibrated scenario on disk: a copy of its folder with the new figures, there whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sim.errors import InputError
from sim.model import encodings, files, folders
from sim.model.folders import FIGURES
from sim.text import Text
from sim.whole_files import unwritable, write_together

PAGE, DOCUMENT = "calibration.html", "calibration.json"
_README = "README.md"


def own_files(folder: Path) -> dict[str, bytes]:
    """What a scenario folder consists of: its YAML, its table of figures, the lists that it names, its README. What
    else lies there, exports among it, is none of it."""
    found = {name: path.read_bytes() for name, path in folders.yaml_files(folder)}
    data = files.gather(folder).data
    sources = data.get("sources")
    lists = [
        one.get("listed") for one in (sources.values() if isinstance(sources, dict) else ()) if isinstance(one, dict)
    ]
    for name in [*lists, data.get("initial")]:
        if isinstance(name, str):
            found[name] = folders.inside(folder, name).read_bytes()
    for name in (FIGURES, _README):
        if (folder / name).is_file():
            found[name] = (folder / name).read_bytes()
    return found


def table_of(folder: Path) -> str | None:
    """The folder's ``figures.csv`` as text, None without one."""
    path = folder / FIGURES
    if not path.exists():
        return None
    return encodings.utf8_or_gb18030(folders.read(path, str(path)), str(path))


def refuse_to_overwrite(out: Path, scenario: Path, anew: bool) -> None:
    """Errors: InputError where ``out`` is the scenario itself, or has anything in it that is not to be replaced."""
    if out.resolve() == scenario.resolve() or scenario.resolve() in out.resolve().parents:
        raise InputError(
            Text("--out 须在原情景目录之外", "--out lies outside the scenario folder"),
            Text("另选目录;要改原情景用 --into", "choose another folder; --into changes the scenario itself"),
            where="--out",
            value=str(out),
        )
    if not out.exists() or not any(out.iterdir()):
        return
    if not anew:
        raise _there(out, "--out")
    if not (out / DOCUMENT).is_file():
        raise InputError(
            Text(
                "这个目录不是拟合出来的情景,--anew 也不覆盖", "this folder is no calibrated scenario: --anew keeps it"
            ),
            Text("另选目录", "choose another folder"),
            where="--out",
            value=str(out),
        )


def _there(path: Path, where: str) -> InputError:
    return InputError(
        Text("已经有了,不覆盖", "this is there already, and is not overwritten"),
        Text("另选目录,或用 --anew 重做", "choose another folder, or do it again with --anew"),
        where=where,
        value=str(path),
    )


def put_folder(out: Path, contents: Mapping[str, bytes]) -> None:
    """A folder of these files in the stead of what was there; it is a scenario that passes its checks, or stays away.

    Errors: InputErrors of the checks; EnvironmentFailure where it cannot be written.
    """
    staged = _staged(out.absolute().parent, contents)
    try:
        files.load(staged)
        old = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=staged.parent)) if out.exists() else None
        if old is not None:
            out.replace(old / "old")
        staged.replace(out)
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise unwritable(error, out) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def put_into(folder: Path, process: str, contents: Mapping[str, bytes], anew: bool) -> None:
    """New figures of one process into a scenario folder, all files or none; nothing else of it changes.

    Errors: InputError where the process has been calibrated there before, unless ``anew``.
    """
    named = {name.replace("calibration.", f"calibration-{process}."): content for name, content in contents.items()}
    known = folder / DOCUMENT.replace("calibration.", f"calibration-{process}.")
    if known.exists() and not anew:
        raise _there(known, "--into")
    staged = _staged(None, own_files(folder) | {FIGURES: named[FIGURES]})
    try:
        files.load(staged)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    write_together(folder, named)


def _staged(above: Path | None, contents: Mapping[str, bytes]) -> Path:
    """A new folder with these files, down on the disk."""
    try:
        if above is not None:
            above.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".calibrated.", dir=above))
        staged.chmod(0o755)
    except OSError as error:
        raise unwritable(error, above or Path(tempfile.gettempdir())) from error
    by_folder: dict[str, dict[str, bytes]] = {}
    for name, content in contents.items():
        inner, _, last = name.rpartition("/")
        by_folder.setdefault(inner, {})[last] = content
    try:
        for inner, its in by_folder.items():
            write_together(staged / inner, its)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return staged
