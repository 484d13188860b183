"""The lock: nothing of the page is left to read, and nothing typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Visitor


def lock(page: Page) -> None:
    page.get_by_role("button", name="your account").click()
    page.get_by_role("button", name="Lock this screen").click()
    expect(page.get_by_role("heading", name="Locked", level=1)).to_be_visible()


def test_a_locked_page_is_gone_and_comes_back(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    page.goto("/customers/1004/edit")
    page.get_by_label("Town or city").fill("Typedham")
    name = page.get_by_label("Name").input_value()
    lock(page)
    assert name not in page.content()
    assert "Typedham" not in page.content()
    expect(page).to_have_title("Locked · Tillside")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("#password-error")).to_contain_text("not your password")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Town or city")).to_have_value("Typedham")
    page.get_by_role("button", name="Save changes").click()
    page.wait_for_url("**/customers/1004")
    expect(page.locator("main")).to_contain_text("Typedham")


def test_a_lock_holds_in_every_window_and_over_a_reload(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    page.goto("/customers")
    other = page.context.new_page()
    other.goto("/customers")
    expect(other.locator("#results")).to_be_visible()
    lock(page)
    expect(other.get_by_role("heading", name="Locked")).to_be_visible()
    expect(other.locator("#results")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    page.go_back()
    expect(page.locator("#results")).to_have_count(0)
    other.get_by_label("Password").fill(PASSWORD)
    other.keyboard.press("Enter")
    expect(other.locator("#results")).to_be_visible()


def test_without_a_server_it_locks_all_the_same(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.page
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Out Of Reach")
    page.context.set_offline(True)
    page.get_by_role("button", name="your account").click()
    page.get_by_role("button", name="Lock this screen").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    assert "Out Of Reach" not in page.content()
    page.context.set_offline(False)
    visitor.complaints.clear()  # the browser's own, about the line
    page.get_by_role("button", name="Try again").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_have_value("Out Of Reach")
    late = "ERR_INTERNET_DISCONNECTED"  # of what the form sends by itself
    visitor.complaints[:] = [text for text in visitor.complaints if late not in text]


def test_somebody_else_may_sign_in_at_a_locked_screen(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Left Behind")
    lock(page)
    page.get_by_role("button", name="Sign out and let somebody else in").click()
    page.wait_for_url("**/login")
    page.fill("#email", "viewer@shop.example")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    expect(page.locator(".person-button")).to_contain_text("Viewer Person")


def test_nothing_is_kept_in_the_browsers_storage(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    page.goto("/customers")
    lock(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#results")).to_be_visible()
    kept = page.evaluate(
        "async () => localStorage.length + sessionStorage.length"
        " + (await indexedDB.databases()).length"
    )
    assert kept == 0
