"""Adding and deleting categories: once, honestly, and never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.categories.doing import ID, add, last, names
from webapp.activity.service import Actor
from webapp.categories import service
from webapp.writes.service import State, new_intent_id, settle

if TYPE_CHECKING:
    from tests.conftest import Clock
    from webapp.sandbox.testing import Sandbox

pytestmark = pytest.mark.usefixtures("in_app")


def test_adding(mona: Actor, sandbox: Sandbox) -> None:
    outcome = add(mona)

    assert outcome.state is State.APPLIED
    (row,) = service.list_categories()
    assert (row.name, row.sort_order, row.is_active, row.open_state) == ("Drinks", 5, False, None)
    assert sandbox.categories()[0]["is_active"] == 0
    assert outcome.fields_differing == {}
    assert last(row.id).changes["name"] == (None, "Drinks")
    assert service.find_category(row.id) == row


def test_adding_after_a_refusal_is_a_new_attempt(mona: Actor, sandbox: Sandbox) -> None:
    assert add(mona, "").state is State.REFUSED
    assert add(mona, "Drinks").state is State.APPLIED
    assert add(mona, "Drinks").is_replay
    assert len(sandbox.ledger()) == 1


def test_deleting(mona: Actor, three: list[dict[str, Any]], sandbox: Sandbox) -> None:
    gone = three[0]
    outcome = service.delete_category(mona, ID, str(gone["id"]))
    again = service.delete_category(mona, ID, str(gone["id"]))

    assert (outcome.state, again.state, again.is_replay) == (State.APPLIED, State.APPLIED, True)
    assert gone["name"] not in names()
    assert len(sandbox.ledger()) == 1
    assert last(gone["id"]).changes["name"] == (gone["name"], None)


def test_a_refused_deletion_keeps_the_row(
    mona: Actor, three: list[dict[str, Any]], sandbox: Sandbox
) -> None:
    sandbox.set_category(three[0]["id"], in_use=1)
    outcome = service.delete_category(mona, ID, str(three[0]["id"]))

    assert outcome.refusal is not None
    assert (outcome.refusal.kind, outcome.refusal.code) == ("refused", "category_in_use")
    assert three[0]["name"] in names()


def test_deleting_what_is_not_there_asks_nobody(mona: Actor, sandbox: Sandbox) -> None:
    outcome = service.delete_category(mona, ID, "999")

    assert outcome.refusal is not None
    assert outcome.refusal.kind == "not_found"
    assert sandbox.requests() == []


def test_an_unknown_deletion_shows_at_the_row_and_is_not_guessed(
    mona: Actor, three: list[dict[str, Any]], sandbox: Sandbox
) -> None:
    _lose_the_answer_to_a_deletion(mona, three, sandbox)
    service.refresh_categories()

    row = service.find_category(str(three[0]["id"]))
    assert row is not None
    assert row.open_state == "unknown"
    assert settle(ID).state is State.APPLIED
    assert service.find_category(str(three[0]["id"])) is None
    assert last(three[0]["id"]).kind == "category.delete"


@pytest.mark.parametrize("has_effect", [True, False])
def test_an_old_unknown_deletion_is_looked_up(
    mona: Actor,
    three: list[dict[str, Any]],
    sandbox: Sandbox,
    clock: Clock,
    has_effect: bool,
) -> None:
    _lose_the_answer_to_a_deletion(mona, three, sandbox, has_effect=has_effect)
    clock.advance(hours=25)
    sandbox.forget_requests()
    outcome = settle(ID)

    assert (outcome.state is State.APPLIED, outcome.is_closed_unknown) == (
        has_effect,
        not has_effect,
    )
    assert {request["method"] for request in sandbox.requests()} == {"GET"}


def test_an_old_unknown_category_is_closed_as_not_known(
    mona: Actor, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.fault(action="status", status=500, times=0)
    add(mona)
    clock.advance(hours=25)

    assert settle(ID).is_closed_unknown


@pytest.mark.parametrize("name", ["drinks", "DRINK", " Drinks ", "Drínks", "Drinks!"])
def test_near_duplicates(mona: Actor, name: str) -> None:
    add(mona)
    add(mona, "Food", new_intent_id())

    assert [row.name for row in service.near_duplicates(name)] == ["Drinks"]


@pytest.mark.parametrize("name", ["", "!", "Drinking"])
def test_no_near_duplicates(mona: Actor, name: str) -> None:
    add(mona)
    assert service.near_duplicates(name) == ()


@pytest.mark.parametrize("name", ["\U0001f355", "!!!", "&", "\u2764"])
def test_names_of_signs_alone_are_near_duplicates_of_themselves(mona: Actor, name: str) -> None:
    add(mona, name)

    assert [row.name for row in service.near_duplicates(f" {name}\ufe0f")] == [name]
    assert service.near_duplicates("#") == ()


def _lose_the_answer_to_a_deletion(
    mona: Actor, three: list[dict[str, Any]], sandbox: Sandbox, *, has_effect: bool = True
) -> None:
    fault = {"action": "status", "status": 500, "effect": has_effect}
    sandbox.fault(**fault, match={"method": "DELETE"}, times=0)
    assert service.delete_category(mona, ID, str(three[0]["id"])).state is State.UNKNOWN
    sandbox.clear_faults()
