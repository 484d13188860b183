"""Signing in over the open page: nothing typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from tests.conftest import PASSWORD
from webapp.extensions import db
from webapp.people.tables import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site, Visitor


@pytest.fixture
def end_all(site: Site) -> Callable[[], None]:
    """Ends everybody's sessions, as time or a colleague does."""

    def end() -> None:
        with site.app.app_context(), db.write() as connection:
            connection.execute(delete(sessions))

    return end


def sign_in_over(page: Page, role: str = "manager") -> None:
    over = page.locator("#over")
    expect(over.get_by_role("heading", name="Sign in")).to_be_visible()
    over.get_by_label("E-mail").fill(f"{role}@shop.example")
    over.get_by_label("Password").fill(PASSWORD)
    over.get_by_role("button", name="Sign in", exact=True).click()


def test_a_form_is_sent_after_signing_in(
    site: Site, visit: Callable[..., Visitor], end_all: Callable[[], None]
) -> None:
    page = visit().page
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Typed Before")
    page.locator("#customer-form [name=email]").fill("typed@example.com")
    end_all()
    page.get_by_role("button", name="Save customer").click()
    sign_in_over(page)
    page.wait_for_url("**/customers/1*")
    expect(page.locator("main")).to_contain_text("Typed Before")
    expect(page.locator("main")).to_contain_text("typed@example.com")


def test_what_nobody_pressed_asks_for_no_sign_in(
    visit: Callable[..., Visitor], end_all: Callable[[], None]
) -> None:
    page = visit().page
    page.goto("/customers/new")
    end_all()
    with page.expect_response("**/twins"):
        page.get_by_label("Name").press_sequentially("Still Typing")
    page.get_by_label("Town or city").fill("York")
    page.get_by_role("button", name="Save customer").click()
    sign_in_over(page)
    page.wait_for_url("**/customers/1*")
    expect(page.locator("main")).to_contain_text("Still Typing")


def test_save_and_add_another_stays_what_it_was(
    visit: Callable[..., Visitor], end_all: Callable[[], None]
) -> None:
    page = visit().page
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Another One")
    end_all()
    page.get_by_role("button", name="Save and add another").click()
    sign_in_over(page)
    page.wait_for_url("**/customers/new**")
    expect(page.get_by_text("Added: Another One")).to_be_visible()


def test_a_wrong_password_keeps_everything(
    visit: Callable[..., Visitor], end_all: Callable[[], None]
) -> None:
    page = visit().page
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Kept Throughout")
    end_all()
    page.get_by_role("button", name="Save customer").click()
    over = page.locator("#over")
    over.get_by_label("E-mail").fill("manager@shop.example")
    over.get_by_label("Password").fill("wrong")
    over.get_by_role("button", name="Sign in", exact=True).click()
    expect(over.get_by_role("alert")).to_contain_text("do not go together")
    over.get_by_role("button", name="Close").click()
    expect(over).to_be_hidden()
    expect(page.locator("#customer-form [name=name]")).to_have_value("Kept Throughout")
    page.get_by_role("button", name="Save customer").click()
    sign_in_over(page)
    page.wait_for_url("**/customers/1*")


def test_a_search_goes_on(visit: Callable[..., Visitor], end_all: Callable[[], None]) -> None:
    page = visit().page
    page.goto("/customers")
    end_all()
    page.locator("#search").fill("1003")  # at once: the sign-in takes the focus
    sign_in_over(page)
    expect(page.locator("#over")).to_be_hidden()
    expect(page.locator("#search")).to_have_value("1003")
    expect(page.locator("#results tbody tr")).to_have_count(1)


def test_paging_goes_on(visit: Callable[..., Visitor], end_all: Callable[[], None]) -> None:
    page = visit().page
    page.goto("/customers")
    first = page.locator("tbody tr th").first.inner_text()
    end_all()
    page.get_by_role("link", name="Next").click()
    sign_in_over(page)
    page.wait_for_url("**page=**")
    expect(page.locator("tbody tr th").first).not_to_have_text(first)


def test_signed_in_again_in_another_window(
    visit: Callable[..., Visitor], end_all: Callable[[], None]
) -> None:
    page = visit().page
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Two Windows")
    end_all()
    page.get_by_role("button", name="Save customer").click()
    expect(page.locator("#over").get_by_label("Password")).to_be_visible()
    other = page.context.new_page()
    other.goto("/login")
    other.fill("#email", "manager@shop.example")
    other.fill("#password", PASSWORD)
    other.click("main button[type=submit]")
    other.wait_for_url(lambda url: "/login" not in url)
    page.wait_for_url("**/customers/1*")
    expect(page.locator("main")).to_contain_text("Two Windows")


def test_somebody_else_gets_a_page_of_their_own(
    visit: Callable[..., Visitor], end_all: Callable[[], None]
) -> None:
    page = visit().page
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Not Theirs")
    end_all()
    page.get_by_role("button", name="Save customer").click()
    with page.expect_navigation():
        sign_in_over(page, "owner")
    expect(page.get_by_label("Name")).to_have_value("")
    expect(page.locator(".person-button")).to_contain_text("Owner Person")


def test_without_javascript(visit: Callable[..., Visitor], end_all: Callable[[], None]) -> None:
    page = visit(java_script_enabled=False).page
    page.goto("/account")
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    page.goto("/lock")
    page.wait_for_url(lambda url: "/lock" not in url)
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Typed Without")
    end_all()
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_text("Typed Without")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in, in a new window").click()
    window = opened.value
    window.fill("#email", "manager@shop.example")
    window.fill("#password", PASSWORD)
    window.click("main button[type=submit]")
    window.wait_for_url(lambda url: "/login" not in url)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("Typed Without").first).to_be_visible()
