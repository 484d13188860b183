"""What somebody left here leaves by itself only while they might send it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from webapp.activity import service as activity
from webapp.extensions import db
from webapp.people.tables import people
from webapp.writes import authors
from webapp.writes.held import still_held
from webapp.writes.waiting import Held, list_held, send_held, send_one

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT = "/customers/1001/edit"
SUSPENDED, DEMOTED = {"is_active": False}, {"role": "viewer"}


@pytest.fixture
def left(app: Flask, page_as: Callable[[str], Page], copied: Sandbox) -> Held:
    """Staff left a change here, and has gone on."""
    leave_change(page_as("staff"), copied, EDIT, city="York")
    with app.app_context():
        (held,) = list_held()
    return held


def leave_change(page: Page, copied: Sandbox, url: str, **typed: str) -> None:
    fields = {**page.get(url).form(url), **typed}
    copied.fault(action="status", status=503, times=0)
    assert page.post(url, {**fields, "hold": "1"}).status == 303
    copied.clear_faults()


def change(app: Flask, member: Member, **values: Any) -> None:
    with app.app_context(), db.write() as connection:
        connection.execute(update(people).where(people.c.id == member.id).values(values))


def drain(app: Flask) -> int:
    with app.app_context():
        return send_held(lambda _: None)


@pytest.mark.parametrize(
    ("values", "title", "text"),
    [
        (SUSPENDED, "Its author is suspended", "has been suspended since, so it was not sent"),
        (DEMOTED, "Its author may not send it any more", "has another role now"),
    ],
)
def test_it_stays_and_says_why(
    app: Flask, cast: dict[str, Member], page_as: Callable[[str], Page], copied: Sandbox,
    *, left: Held, values: dict[str, Any], title: str, text: str,
) -> None:  # fmt: skip
    change(app, cast["staff"], **values)
    assert [drain(app), drain(app)] == [0, 0]
    assert copied.ledger() == []
    manager = page_as("manager")
    assert title in manager.get("/writes").text
    page = manager.get(f"/writes/{left.id}")
    assert text in page.text
    assert page.has("form", action=f"/writes/{left.id}/take-over")
    assert "May no longer send what they left here" in manager.get("/activity").text


def test_a_manager_sends_it_as_their_own(
    app: Flask, cast: dict[str, Member], page_as: Callable[[str], Page], copied: Sandbox, left: Held
) -> None:
    change(app, cast["staff"], **SUSPENDED)
    drain(app)
    manager = page_as("manager")
    place = f"/writes/{left.id}/take-over"
    assert manager.post(place, manager.get("/writes").form(place)).location == "/writes"
    assert "Its author is suspended" not in manager.get("/writes").text
    assert drain(app) == 1
    assert [effect["key"] for effect in copied.ledger()] == [left.id]
    with app.app_context():
        told = [(entry.actor_name, entry.kind) for entry in activity.history("customer", "1001")]
    assert told == [
        ("Manager Person", "customer.update"),
        ("Manager Person", "customer.hold_taken_over"),
        ("Staff Person", "customer.hold_stopped"),
        ("Staff Person", "customer.held"),
    ]
    assert "Saved after all" in manager.get("/").text


def test_a_manager_who_changes_it_makes_it_their_own(
    app: Flask, cast: dict[str, Member], page_as: Callable[[str], Page], copied: Sandbox, left: Held
) -> None:
    change(app, cast["staff"], **SUSPENDED)
    drain(app)
    manager, place = page_as("manager"), f"/customers/waiting/{left.id}"
    form = manager.get(place).form(place)
    assert manager.post(place, {**form, "city": "Leeds"}).location == "/writes"
    assert drain(app) == 1
    found = copied.get_customer(1001)
    assert found is not None
    assert found["city"] == "Leeds"
    with app.app_context():
        assert activity.history("customer", "1001")[0].actor_name == "Manager Person"


def test_it_can_be_thrown_away(
    app: Flask, cast: dict[str, Member], page_as: Callable[[str], Page], copied: Sandbox, left: Held
) -> None:
    change(app, cast["staff"], **SUSPENDED)
    drain(app)
    assert page_as("manager").post(f"/writes/{left.id}/cancel").location == "/writes"
    assert drain(app) == 0
    assert copied.ledger() == []


@pytest.mark.parametrize(
    ("values", "back"), [(SUSPENDED, {"is_active": True}), (DEMOTED, {"role": "staff"})]
)
def test_once_its_author_may_send_it_again_it_goes_by_itself(
    app: Flask, cast: dict[str, Member], copied: Sandbox, left: Held,
    *, values: dict[str, Any], back: dict[str, Any],
) -> None:  # fmt: skip
    change(app, cast["staff"], **values)
    drain(app)
    change(app, cast["staff"], **back)
    assert drain(app) == 1
    assert [effect["key"] for effect in copied.ledger()] == [left.id]
    with app.app_context():
        assert list_held() == ()


def test_what_waits_for_another_decision_does_not_go_by_itself(
    app: Flask, cast: dict[str, Member], copied: Sandbox, left: Held
) -> None:
    copied.set_customer(1001, city="Leeds")  # it clashes
    assert drain(app) == 0
    change(app, cast["staff"], **SUSPENDED)
    change(app, cast["staff"], is_active=True)
    assert drain(app) == 0
    assert copied.ledger() == []
    with app.app_context():
        assert [one.id for one in list_held()] == [left.id]


def test_what_the_worker_writes_down_comes_from_no_address(
    app: Flask, cast: dict[str, Member], left: Held, copied: Sandbox
) -> None:
    change(app, cast["staff"], **SUSPENDED)
    drain(app)
    change(app, cast["staff"], is_active=True)
    drain(app)
    with app.app_context():
        told = {one.kind: one.address for one in activity.history("customer", "1001")}
    assert told == {
        "customer.update": None,
        "customer.hold_stopped": None,
        "customer.held": "127.0.0.1",
    }


def test_whose_role_does_not_include_it_takes_nothing_over(
    app: Flask, cast: dict[str, Member], page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    leave_change(page_as("manager"), copied, "/categories/new", name="Fruit")
    change(app, cast["manager"], role="staff")
    assert drain(app) == 0
    with app.app_context():
        (held,) = list_held()
    for name in ("manager", "staff"):  # its author is staff now, too
        page = page_as(name)
        assert "Send it as mine" not in page.get(f"/writes/{held.id}").text
        assert page.post(f"/writes/{held.id}/take-over").status == 403
    assert page_as("owner").post(f"/writes/{held.id}/take-over").status == 303
    assert drain(app) == 1


@pytest.mark.parametrize("name", ["manager", "staff"])
def test_what_its_author_may_send_is_taken_over_by_nobody(
    app: Flask, page_as: Callable[[str], Page], left: Held, name: str
) -> None:
    answer = page_as(name).post(f"/writes/{left.id}/take-over")
    assert answer.location == f"/writes/{left.id}"
    with app.app_context():
        assert list_held() == (left,)


def test_who_is_suspended_while_it_leaves(
    app: Flask, cast: dict[str, Member], copied: Sandbox, left: Held
) -> None:
    change(app, cast["staff"], **SUSPENDED)
    with app.app_context():
        with db.read() as connection:
            assert still_held(left)(connection) is None
            refusal = authors.may_leave(left)(connection)
        assert refusal is not None
        assert refusal.kind == "author_suspended"
        assert send_one(left) is False
    assert copied.ledger() == []
