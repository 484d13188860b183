"""What waits is compared as it leaves: a clash waits for a person; one record's writes in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.customers.makers import JANE
from webapp.activity.service import Actor
from webapp.customers import waiting
from webapp.writes.service import new_intent_id
from webapp.writes.waiting import Held, cancel, list_held, send_held, send_one

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.backing import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox


def keep(actor: Actor, seen: dict[str, str | None] = JANE, **values: str) -> Held:
    kept = waiting.hold_change(actor, new_intent_id(), "1001", seen, {**seen, **values})
    assert isinstance(kept, Held)
    return kept


def drain() -> int:
    return send_held(lambda _: None)


def cities(sandbox: Sandbox) -> tuple[object, object]:
    found = sandbox.get_customer(1001)
    assert found is not None
    return found["city"], found["phone"]


@pytest.mark.usefixtures("jane")
def test_what_others_changed_meanwhile_stays(mary: Actor, sandbox: Sandbox) -> None:
    keep(mary, city="York")
    sandbox.set_customer(1001, phone="01632 960999")
    assert drain() == 1
    assert cities(sandbox) == ("York", "01632 960999")


@pytest.mark.usefixtures("jane")
def test_a_clash_sends_nothing_and_waits_for_a_person(mary: Actor, sandbox: Sandbox) -> None:
    keep(mary, city="York")
    sandbox.set_customer(1001, city="Hull")
    assert [drain(), drain()] == [0, 0]
    (held,) = list_held()
    assert held.needs_you
    assert held.refusal is not None
    assert held.refusal.theirs == {"city": "Hull"}
    assert sandbox.ledger() == []


@pytest.mark.usefixtures("jane")
def test_one_record_s_writes_go_in_order_behind_one_that_needs_a_decision(
    mary: Actor, sandbox: Sandbox
) -> None:
    first = keep(mary, city="York")
    keep(mary, JANE | {"city": "York"}, phone="01632 960002")
    sandbox.set_customer(1001, city="Hull")
    assert drain() == 0
    assert sandbox.ledger() == []
    assert cancel(mary, first.id) is not None
    assert drain() == 1
    assert cities(sandbox) == ("Hull", "01632 960002")


@pytest.mark.usefixtures("jane")
def test_the_next_ones_start_from_what_waits(mary: Actor, sandbox: Sandbox) -> None:
    keep(mary, city="York")
    shown = waiting.laid_over(JANE, waiting.held_on("1001"))
    assert shown["city"] == "York"
    keep(mary, shown, phone="01632 960002")
    assert drain() == 2
    assert cities(sandbox) == ("York", "01632 960002")
    assert len(sandbox.ledger()) == 2


@pytest.mark.usefixtures("jane")
def test_one_that_was_changed_while_it_leaves_does_not_leave_as_it_was(
    mary: Actor, sandbox: Sandbox
) -> None:
    old = keep(mary, city="York")
    assert waiting.change_held(mary, old, JANE, JANE | {"city": "Bath"}) is not None
    assert send_one(old) is False  # as a worker that read it before would
    assert sandbox.ledger() == []
    assert drain() == 1
    assert cities(sandbox)[0] == "Bath"
    assert [effect["key"] for effect in sandbox.ledger()] == [old.id]


def test_the_author_decides_on_the_page_of_the_conflict(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask
) -> None:
    staff = page_as("staff")
    url = "/customers/1001/edit"
    copied.stop()
    refused = staff.post(url, {**staff.get(url).form(url), "city": "York"})
    staff.post(url, {**refused.form(url), "hold": "1"})
    copied.start()
    copied.set_customer(1001, city="Hull")
    with app.app_context():
        assert drain() == 0
        (held,) = list_held()
    told = staff.get("/")
    assert "waits for you" in told.text
    place = f"/customers/waiting/{held.id}"
    page = staff.get(place)
    assert page.status == 200
    assert "In NeroPay now" in page.text
    resolve = "/customers/1001/resolve"
    answer = staff.post(resolve, {**page.form(resolve), "keep_city": "mine"})
    assert answer.location == "/writes"
    with app.app_context():
        assert drain() == 1
    assert cities(copied)[0] == "York"
    assert [effect["key"] for effect in copied.ledger()] == [held.id]


@pytest.mark.usefixtures("jane")
def test_an_answer_that_cannot_be_read_is_nothing_for_a_person(
    mary: Actor, sandbox: Sandbox, clock: Clock
) -> None:
    keep(mary, city="York")
    sandbox.fault(action="html", status=200, times=0, match={"path": "/customers/1001"})
    assert drain() == 0
    sandbox.clear_faults()
    assert [one.needs_you for one in list_held()] == [False]
    clock.advance(seconds=10)
    assert drain() == 1
    assert cities(sandbox)[0] == "York"
