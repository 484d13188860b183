"""Our copy of the categories: filled, kept fresh, and never undone by an older list."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from tests.categories.doing import ID, add, last, names
from webapp.activity.service import Actor, history
from webapp.categories import service
from webapp.writes.service import State, find

if TYPE_CHECKING:
    from flask import Flask

    from webapp.sandbox.testing import Sandbox

pytestmark = pytest.mark.usefixtures("in_app")


def test_before_the_first_fetch_nothing_is_known() -> None:
    assert service.category_freshness().state == "unknown"
    assert (service.list_categories(), service.next_position()) == ((), 1)


def test_the_first_fetch_fills_the_copy_without_entries(three: list[dict[str, Any]]) -> None:
    assert sorted(names()) == sorted(category["name"] for category in three)
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

    entry = last(first["id"])
    assert (entry.kind, entry.actor_name) == ("category.changed_in_neropay", "NeroPay")
    assert entry.changes == {"name": (first["name"], "Renamed")}
    assert history("category", str(second["id"])) == ()


def test_what_is_gone_from_a_complete_list_goes(
    mona: Actor, three: list[dict[str, Any]], sandbox: Sandbox
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
    assert last(three[0]["id"]).kind == "category.gone_in_neropay"


def test_a_failed_fetch_keeps_the_copy_and_says_so(
    three: list[dict[str, Any]], sandbox: Sandbox
) -> None:
    sandbox.fault(action="status", status=500, times=0)
    result = service.refresh_categories()

    assert (result.is_complete, result.error_code) == (False, "server_error")
    freshness = service.category_freshness()
    assert (freshness.state, freshness.error_code) == ("failed", "server_error")
    assert freshness.finished_at is not None
    assert len(names()) == 3


@pytest.mark.parametrize("what", ["add", "delete"])
def test_a_list_that_is_older_than_our_write_does_not_undo_it(
    app: Flask, mona: Actor, three: list[dict[str, Any]], sandbox: Sandbox, what: str
) -> None:
    sandbox.fault(action="wait", when="after", match={"method": "GET"}, skip=1)
    thread = threading.Thread(target=_refresh_in, args=(app,))
    thread.start()
    sandbox.await_waiting()  # the last page is made, and not yet sent
    if what == "add":
        add(mona)
    else:
        service.delete_category(mona, ID, str(three[0]["id"]))
    sandbox.release()
    thread.join()

    assert ("Drinks" in names()) == (what == "add")
    assert (three[0]["name"] in names()) == (what == "add")
    settled = find(ID)
    assert settled is not None
    assert settled.state is State.APPLIED


def test_a_write_that_settled_while_the_list_was_fetched_stands(
    app: Flask, mona: Actor, three: list[dict[str, Any]], sandbox: Sandbox
) -> None:
    sandbox.fault(action="wait", match={"method": "GET"})
    thread = threading.Thread(target=_refresh_in, args=(app,))
    thread.start()
    sandbox.await_waiting()
    added = add(mona)
    sandbox.set_category(int(added.record_id or 0), name="Soft drinks")
    sandbox.release()
    thread.join()
    meanwhile = names()
    service.refresh_categories()

    assert "Drinks" in meanwhile
    assert "Soft drinks" in names()


def test_a_page_reads_the_list_once_and_again_after_a_write(
    app: Flask, mona: Actor, three: list[dict[str, Any]]
) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.extend(["categories"] if "FROM categories" in statement else [])

    reader = app.extensions["tillside.db"][1]
    event.listen(reader, "before_cursor_execute", note)
    with app.test_request_context():
        assert service.find_category(str(three[0]["id"]))
        assert service.near_duplicates(three[0]["name"])
        assert len(asked) == 1
        add(mona)
        assert "Drinks" in names()
    event.remove(reader, "before_cursor_execute", note)
    assert len(asked) == 2


def _refresh_in(app: Flask) -> None:
    with app.app_context():
        service.refresh_categories()
