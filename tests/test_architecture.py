"""The house as DESIGN part 3 draws it: rooms, and who may look into which; read from the source, nothing is run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from importlib.util import resolve_name
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
CALENDARS = (
    "sim.model.calendars sim.model.open_time sim.model.hours sim.model.spans sim.model.statutory sim.model.working_days"
)
CALENDARS += " sim.model.working_days"
LAWS = (
    "sim.model.laws sim.model.law_forms sim.model.law_kinds sim.model.law_tables sim.model.compiled_laws "
    "sim.model.quantiles sim.model.mixtures"
)
REFERENCE = (
    "sim.engine.reference sim.engine.instant sim.engine.work sim.engine.queues sim.engine.places "
    "sim.engine.history sim.engine.initial sim.engine.running"
)
FITS = "calibration.durations calibration.arrivals calibration.routing calibration.calendars calibration.pools"
FIT_PARTS = "calibration.resolution calibration.blocks calibration.opening calibration.day_kinds"
FIT_PARTS += " calibration.seasons"
FIT_PARTS += " calibration.loglinear calibration.levels calibration.rhythm"
FIT_PARTS += " calibration.routes calibration.activity calibration.busy calibration.disciplines calibration.gatherings"
NUMBERS = "part figures laws calendars"
DESCRIBED = f"{NUMBERS} promises pools sessions process demand"
MODEL = f"{DESCRIBED} base reforms scenario files model"
ATTRIBUTION = "sim.analysis.attribution sim.analysis.segments sim.analysis.staffing"
ENGINES = "streams engine reference program kernel replicate"
ANALYSIS = "statistics findings clock-times attribution verdicts compare analysis"

# room: its modules (and what lies under them), the rooms that it may look into beside itself and `words`.
# The longest name that fits decides, so a new module of a folder has the rights of the folder's own room
# ("sim.model", "sim.engine", ...) until it is named here.
HOUSE = {
    "words": ("sim.text sim.errors sim.names sim.bounds", ""),
    "jit": ("sim.jit sim.uncompiled", ""),
    "disk": ("sim.whole_files", ""),
    "part": ("sim.model.part sim.model.quantities", ""),
    "figures": ("sim.model.figures sim.model.patterns", "part"),
    "laws": (LAWS, "part figures jit"),
    "calendars": (CALENDARS, "part jit figures"),
    "promises": ("sim.model.clocks sim.model.limits", "part calendars"),
    "pools": ("sim.model.pools", NUMBERS),
    "sessions": ("sim.model.sessions", f"{NUMBERS} pools"),
    "process": ("sim.model.process sim.model.needs", f"{NUMBERS} sessions"),
    "demand": ("sim.model.demand sim.model.attributes", f"{NUMBERS} sessions"),
    "base": ("sim.model.base", DESCRIBED),
    "reforms": ("sim.model.reforms", f"{DESCRIBED} base"),
    "scenario": ("sim.model.scenario", f"{DESCRIBED} base reforms"),
    "files": ("sim.model.files", MODEL),
    "model": ("sim.model", MODEL),
    "eventlog": ("sim.eventlog sim.logbuilder sim.logcheck sim.logfiles", "calendars part disk"),
    "streams": ("sim.engine.streams", "jit"),
    "engine": ("sim.engine", f"{MODEL} streams eventlog jit"),
    "reference": (REFERENCE, f"{MODEL} streams eventlog engine"),
    "program": ("sim.engine.program", f"{MODEL} engine streams eventlog"),
    "kernel": ("sim.engine.kernel", "program streams eventlog engine scenario laws calendars jit"),
    "replicate": ("sim.engine.replicate sim.engine.engines", f"{MODEL} {ENGINES} eventlog jit"),
    "statistics": ("sim.analysis.statistics", ""),
    "findings": ("sim.analysis.results sim.analysis.samples", "statistics promises part"),
    "clock-times": ("sim.analysis.clock_times", "eventlog promises calendars part jit"),
    "attribution": (ATTRIBUTION, "eventlog calendars part jit"),
    "verdicts": ("sim.analysis.verdicts sim.analysis.ratios", "findings clock-times promises statistics eventlog part"),
    "compare": ("sim.analysis.compare", "findings statistics verdicts scenario part"),
    "analysis": ("sim.analysis", f"{MODEL} {ANALYSIS} eventlog jit"),
    "runs": ("sim.runs", f"{MODEL} {ANALYSIS} eventlog replicate disk"),
    "decide": ("sim.decide", f"{MODEL} {ANALYSIS} eventlog replicate runs"),
    "verification": ("sim.verification", f"{MODEL} {ANALYSIS} eventlog replicate"),
    "verified": ("sim.verification.words", f"{MODEL} eventlog replicate verification report"),
    "report": ("sim.report", f"{MODEL} {ANALYSIS} disk"),
    "study": (
        "sim.study sim.tracing sim.due sim.document sim.document_types",
        f"{MODEL} {ANALYSIS} eventlog replicate runs decide report disk",
    ),
    "command": (
        "sim.cli sim.commands sim.__main__",
        f"{MODEL} findings analysis study report front disk replicate runs decide verification verified",
    ),
    "front": ("", f"{MODEL} {ENGINES} {ANALYSIS} eventlog runs decide report study"),
    "fit-parts": (FIT_PARTS, f"{MODEL} {ANALYSIS} eventlog"),
    "fits": (FITS, f"{MODEL} {ANALYSIS} eventlog fit-parts"),
    "fitting": (
        "calibration.fit calibration.validating calibration.discovering",
        f"{MODEL} {ANALYSIS} eventlog replicate report fits fit-parts calibration disk",
    ),
    "calibration": ("calibration", f"{MODEL} {ANALYSIS} eventlog report fits fitting disk jit"),
    "asked": ("calibration.commands", f"{MODEL} {ANALYSIS} eventlog report disk calibration fitting command"),
}
HEAVY = {"numba", "scipy", "matplotlib", "pyarrow", "duckdb", "simpy"}
PUBLIC_NAMES = "## Public names"


@cache
def modules() -> dict[str, Path]:
    """The project's modules by dotted name; a package is named by its folder."""
    found = {}
    for path in sorted([*ROOT.glob("sim/**/*.py"), *ROOT.glob("calibration/**/*.py")]):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text("utf-8"))


def imports_of(module: str) -> Iterator[tuple[str, int]]:
    """The project modules that a module names in an import, wherever it stands, with the line."""
    package = module if modules()[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package) if node.level else str(node.module)
            inside = [f"{source}.{alias.name}" for alias in node.names]
            named = [name if name in modules() else source for name in inside]
        else:
            continue
        yield from ((name, node.lineno) for name in named if name.split(".")[0] in ("sim", "calibration"))


def third_party(module: str) -> set[str]:
    """The top names of what a module imports from outside the project and the standard library."""
    imports = [node for node in ast.walk(tree_of(module)) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {a.name for node in imports if isinstance(node, ast.Import) for a in node.names}
    named |= {str(node.module) for node in imports if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.split(".")[0] for name in named} - {"sim", "calibration"} - sys.stdlib_module_names


def room_of(module: str) -> str | None:
    if module == "sim":
        return "front"
    owners = {name: room for room, (names, _) in HOUSE.items() for name in names.split()}
    fitting = [name for name in owners if module == name or module.startswith(name + ".")]
    return owners[max(fitting, key=len)] if fitting else None


@pytest.mark.parametrize("module", modules())
def test_imports_follow_the_arrows_of_the_design(module: str) -> None:
    room = room_of(module)
    assert room, f"{module} belongs to no room: name it in HOUSE"
    open_to = {room, "words", *HOUSE[room][1].split()}
    for target, line in imports_of(module):
        assert room_of(target) in open_to, (
            f"{modules()[module].relative_to(ROOT)}:{line}: {module} (room {room}) imports {target} "
            f"(room {room_of(target)}), and may look into {', '.join(sorted(open_to))} only"
        )


def test_every_room_that_is_open_to_another_exists() -> None:
    assert {name for _, may in HOUSE.values() for name in may.split()} <= HOUSE.keys()


def test_imports_have_no_cycle() -> None:
    graph = {module: {target for target, _ in imports_of(module)} - {module} for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_sim_never_imports_calibration() -> None:
    sinners = {
        m for m in modules() if m.split(".")[0] == "sim" for t, _ in imports_of(m) if t.startswith("calibration")
    }
    assert not sinners


def test_no_fit_imports_another() -> None:
    for module in set(FITS.split()) & modules().keys():
        assert not {target for target, _ in imports_of(module)} & (set(FITS.split()) - {module})


@pytest.mark.parametrize("path", [*modules().values(), *sorted(ROOT.glob("tests/**/*.py"))], ids=lambda p: p.name)
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("module", modules())
def test_every_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(tree_of(module))


@pytest.mark.parametrize("module", [m for m in modules() if room_of(m) != "command"])
def test_the_library_does_not_print(module: str) -> None:
    calls = (node for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call))
    assert not [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]


def test_every_folder_of_modules_is_a_package() -> None:
    assert not {p.parent for p in modules().values() if not (p.parent / "__init__.py").exists()}


def test_every_folder_of_several_modules_has_a_readme() -> None:
    paths = [p for p in modules().values() if not p.name.startswith("__")]
    folders = {p.parent for p in paths if sum(p.parent == q.parent for q in paths) > 1}
    assert not {str(f.relative_to(ROOT)) for f in folders if not (f / "README.md").exists()}


def documented_names() -> list[str]:
    """The first word in backticks of each list item or table row under `PUBLIC_NAMES` in sim/README.md."""
    section = (ROOT / "sim/README.md").read_text("utf-8").partition(f"{PUBLIC_NAMES}\n")[2].split("\n## ")[0]
    return re.findall(r"^(?:[-*]|\|) *`(\w+)", section, re.MULTILINE)


def test_the_public_names_are_those_that_the_readme_of_sim_documents() -> None:
    import sim

    assert sorted(documented_names()) == sorted(sim.__all__)
    assert all(getattr(sim, name).__doc__ for name in sim.__all__)


def test_what_is_imported_is_what_an_installation_brings() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "dev" for line in lines]
    brought = {canonicalize_name(Requirement(line).name) for line in [*project["dependencies"], *extras]}
    brought.add("pydantic-core")  # pydantic documents its errors there, and pins it
    providers = packages_distributions()
    for module in modules():
        for name in third_party(module):
            assert brought & set(map(canonicalize_name, providers.get(name, []))), f"{module} imports {name}"


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    program = f"import sys, sim.cli; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
