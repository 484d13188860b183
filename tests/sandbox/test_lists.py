"""The lists: rows in full or brief, the paging styles, order, ids as text, gaps."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.calls import data_of

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from webapp.sandbox.testing import Sandbox

FULL = {"id", "name", "email", "phone", "address1", "city", "postcode", "created_at"}


def ids(caller: Caller, query: str = "") -> list[Any]:
    return [row["id"] for row in data_of(caller.get(f"/customers{query}"))]


def test_pages_follow_each_other(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=250)
    pages = [ids(caller, f"?limit=100&page={number}") for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [100, 100, 50, 0]
    assert [*chain(*pages)] == list(range(1001, 1251))


@pytest.mark.parametrize("query", ["", "?limit=0", "?limit=x&page=-1", "?page=0", "?limit=1e9"])
def test_nonsense_is_the_first_page_or_less(sandbox: Sandbox, caller: Caller, query: str) -> None:
    sandbox.seed(customers=120)
    page = ids(caller, query)
    assert page == list(range(1001, 1001 + len(page)))
    assert 1 <= len(page) <= 100


def test_a_page_beyond_all_sense_is_empty(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=3)
    assert ids(caller, "?page=99999999999") == []


def test_the_largest_page_is_a_switch(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=120)
    assert len(ids(caller, "?limit=1000")) == 100
    sandbox.switch(max_limit=30)
    assert ids(caller, "?limit=100&page=2") == list(range(1031, 1061))


def test_a_server_may_ignore_paging(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=120)
    sandbox.switch(paging="none")
    assert ids(caller, "?limit=10&page=2") == list(range(1001, 1121))


def test_meta_counts_pages(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=25)
    sandbox.switch(paging="meta")
    meta = caller.get("/customers?limit=10&page=2").json()["meta"]
    assert meta == {"current_page": 2, "last_page": 3, "per_page": 10, "total": 25}


def test_meta_counts_what_comes_and_goes(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=5)
    sandbox.switch(paging="meta")
    data_of(caller.post("/customers", {"name": "A"}))
    assert caller.get("/customers").json()["meta"]["total"] == 6
    sandbox.delete_customer(1002)
    assert caller.get("/customers").json()["meta"]["total"] == 5


def test_meta_names_the_next_page(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=25)
    sandbox.switch(paging="next_page")
    assert caller.get("/customers?limit=10&page=2").json()["meta"] == {"next_page": 3}
    assert caller.get("/customers?limit=10&page=3").json()["meta"] == {"next_page": None}


def test_links_lead_through_all_pages(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=25)
    sandbox.switch(paging="links")
    found, path = [], "/customers?limit=10"
    while path:
        content = caller.get(path).json()
        found += [row["id"] for row in content["data"]]
        url = content["links"]["next"]
        assert url is None or url.startswith(sandbox.url + "/customers?")
        path = url.removeprefix(sandbox.url) if url else ""
    assert found == list(range(1001, 1026))


def test_by_default_there_are_no_hints(caller: Caller) -> None:
    assert set(caller.get("/customers").json()) == {"success", "data"}


@pytest.mark.parametrize("with_gap", [False, True])
def test_newest_first(sandbox: Sandbox, caller: Caller, *, with_gap: bool) -> None:
    sandbox.seed(customers=25)
    expected = list(range(1025, 1000, -1))
    if with_gap:
        sandbox.delete_customer(1020)
        expected.remove(1020)
    sandbox.switch(order="desc")
    assert ids(caller, "?limit=10&page=1") + ids(caller, "?limit=10&page=2") == expected[:20]


def test_gaps_do_not_break_pages(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=25)
    sandbox.delete_customer(1005)
    pages = [ids(caller, f"?limit=10&page={number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [10, 10, 4]
    assert 1005 not in [*chain(*pages)]


def test_rows_are_full_or_brief(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=2)
    assert {*data_of(caller.get("/customers"))[0]} == FULL
    sandbox.switch(list_rows="brief")
    assert {*data_of(caller.get("/customers"))[0]} == {"id", "name", "email"}
    assert {*data_of(caller.get("/customers/1001"))} == FULL


def test_ids_may_be_text(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=1)
    sandbox.switch(id_type="string")
    assert ids(caller) == ["1001"]
    assert data_of(caller.get("/customers/1001"))["id"] == "1001"
    assert data_of(caller.post("/customers", {"name": "A"}))["id"] == "1002"
    assert data_of(caller.get("/categories"))[0]["id"] == "20"


def test_a_new_customer_is_in_the_list(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=5)
    data_of(caller.post("/customers", {"name": "A"}))
    assert ids(caller)[-1] == 1006
