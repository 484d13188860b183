"""Lists that repeat, loop, shift or come back empty, and ids that nobody would expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from webapp.customers import directory
from webapp.customers.service import run_sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.matrix.world import World
    from webapp.customers.sync import SyncResult

LIST = {"method": "GET", "path": "customers$"}
BIG = 2**63 + 11
MOST_CALLS = 6  # for 12 customers in pages of 5, whatever the pages say


@pytest.fixture
def in_pages(world: World) -> Iterator[World]:
    """NeroPay gives five customers in a page."""
    world.sandbox.switch(max_limit=5)
    world.sandbox.forget_requests()
    with world.calm.app.app_context():
        yield world
        world.sandbox.clear_faults()
        world.sandbox.switch(max_limit=100)
        world.copy()
        world.assert_copied()


def sync(world: World, *faults: dict[str, Any]) -> SyncResult:
    for fault in faults:
        world.sandbox.fault(**{"times": 0, "match": LIST, **fault})
    result = run_sync(reason="matrix")
    assert len(world.sandbox.requests()) <= MOST_CALLS
    return result


@pytest.mark.parametrize("paging", ["page", "meta", "next_page", "links"])
@pytest.mark.parametrize(
    "pages",
    [
        {"serve": 1},
        {"loop": 2},
        {"serve": 99},
        {"serve": 99, "skip": 1},
        {"shift": -1},
        {"shift": 2},
        {"shift": 5},
    ],
    ids=str,
)
def test_pages_that_cannot_be_relied_on_drop_nobody(
    in_pages: World, paging: str, pages: dict[str, Any]
) -> None:
    in_pages.sandbox.switch(paging=paging)
    result = sync(in_pages, {"action": "page", **pages})
    in_pages.sandbox.switch(paging="page")
    assert result.state == "done"
    assert result.gone <= 1, "one may go at a time, as it does where a record was removed"
    assert result.held_back == 0 or result.gone == 0
    with_one_less = len(in_pages.sandbox.customers()) - 1
    assert directory.status().row_count >= with_one_less


def test_a_list_that_is_empty_empties_nothing(in_pages: World) -> None:
    result = sync(in_pages, {"action": "shape", "data": []})
    assert (result.state, result.gone, result.held_back) == ("done", 0, 12)
    shown = in_pages.calm.page.get("/customers")
    assert shown.has("tr", id="customer-1001")


@pytest.mark.parametrize("as_text", [True, False])
def test_an_id_beyond_any_column_is_an_id(in_pages: World, as_text: bool) -> None:
    raw = f'"{BIG}"' if as_text else str(BIG)
    result = sync(in_pages, {"action": "hostile", "record": 1012, "raw": {"id": raw}})
    assert (result.state, result.created) == ("done", 1)
    page = in_pages.calm.page
    assert page.get("/customers").has("tr", id=f"customer-{BIG}")
    assert page.get(f"/customers/{BIG}").status == 200
    gone = page.get(f"/customers/{BIG}/refresh", htmx=True)
    assert "No longer at NeroPay" in gone.text
    form = page.get(f"/customers/{BIG}/edit").form(f"/customers/{BIG}/edit")
    refused = page.post(f"/customers/{BIG}/edit", {**form, "city": "Oswestry"})
    assert refused.status == 409
    assert refused.form(f"/customers/{BIG}/edit")["city"] == "Oswestry"


@pytest.mark.parametrize("record_id", ['"10/02"', '"../account"', '""', "{}", "true", "1.5"])
def test_a_record_without_a_usable_id_is_set_aside(in_pages: World, record_id: str) -> None:
    result = sync(in_pages, {"action": "hostile", "record": 1002, "raw": {"id": record_id}})
    assert (result.state, result.set_aside, result.gone) == ("done", 1, 0)
    assert directory.status().row_count == 12


def test_ids_that_are_text_are_the_same_ids(in_pages: World) -> None:
    in_pages.sandbox.switch(id_type="string")
    result = sync(in_pages)
    assert (result.state, result.created, result.changed, result.gone) == ("done", 0, 0, 0)
    page, url = in_pages.calm.page, "/customers/1003/edit"
    saved = page.post(url, {**page.get(url).form(url), "city": "Oswestry"})
    assert saved.location == "/customers/1003"
    in_pages.sandbox.switch(id_type="int")
