"""Writes, and everything that NeroPay may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.matrix.ends import WRITES, Fault, cases, name_of
from tests.matrix.faults_answers import ANSWERS, PAUSES, REDIRECTS, REFUSALS, TROUBLE
from tests.matrix.faults_hostile import SHAPES, TEXTS
from tests.matrix.trials import Trial

if TYPE_CHECKING:
    from tests.matrix.world import World

FAULTS = (*PAUSES, *TROUBLE, *REFUSALS, *ANSWERS, *REDIRECTS, *TEXTS, *SHAPES)


@pytest.mark.parametrize(("fault", "operation"), cases(FAULTS, WRITES), ids=name_of)
def test_a_write_is_carried_out_once_or_refused(
    world: World, fault: Fault, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    end = fault.end(operation)
    assert end is not None
    Trial(world, fault, operation, end).run(capsys)
