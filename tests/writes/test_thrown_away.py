"""What somebody else throws away: its author is told, and is not led to a page that is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import drain, leave

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT = "/customers/1001/edit"
WAITS_FOR_YOU = "waits for you"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def test_its_author_is_told_by_whom(
    staff: Page, copied: Sandbox, app: Flask, page_as: Callable[[str], Page]
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    assert page_as("manager").post(f"/writes/{held_id}/cancel").location == "/writes"
    told = staff.get("/customers")
    assert "Change of customer Daisy Thomas was thrown away by Manager Person." in told.text
    assert "It was never sent to NeroPay." in told.text
    assert not told.has("a", href=f"/writes/{held_id}")
    assert "thrown away by" not in staff.get("/customers").text


def test_so_they_are_not_told_that_it_waits_for_them(
    staff: Page, copied: Sandbox, app: Flask, page_as: Callable[[str], Page]
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    copied.set_customer(1001, city="Leeds")
    assert drain(app) == 0
    page_as("manager").post(f"/writes/{held_id}/cancel")
    assert WAITS_FOR_YOU not in staff.get("/customers").text


@pytest.mark.parametrize("is_thrown_away", [False, True])
def test_who_throws_it_away_themself_is_told_nothing_of_it_any_more(
    staff: Page, copied: Sandbox, app: Flask, *, is_thrown_away: bool
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    cancel = f"/writes/{held_id}/cancel"
    form = staff.get(f"/writes/{held_id}").form(cancel)
    copied.set_customer(1001, city="Leeds")
    assert drain(app) == 0
    if is_thrown_away:
        assert staff.post(cancel, form).location == "/writes"
    told = staff.get("/customers").text
    assert (WAITS_FOR_YOU in told) is not is_thrown_away
    assert "thrown away by" not in told
