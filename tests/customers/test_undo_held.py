"""Undo where another change of the record waits for NeroPay: that one goes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

RECORD, URL = "/customers/1001", "/customers/1001/edit"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.fixture
def toast(staff: Page) -> tuple[str, dict[str, str]]:
    """Change the record; give where the button of its toast leads, and what it sends."""
    saved = staff.post(URL, {**staff.get(URL).form(URL), "city": "Swansea"})
    shown = staff.get(saved.location)
    actions = [str(found.get("action")) for tag, found in shown.reader.tags if tag == "form"]
    url = next(action for action in actions if "/undo/" in action)
    return url, shown.form(url)


def leave_change(page: Page, copied: Sandbox) -> None:
    fields = {**page.get(URL).form(URL), "phone": "07700 900000", "hold": "1"}
    copied.fault(action="status", status=503, times=0)
    assert page.post(URL, fields).status == 303
    copied.clear_faults()


def is_offered(answer: Answer) -> bool:
    return any(found.get("form") == "undo" for _, found in answer.reader.tags)


def test_it_waits_for_what_waits(
    staff: Page, copied: Sandbox, toast: tuple[str, dict[str, str]]
) -> None:
    url, form = toast
    assert is_offered(staff.get(RECORD))
    leave_change(staff, copied)
    assert not is_offered(staff.get(RECORD))
    page = staff.get(url)
    assert "What waits goes first" in page.text
    assert "Undo this change" not in page.text
    assert staff.post(url, form).location == RECORD
    assert "Not undone: an earlier change of this customer waits" in staff.get(RECORD).text
    assert len(copied.ledger()) == 1


def test_an_undo_that_was_sent_is_told_though_something_waits_since(
    staff: Page, copied: Sandbox, toast: tuple[str, dict[str, str]]
) -> None:
    url, form = toast
    staff.get(staff.post(url, form).location)
    leave_change(staff, copied)
    staff.post(url, form)
    assert "Undone: Daisy Thomas" in staff.get(RECORD).text
