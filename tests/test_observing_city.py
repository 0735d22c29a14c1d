"""A year of the city, simulated, written as a log and observed with the same limits: the same counts (DESIGN 1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.logfiles import write_log
from tests.conftest import ROOT
from tests.test_baotou_anchors import simulated
from tests.test_observing_real import observed


@pytest.mark.slow
@pytest.mark.parametrize("of_property", [False, True])
def test_a_simulated_year_is_observed_as_the_simulation_counts_it(tmp_path: Path, of_property: bool) -> None:
    """Of every commitment with a reading: as many cases whose clock stopped in the year, and as many of them late."""
    [(log, found)] = simulated("plan", 1, of_property=of_property).years
    write_log(log, tmp_path / "year.parquet")
    folder, year = ROOT / "scenarios" / "baotou", ("--from", "2021-07-01", "--to", "2022-06-30")
    told = {
        its["id"]: its for its in observed(tmp_path, tmp_path / "year.parquet", "--limits", folder, *year)["limits"]
    }
    own = {id_: its.completed for id_, its in found.limits.items() if its.completed is not None}
    assert own.keys() == told.keys() and sum(its.finished.size > 0 for its in own.values()) > (1 if of_property else 10)
    for id_, its in own.items():
        default = next(reading for reading in told[id_]["readings"] if reading["role"] == "default")
        assert (default["closed"], default["late"]) == (its.finished.size, its.late), id_
        assert default["mean"]["value"] == (pytest.approx(its.finished.mean(), abs=1e-4) if its.finished.size else None)
