"""Our copy of the categories: filled, kept fresh, and never undone by an older list."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from webapp.activity.service import Actor, Entry, history
from webapp.categories import service
from webapp.writes.service import Outcome, State, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Member
    from webapp.sandbox.testing import Sandbox

ID = "89abcdef01234567" * 2


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def manager(cast: dict[str, Member]) -> Actor:
    return Actor(cast["manager"].id, "Manager Person", "192.0.2.7")


@pytest.fixture
def three(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Three categories that may be deleted, in NeroPay and in our copy."""
    sandbox.seed(customers=0, categories=3)
    for category in sandbox.categories():
        sandbox.set_category(category["id"], in_use=0)
    assert service.refresh_categories().is_complete
    sandbox.forget_requests()
    return sandbox.categories()


def _add(actor: Actor, name: str = "Drinks", intent_id: str = ID) -> Outcome:
    return service.create_category(actor, intent_id, name, 5, False)


def _names() -> list[str]:
    return [row.name for row in service.list_categories()]


def _last(category_id: object) -> Entry:
    return history("category", str(category_id))[0]


def test_before_the_first_fetch_nothing_is_known() -> None:
    assert service.category_freshness().state == "unknown"
    assert (service.list_categories(), service.next_position()) == ((), 1)


def test_the_first_fetch_fills_the_copy_without_entries(three: list[dict[str, Any]]) -> None:
    assert sorted(_names()) == sorted(category["name"] for category in three)
    assert service.category_freshness().state == "ok"
    assert history("category", str(three[0]["id"])) == ()


def test_till_order(three: list[dict[str, Any]], sandbox: Sandbox) -> None:
    for category, place in zip(three, (7, 2, 7), strict=True):
        sandbox.set_category(category["id"], sort_order=place, name=f"{category['id']}")
    service.refresh_categories()

    first, second, third = (str(category["id"]) for category in three)
    assert [row.id for row in service.list_categories()] == [second, first, third]
    assert service.next_position() == 8


def test_changes_made_elsewhere_are_entered(three: list[dict[str, Any]], sandbox: Sandbox) -> None:
    first, second, _ = three
    sandbox.set_category(first["id"], name="Renamed")
    service.refresh_categories()

    entry = _last(first["id"])
    assert (entry.kind, entry.actor_name) == ("category.changed_in_neropay", "NeroPay")
    assert entry.changes == {"name": (first["name"], "Renamed")}
    assert history("category", str(second["id"])) == ()


def test_what_is_gone_from_a_complete_list_goes(
    manager: Actor, three: list[dict[str, Any]], sandbox: Sandbox
) -> None:
    rest = [
        {key: category[key] for key in ("id", "name", "sort_order", "is_active")}
        for category in three[1:]
    ]
    sandbox.fault(action="shape", data=[*rest, {"name": "no id"}], times=0)
    assert service.refresh_categories().set_aside > 0
    kept = len(service.list_categories())
    sandbox.clear_faults()
    sandbox.fault(action="shape", data=rest, times=0)
    service.refresh_categories()

    assert (kept, len(service.list_categories())) == (3, 2)
    assert _last(three[0]["id"]).kind == "category.gone_in_neropay"


def test_a_failed_fetch_keeps_the_copy_and_says_so(
    three: list[dict[str, Any]], sandbox: Sandbox
) -> None:
    sandbox.fault(action="status", status=500, times=0)
    result = service.refresh_categories()

    assert (result.is_complete, result.error_code) == (False, "server_error")
    freshness = service.category_freshness()
    assert (freshness.state, freshness.error_code) == ("failed", "server_error")
    assert freshness.finished_at is not None
    assert len(_names()) == 3


@pytest.mark.parametrize("what", ["add", "delete"])
def test_a_list_that_is_older_than_our_write_does_not_undo_it(
    app: Flask, manager: Actor, three: list[dict[str, Any]], sandbox: Sandbox, what: str
) -> None:
    sandbox.fault(action="wait", when="after", match={"method": "GET"}, skip=1)
    thread = threading.Thread(target=_refresh_in, args=(app,))
    thread.start()
    sandbox.await_waiting()  # the last page is made, and not yet sent
    if what == "add":
        _add(manager)
    else:
        service.delete_category(manager, ID, str(three[0]["id"]))
    sandbox.release()
    thread.join()

    assert ("Drinks" in _names()) == (what == "add")
    assert (three[0]["name"] in _names()) == (what == "add")
    settled = find(ID)
    assert settled is not None
    assert settled.state is State.APPLIED


def test_a_write_that_settled_while_the_list_was_fetched_stands(
    app: Flask, manager: Actor, three: list[dict[str, Any]], sandbox: Sandbox
) -> None:
    sandbox.fault(action="wait", match={"method": "GET"})
    thread = threading.Thread(target=_refresh_in, args=(app,))
    thread.start()
    sandbox.await_waiting()
    added = _add(manager)
    sandbox.set_category(int(added.record_id or 0), name="Soft drinks")
    sandbox.release()
    thread.join()
    meanwhile = _names()
    service.refresh_categories()

    assert "Drinks" in meanwhile
    assert "Soft drinks" in _names()


def _refresh_in(app: Flask) -> None:
    with app.app_context():
        service.refresh_categories()
