"""Who has left a form by any other way than its own buttons has it open no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.customers.test_drafts import OFFER
from tests.writes.leaving import send_unclear

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Clock
    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001/edit"
POLL = "/customers/1001/presence"
TOLD = "Manager Person has this form open too, since"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


@pytest.fixture
def staff(page_as: Callable[[str], Page], manager: Page) -> Page:
    return page_as("staff")


def sent_as_it_goes(answer: Answer) -> str:
    """Give what the page asks as it goes."""
    name = "data-as-it-goes"
    [url] = [found[name] for _, found in answer.reader.tags if name in found]
    assert url
    return url


def is_told(staff: Page) -> bool:
    return TOLD in staff.get(POLL, htmx=True).text


def test_a_save_that_got_no_answer(staff: Page, manager: Page, copied: Sandbox) -> None:
    send_unclear(manager, copied, URL, city="York")
    assert not is_told(staff)


def test_a_page_that_goes_says_so_and_the_draft_stays(staff: Page, manager: Page) -> None:
    opened = manager.get(URL)
    manager.post("/customers/1001/draft", {**opened.form(URL), "city": "York"})
    assert is_told(staff)
    answer = manager.post(sent_as_it_goes(opened))
    assert (answer.status, answer.html) == (204, "")
    assert not is_told(staff)
    assert OFFER in manager.get(URL).text


def test_the_part_that_renews_the_mark_renews_this_too(
    staff: Page, manager: Page, clock: Clock
) -> None:
    manager.get(URL)
    clock.advance(seconds=20)
    manager.post(sent_as_it_goes(manager.get(POLL, htmx=True)))
    assert not is_told(staff)


def test_the_same_page_loaded_anew_is_still_open(staff: Page, manager: Page, clock: Clock) -> None:
    first = manager.get(URL)
    clock.advance(seconds=1)
    manager.get(URL)  # the browser has it before the old one goes
    manager.post(sent_as_it_goes(first))
    assert is_told(staff)


@pytest.mark.parametrize("until", ["", "x", "nan", "inf", "-1e300", "9" * 400, "-62135596801"])
def test_what_is_no_time_ends_nothing(staff: Page, manager: Page, until: str) -> None:
    manager.get(URL)
    assert manager.post(f"{POLL}?until={until}").status == 204
    assert is_told(staff)


def test_nobody_ends_anothers(staff: Page, manager: Page) -> None:
    opened = manager.get(URL)
    staff.post(sent_as_it_goes(opened))
    assert is_told(staff)
