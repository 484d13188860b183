"""Undo while NeroPay is away: it can be left here as the correction that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import drain
from webapp.writes.waiting import list_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

RECORD, URL = "/customers/1001", "/customers/1001/edit"
HOLD = "Send when NeroPay is back"
PATCH = {"match": {"method": "PATCH"}}


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.fixture
def toast(staff: Page) -> tuple[str, dict[str, str]]:
    """Change the record; give where the button of its toast leads, and what it sends."""
    form = {**staff.get(URL).form(URL), "city": "Swansea", "back": "/customers?q=daisy"}
    shown = staff.get(staff.post(URL, form).location.partition("#")[0])
    actions = [str(found.get("action")) for tag, found in shown.reader.tags if tag == "form"]
    url = next(action for action in actions if "/undo/" in action)
    return url, shown.form(url)


def offer(staff: Page, copied: Sandbox, toast: tuple[str, dict[str, str]]) -> Answer:
    """Undo in vain; give the page that this leads to."""
    copied.fault(action="status", status=503, times=0)
    answer = staff.post(*toast)
    copied.clear_faults()
    assert answer.location.startswith(f"{toast[0]}?later=1&back=")
    return staff.get(answer.location)


def test_it_is_left_here_and_goes_when_neropay_is_back(
    staff: Page, copied: Sandbox, app: Flask, toast: tuple[str, dict[str, str]]
) -> None:
    page = offer(staff, copied, toast)
    assert "NeroPay cannot be reached. Nothing was sent, so nothing was changed." in page.text
    assert HOLD in page.text
    fields = {**page.form(toast[0]), "hold": "1"}
    for _ in range(2):  # a double click leaves one
        kept = staff.post(toast[0], fields)
        assert kept.location == "/customers?q=daisy#customer-1001"
    assert "Kept, not sent yet: Daisy Thomas." in staff.get(RECORD).text
    with app.app_context():
        assert len(list_held()) == 1
    assert drain(app) == 1
    customer = copied.get_customer(1001)
    assert customer
    assert customer["city"] == "Cardiff"
    assert len(copied.ledger()) == 2
    assert staff.post(toast[0], fields).location.startswith("/writes/"), "sent: what became of it"


def test_what_was_changed_meanwhile_is_not_overwritten_as_it_leaves(
    staff: Page, copied: Sandbox, app: Flask, toast: tuple[str, dict[str, str]]
) -> None:
    page = offer(staff, copied, toast)
    staff.post(toast[0], {**page.form(toast[0]), "hold": "1"})
    copied.set_customer(1001, city="Newport", phone="07700 900000")
    assert drain(app) == 0
    assert "Needs a decision" in staff.get(RECORD).text
    customer = copied.get_customer(1001)
    assert customer
    assert customer["city"] == "Newport"


def test_a_pause_that_neropay_asks_for_as_well(
    staff: Page, copied: Sandbox, toast: tuple[str, dict[str, str]]
) -> None:
    copied.fault(action="status", status=429, code="rate_limited", times=0, **PATCH)
    answer = staff.post(*toast)
    page = staff.get(answer.location)
    assert "NeroPay asks for a pause" in page.text
    kept = staff.post(toast[0], {**page.form(toast[0]), "hold": "1"})
    assert "Kept, not sent yet" in staff.get(kept.location.partition("#")[0]).text


def test_where_nothing_may_wait_the_next_step_is_said(
    staff: Page, page_as: Callable[[str], Page], copied: Sandbox, toast: tuple[str, dict[str, str]]
) -> None:
    page = offer(staff, copied, toast)
    page_as("owner").post("/writes/waiting", {"on": "0"})
    kept = staff.post(toast[0], {**page.form(toast[0]), "hold": "1"})
    assert "Not kept." in staff.get(kept.location.partition("#")[0]).text
    copied.fault(action="status", status=503, times=0)
    answer = staff.post(*toast)
    assert answer.location == "/customers?q=daisy#customer-1001"
    told = staff.get(RECORD).text
    assert "Undo it again from the history when NeroPay is back." in told
    assert HOLD not in told
