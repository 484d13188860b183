"""The made-up people: the same each time, British-looking, within the rules, nobody's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.calls import data_of
from webapp.sandbox.rules import CUSTOMER_LENGTHS, check_customer

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from tests.sandbox.conftest import Clock
    from webapp.sandbox.testing import Sandbox

DRAMA_NUMBERS = re.compile(
    r"07700900\d{3}|02079460\d{3}|011[3-8]4960\d{3}|01[2345]14960\d{3}|01614960\d{3}"
    r"|01914980\d{3}|02896496\d{3}|02920180\d{3}|01632960\d{3}"
)
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? \d[ABDEFGHJLNPQRSTUWXYZ]{2}")


@pytest.fixture
def people(sandbox: Sandbox) -> list[dict[str, object]]:
    sandbox.seed()
    return sandbox.customers()


def test_the_same_people_each_time(sandbox: Sandbox, people: list[dict[str, object]]) -> None:
    sandbox.seed()
    assert sandbox.customers() == people


def test_fewer_people_are_the_first_ones(sandbox: Sandbox, people: list[dict[str, object]]) -> None:
    sandbox.seed(customers=50)
    fields = ("id", *CUSTOMER_LENGTHS)
    assert [[row[field] for field in fields] for row in sandbox.customers()] == [
        [row[field] for field in fields] for row in people[:50]
    ]


def test_ids_and_counts(people: list[dict[str, object]]) -> None:
    assert [row["id"] for row in people] == list(range(1001, 3001))


def test_everybody_keeps_the_rules(people: list[dict[str, object]]) -> None:
    for row in people:
        check_customer(row, is_new=True)


def test_numbers_are_those_kept_free_for_drama(people: list[dict[str, object]]) -> None:
    phones = [str(row["phone"]) for row in people if row["phone"]]
    for phone in phones:
        digits = re.sub(r"\D", "", phone.partition(" ext")[0].replace("(0)", ""))
        digits = re.sub(r"^44", "0", digits)
        assert DRAMA_NUMBERS.fullmatch(digits), phone
    shapes = {re.sub(r"\d", "9", phone) for phone in phones}
    assert {"99999 999999", "99999999999", "+99 9999 999999", "99999-999-999"} <= shapes


def test_postcodes_look_real(people: list[dict[str, object]]) -> None:
    postcodes = [str(row["postcode"]) for row in people if row["postcode"]]
    assert all(POSTCODE.fullmatch(postcode) for postcode in postcodes)


def test_addresses_belong_to_nobody(people: list[dict[str, object]]) -> None:
    for row in people:
        if row["email"]:
            assert re.search(r"[@.](example\.(com|net|org)|[a-z-]+\.example)$", str(row["email"]))


def test_names_are_of_every_kind(people: list[dict[str, object]]) -> None:
    names = [str(row["name"]) for row in people]
    assert any(not name.isascii() for name in names)
    assert any("'" in name for name in names)
    assert any("-" in name for name in names)
    assert any(" " not in name for name in names)
    assert max(map(len, names)) == 255
    assert len(set(names)) > 1500


def test_some_lack_something(people: list[dict[str, object]]) -> None:
    for field in ("email", "phone", "address1"):
        missing = sum(row[field] is None for row in people)
        assert 50 < missing < 400


def test_created_over_three_years(people: list[dict[str, object]], clock: Clock) -> None:
    times = [datetime.fromisoformat(str(row["created_at"])) for row in people]
    assert times == sorted(times)
    now = datetime.fromtimestamp(clock(), UTC)
    assert 1090 < (now - times[0]).days < 1100
    assert times[-1] < now
    assert (now - times[-1]).days < 3
    assert len({(time.year, time.month) for time in times}) >= 36


def test_categories_are_a_shop(sandbox: Sandbox, people: list[dict[str, object]]) -> None:
    categories = sandbox.categories()
    assert [row["id"] for row in categories] == list(range(20, 32))
    assert [row["sort_order"] for row in categories] == list(range(1, 13))
    assert categories[0]["name"] == "Hot drinks"
    for column in ("is_active", "in_use"):
        assert {row[column] for row in categories} == {0, 1}


def test_more_categories_than_names(sandbox: Sandbox) -> None:
    sandbox.seed(customers=0, categories=30)
    assert len({row["name"] for row in sandbox.categories()}) == 30


def test_life_goes_on_after_the_seed(sandbox: Sandbox, caller: Caller) -> None:
    caller.post("/customers", {"name": "Old"}, key="k1")
    sandbox.seed(customers=10, categories=3)
    assert sandbox.ledger() == []
    assert data_of(caller.post("/customers", {"name": "New"}, key="k1"))["id"] == 1011
    assert data_of(caller.post("/categories", {"name": "New"}))["id"] == 23


def test_nobody_at_all(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=0, categories=0)
    assert data_of(caller.get("/customers")) == data_of(caller.get("/categories")) == []
