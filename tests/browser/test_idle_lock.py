"""The idle lock, in a browser whose clock the test moves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from tests.conftest import PASSWORD
from webapp.clock import now
from webapp.extensions import db
from webapp.people.tables import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from tests.browser.conftest import Site, Visitor


@pytest.fixture(scope="module")
def site_settings() -> dict[str, str]:
    return {"IDLE_LOCK": "2", "REQUIRE_SECOND_FACTOR": "viewer"}


@pytest.fixture
def leave(site: Site) -> Callable[[Page], None]:
    """Nobody touches anything for two minutes: by the browser's clock, and by the server's."""

    def go(page: Page) -> None:
        with site.app.app_context(), db.write() as connection:
            connection.execute(update(sessions).values(seen_at=now() - timedelta(minutes=2)))
        page.clock.fast_forward("02:01")

    return go


def type_name(page: Page, name: str) -> None:
    """Type, and let the form send itself: no request is under way as the clock is moved."""
    with page.expect_response("**/draft"):
        page.get_by_label("Name").fill(name)


def unlock(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_nobody_there_for_two_minutes_locks_it(
    visit: Callable[..., Visitor], leave: Callable[[Page], None]
) -> None:
    page = visit().page
    page.clock.install()
    page.goto("/customers/new")
    type_name(page, "Left For Tea")
    leave(page)
    expect(page.get_by_role("heading", name="Locked", level=1)).to_be_visible()
    assert "Left For Tea" not in page.content()
    unlock(page)
    expect(page.get_by_label("Name")).to_have_value("Left For Tea")
    leave(page)
    expect(page.get_by_role("heading", name="Locked", level=1)).to_be_visible()


def test_somebody_at_another_window_keeps_it_open(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page  # to whom no draft is offered
    page.clock.install()
    page.goto("/customers/new")
    type_name(page, "Still Here")
    with page.expect_response("**/session"):  # the server has heard of the other window just now
        page.clock.fast_forward("02:01")
    expect(page.get_by_label("Name")).to_have_value("Still Here")


def test_typing_is_told_to_the_server(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    page.clock.install()
    page.goto("/customers/new")
    page.clock.fast_forward("00:40")
    with page.expect_response("**/session") as told:
        page.get_by_label("Name").press("a")
        page.clock.fast_forward("00:01")
    assert "x-polling" not in told.value.request.headers


def test_an_action_after_it_asks_for_the_password_and_goes_on(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    page = visit().page
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Slept Through")
    with site.app.app_context(), db.write() as connection:
        connection.execute(update(sessions).values(seen_at=now() - timedelta(minutes=3)))
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("heading", name="Locked", level=1)).to_be_visible()
    unlock(page)
    page.wait_for_url("**/customers/1*")
    expect(page.locator("main")).to_contain_text("Slept Through")


def test_the_pages_of_setting_up_a_second_factor_lock_themselves(
    visit: Callable[..., Visitor], leave: Callable[[Page], None]
) -> None:
    page = visit("viewer").page
    page.clock.install()
    page.goto("/account/second-factor/app")
    key = page.locator(".secret-key").inner_text()
    leave(page)
    expect(page.get_by_role("heading", name="Locked", level=1)).to_be_visible()
    assert key not in page.content()
    unlock(page)
    expect(page.locator(".secret-key")).to_have_text(key)
    page.get_by_role("button", name="Lock this screen").click()
    expect(page.get_by_role("heading", name="Locked", level=1)).to_be_visible()
    assert key not in page.content()


def test_without_javascript_the_page_goes_away_by_itself(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    page = visit(java_script_enabled=False).page

    def hurry(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"125; url', '"1; url'))

    page.route("**/customers", hurry)
    page.goto("/customers")
    expect(page.get_by_role("heading", name="Put away", level=1)).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="Customers", level=1)).to_be_visible()
    with site.app.app_context(), db.write() as connection:
        connection.execute(update(sessions).values(seen_at=now() - timedelta(minutes=2)))
    expect(page.get_by_role("heading", name="Locked", level=1)).to_be_visible()
    unlock(page)
    page.wait_for_url("**/customers")
