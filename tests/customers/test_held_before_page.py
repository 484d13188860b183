"""A record on which something waits already: what a save is told, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import drain, leave

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

EDIT = "/customers/1001/edit"
BEHIND = "Or choose “Send when NeroPay is back” below"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox, app: Flask) -> Page:
    """Has left a change of the record here."""
    page = page_as("staff")
    leave(page, copied, app, EDIT, city="York")
    return page


def save(page: Page) -> Answer:
    answer = page.post(EDIT, {**page.get(EDIT).form(EDIT), "phone": "01632 960123"})
    assert answer.status == 409
    assert answer.form(EDIT)["phone"] == "01632 960123"
    return answer


def test_it_goes_when_the_first_one_was_sent(staff: Page) -> None:
    answer = save(staff)
    assert "Something else goes first" in answer.text
    assert "Save again once that one has been sent." in answer.text
    assert BEHIND in answer.text
    assert answer.has("button", name="hold")


def test_the_first_one_has_to_be_decided(staff: Page, copied: Sandbox, app: Flask) -> None:
    copied.set_customer(1001, city="Leeds")
    assert drain(app) == 0
    answer = save(staff)
    assert "Something else has to be decided first" in answer.text
    assert "once that one has been sent" not in answer.text
    assert answer.has("button", name="hold")


def test_nothing_is_offered_where_waiting_is_turned_off(
    staff: Page, page_as: Callable[[str], Page]
) -> None:
    owner, url = page_as("owner"), "/writes/waiting"
    owner.post(url, owner.get("/writes").form(url))
    answer = save(staff)
    assert "Save again once that one has been sent." in answer.text
    assert BEHIND not in answer.text
    assert "behind it" not in answer.text
    assert not answer.has("button", name="hold")
