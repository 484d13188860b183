"""/: the shop's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def test_counts_from_our_copy_and_leads_to_each_filter(staff: Page, copied: Sandbox) -> None:
    answer = staff.get("/")
    assert answer.status == 200
    for text in ("Customers 12 in all", "Without e-mail 1 ", "Without phone 2 ",
                 "Categories 4 4 active at the tills"):  # fmt: skip
        assert text in answer.text
    assert answer.has("a", href="/customers?no_email=1")
    assert answer.has("a", href="/customers?no_phone=1")
    assert answer.has("a", href="/categories")
    assert copied.requests() == []


def test_the_part_is_in_the_page(staff: Page) -> None:
    assert staff.get("/", htmx=True).reader.tags[0][1]["id"] == "numbers"
    assert staff.get("/").has("div", id="numbers")


def test_the_chart_has_a_table_behind_it(staff: Page, clock: Clock) -> None:
    answer = staff.get("/")
    assert answer.has("svg", role="img", _class="chart")
    assert [tag for tag, _ in answer.reader.tags].count("rect") >= 12
    assert f"{clock():%b %Y}" in answer.text


def test_says_when_the_copy_was_made_and_asks_for_another(staff: Page) -> None:
    answer = staff.get("/")
    assert "Last complete" in answer.text
    assert "Repeats every 5 minutes" in answer.text
    asked = staff.post("/customers/sync", answer.form("/customers/sync"))
    assert (asked.status, asked.location) == (303, "/")


def test_before_the_first_copy_nothing_is_claimed(page_as: Callable[[str], Page]) -> None:
    answer = page_as("viewer").get("/")
    assert "Last complete not yet" in answer.text
    assert "Customers 0 copied so far" in answer.text
    assert not answer.has("a", href="/customers/new")


def test_writes_without_confirmation_come_first(staff: Page, copied: Sandbox) -> None:
    assert not staff.get("/").has("section", data_state="unknown")
    copied.fault(action="status", status=500, times=0, match={"method": "POST"})
    form = {**staff.get("/customers/new").form("/customers/new"), "name": "Zoë <b>"}
    staff.post("/customers/new", form)
    answer = staff.get("/")
    assert answer.has("section", data_state="unknown")
    assert "1 change not confirmed by NeroPay yet New customer: Zoë <b>" in answer.text
    assert answer.has("a", href=f"/writes/{form['intent']}")


def test_it_goes_on_without_neropay(staff: Page, no_neropay: None) -> None:
    assert "Customers 12 in all" in staff.get("/").text


def test_it_is_only_read(staff: Page) -> None:
    assert staff.post("/").status == 405
