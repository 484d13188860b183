"""Reads, and everything that can happen to them: our copy is shown, dated, and stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.matrix.ends import READS, Fault, cases, name_of
from tests.matrix.faults import CLOCKS, CONNECTING, LOSSES, TIMES
from tests.matrix.faults_answers import ANSWERS, PAUSES, REDIRECTS, REFUSALS, TROUBLE
from tests.matrix.faults_hostile import SHAPES, TEXTS
from tests.matrix.reading import try_reading

if TYPE_CHECKING:
    from tests.matrix.world import World

FAULTS = (
    *(*CONNECTING, *TIMES, *LOSSES, *CLOCKS),
    *(*PAUSES, *TROUBLE, *REFUSALS, *ANSWERS, *REDIRECTS),
    *(*TEXTS, *SHAPES),
)


@pytest.mark.parametrize(("fault", "operation"), cases(FAULTS, READS), ids=name_of)
def test_what_we_know_is_shown_whatever_neropay_does(
    world: World, fault: Fault, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    end = fault.end(operation)
    assert end is not None
    try_reading(world, fault, operation, end, capsys)
