"""The table of faults stays true while the program changes; `make mutants` tries the faults themselves."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.mutations.fault import Fault
from tests.mutations.faults import FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_each_fault_has_its_place_in_the_program_exactly_once(fault: Fault) -> None:
    assert not fault.trouble


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_who_ought_to_notice_a_fault_is_there(fault: Fault) -> None:
    for test in fault.tests:
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text("utf-8")


def test_each_fault_has_a_name_of_its_own_and_each_rule_from_2_to_18_has_faults() -> None:
    assert len({fault.id for fault in FAULTS}) == len(FAULTS) >= 40
    assert {fault.rule for fault in FAULTS} == set(range(2, 19))
    assert sum(fault.in_kernel for fault in FAULTS) >= 10
