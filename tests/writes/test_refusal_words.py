"""What is said where a write was not carried out: why, until when, and that it can wait here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW, EDIT = "/customers/new", "/customers/1001/edit"
NEW_CATEGORY, DELETE = "/categories/new", "/categories/20/delete"
HOLD = "Or choose “Send when NeroPay is back” below: it waits here until then."
AWAY = {"action": "status", "status": 503, "code": "server_error"}
BUSY = {"action": "status", "status": 429, "code": "rate_limited"}
WRONG_KEY = {"action": "status", "status": 401, "code": "authentication_failed"}


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def refused(page: Page, copied: Sandbox, url: str, **fault: Any) -> str:
    """Send a form that is refused; give the words of the page."""
    form = {**page.get(url).form(url), "name": "Mary Smith"}
    copied.fault(**fault, times=0)
    return page.post(url, form).text


@pytest.mark.parametrize("url", [NEW, EDIT, NEW_CATEGORY, DELETE])
@pytest.mark.parametrize("fault", [BUSY, WRONG_KEY])
def test_whatever_can_wait_says_so(
    manager: Page, copied: Sandbox, url: str, fault: dict[str, Any]
) -> None:
    assert HOLD in refused(manager, copied, url, **fault)


@pytest.mark.parametrize("url", [NEW, NEW_CATEGORY, DELETE])
def test_a_long_wait_is_told_with_its_end(manager: Page, copied: Sandbox, url: str) -> None:
    said = refused(manager, copied, url, **BUSY, retry_after=86_400)
    assert "NeroPay asks us to wait until " in said
    assert "Wait a minute" not in said
    assert HOLD in said


def test_a_short_wait_is_a_minute(manager: Page, copied: Sandbox) -> None:
    said = refused(manager, copied, NEW, **BUSY, retry_after=60)
    assert "Wait a minute and save again. Or choose" in said


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        (AWAY, "NeroPay is out of order or under maintenance Nothing was sent"),
        ({"action": "refuse"}, "NeroPay cannot be reached Nothing was sent"),
    ],
)
def test_the_heading_and_the_banner_give_one_reason(
    manager: Page, copied: Sandbox, fault: dict[str, Any], title: str
) -> None:
    said = refused(manager, copied, EDIT, **fault, match={"method": "GET"})
    assert title in said
    assert HOLD in said


def test_a_deletion_has_words_of_its_own(manager: Page, copied: Sandbox) -> None:
    said = refused(manager, copied, DELETE, **BUSY)
    assert "Nothing was deleted. Wait a minute and delete it again. Or choose" in said


def test_a_deletion_that_was_not_sent_says_that_nothing_was_deleted(
    manager: Page, copied: Sandbox
) -> None:
    form = manager.get(DELETE).form(DELETE)
    copied.stop()
    said = manager.post(DELETE, form).text
    copied.start()
    assert "Nothing was sent, so nothing was deleted. Try again in a minute. Or choose" in said


def test_where_waiting_is_turned_off_it_is_not_offered(
    manager: Page, page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    owner = page_as("owner")
    owner.post("/writes/waiting", owner.get("/writes").form("/writes/waiting"))
    assert "Or choose" not in refused(manager, copied, NEW, **BUSY)
