"""What is installed: the lock, the wheel, and what no file of the project may say."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
# Written so that this file does not match itself.
REGISTRY = re.compile(r"index[-_]url|find[-_]links|trusted[-_]host|pypi[.]|pythonhoste[d]|/simple[/]|npmj[s]", re.I)


def pinned() -> dict[str, Requirement]:
    """The requirements of the lock by canonical name."""
    lines = re.findall(r"^([a-z0-9].*?) \\$", LOCK, re.MULTILINE)
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_lock_holds_no_addresses() -> None:
    assert "://" not in LOCK


def test_every_package_of_the_lock_is_one_version_with_hashes() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", LOCK)
    assert len(entries) == len(pinned())
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==[^ ]+ .*\\\n    --hash=sha256:[0-9a-f]{64}", entry), entry


def test_the_lock_satisfies_what_the_project_asks_for() -> None:
    project = PROJECT["project"]
    asked = [
        *project["dependencies"],
        *project["optional-dependencies"]["dev"],
        *PROJECT["build-system"]["requires"],
    ]
    for requirement in map(Requirement, asked):
        version = next(iter(pinned()[canonicalize_name(requirement.name)].specifier)).version
        assert requirement.specifier.contains(version), requirement


def test_no_file_names_a_package_registry() -> None:
    for path in tracked():
        assert not (found := REGISTRY.search(path.read_text("utf-8", errors="ignore"))), f"{path}: {found}"


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    packages = ("sim", "calibration")
    source = {p.relative_to(ROOT).as_posix() for p in tracked() if p.relative_to(ROOT).parts[0] in packages}
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert source <= shipped
    assert {name.split("/")[0] for name in shipped} == set(packages)
    assert {"sim/py.typed", "calibration/py.typed"} <= shipped


def test_the_wheel_runs_outside_the_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    entry_points = next(tmp_path.glob("shixian-*.dist-info/entry_points.txt")).read_text("utf-8")
    assert "shixian = sim.cli:main" in entry_points.splitlines()
    command = [sys.executable, "-m", "sim", "--help"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
