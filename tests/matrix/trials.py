"""One case of the matrix: do it under the fault, look, take the fault away, and look again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.matrix.seen import assert_kept, assert_logged, assert_unknown, kind_of
from tests.matrix.writing import WRITING
from webapp.writes.service import State, find

if TYPE_CHECKING:
    import pytest

    from tests.matrix.ends import End, Fault
    from tests.matrix.world import Shop, World
    from tests.matrix.writing import Task
    from tests.page import Answer

RETRIES = 2  # that a client has in hand, whatever happens
_REST = 20.0  # seconds after which the breaker has forgotten


@dataclass(frozen=True)
class Sent:
    """A form that was sent under the fault, and what came of it."""

    task: Task
    intent: str
    kind: str
    answer: Answer


@dataclass
class Trial:
    """A fault and an operation that writes, once as a page and once with htmx."""

    world: World
    fault: Fault
    operation: str
    end: End
    sent: list[Sent] = field(default_factory=list)

    def run(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Try it, and see what staff, NeroPay, the log and our copy know of it."""
        writing = WRITING[self.operation]
        with self.world.calm.app.app_context():
            tasks = [writing.prepare(self.world) for _ in range(2)]
        capsys.readouterr()
        with self.world.under(self.fault, writing.match) as shop:
            for task, htmx in zip(tasks, (False, True), strict=True):
                self.world.arm(shop, self.fault)
                self._send(shop, task, htmx=htmx)
                self.world.clock.sleep(_REST)
            calls = self.world.sandbox.requests()
        self._check_log(capsys.readouterr().err)
        assert len(calls) <= 2 * writing.asked + RETRIES + 2 * self.fault.is_warm, calls
        assert {call["path"] for call in calls} <= self._paths(), "nothing was followed"
        with self.world.calm.app.app_context():
            self.world.settle(seconds=1000 if "a day" in self.fault.name else 40)
            if self.fault.is_spoiling:
                self.world.copy()
            for one in self.sent:
                self._check_settled(one)
            self.world.assert_copied()

    def _send(self, shop: Shop, task: Task, *, htmx: bool) -> None:
        fields = task.open(shop.page)
        intent = fields["intent"]
        answer = task.send(shop.page, fields, htmx=htmx)
        kind = kind_of(answer, intent, self.end)
        assert re.fullmatch(self.end.kind, kind), kind
        if kind == "unknown":
            assert_unknown(shop.page, task, intent, self.end)
        elif kind not in {"saved", "gone"}:
            assert_kept(task, answer, self.end)
        assert self.world.effects(intent) == self.end.effects
        self.sent.append(Sent(task, intent, kind, answer))

    def _check_log(self, log: str) -> None:
        failed = [one for one in self.sent if one.kind != "saved"]
        requests = [one.answer.response.headers["X-Request-ID"] for one in failed]
        typed = [text for one in self.sent for text in one.task.typed.values() if len(text) > 2]
        assert_logged(log, self.end, requests, [*typed, self.world.sandbox.secret_key])

    def _check_settled(self, one: Sent) -> None:
        """Every write is applied once, or refused without an effect; the trail says so."""
        outcome, trail = find(one.intent), self.world.trail(one.intent)
        if one.kind in {"saved", "unknown"}:
            assert outcome is not None
            assert (outcome.state, outcome.is_open) == (State.APPLIED, False)
            assert self.world.effects(one.intent) == 1
            assert trail == (["applied"] if one.kind == "saved" else ["unknown", "applied"])
            return
        assert outcome is None or outcome.state is State.REFUSED
        assert trail == ([] if outcome is None else ["refused"])
        assert self.world.effects(one.intent) == 0
        self._send_again(one)

    def _send_again(self, one: Sent) -> None:
        """What came back can be sent as it is, and is carried out once."""
        page = self.world.calm.page
        kept = {} if one.kind == "gone" else one.task.kept(one.answer)
        fields = kept or one.task.open(page)
        again = one.task.send(page, fields, htmx=False)
        assert again.status == 303, again.text
        assert self.world.effects(fields["intent"]) == 1
        assert self.world.trail(fields["intent"]) == ["applied"]

    def _paths(self) -> set[str]:
        wanted = {"/v2/customers", "/v2/categories", "/v2/account" if self.fault.is_warm else ""}
        numbers = {re.sub(r"\D", "", one.task.url) for one in self.sent}
        lists = ("/v2/customers", "/v2/categories")
        return wanted | {f"{path}/{number}" for path in lists for number in numbers}
