"""Writes, and everything that can happen to a request or an answer on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.matrix.ends import WRITES, Fault, cases, name_of
from tests.matrix.faults import CLOCKS, CONNECTING, LOSSES, TIMES
from tests.matrix.trials import Trial

if TYPE_CHECKING:
    from tests.matrix.world import World

FAULTS = (*CONNECTING, *TIMES, *LOSSES, *CLOCKS)


@pytest.mark.parametrize(("fault", "operation"), cases(FAULTS, WRITES), ids=name_of)
def test_a_write_is_carried_out_once_or_refused(
    world: World, fault: Fault, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    end = fault.end(operation)
    assert end is not None
    Trial(world, fault, operation, end).run(capsys)
