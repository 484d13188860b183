"""NeroPay away: what is said, what waits, and that it goes once when NeroPay is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site, Visitor

SUBMIT = "form.customer-form button[data-key=submit]"
HOLD = "Send when NeroPay is back"


def save_in_vain(page: Page, url: str, **typed: str) -> None:
    page.goto(url)
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    page.click(SUBMIT)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was sent, so nothing was changed.")
    expect(page.get_by_role("button", name=HOLD)).to_be_visible()


def test_what_waits_goes_once_when_neropay_is_back(
    visit: Callable[..., Visitor], site: Site
) -> None:
    staff, manager = visit("staff").page, visit("manager").page
    site.sandbox.stop()
    save_in_vain(staff, "/customers/1004/edit", city="York")
    expect(staff.locator("#city")).to_have_value("York")
    staff.get_by_role("button", name=HOLD).click()
    expect(staff.get_by_text("Staff Person’s change of town or city waits")).to_be_visible()
    manager.goto("/customers/1004")
    banner = manager.locator(".banner")
    expect(banner).to_contain_text("NeroPay has not been reachable since")
    expect(banner).to_have_attribute("data-state", "failed")
    expect(manager.get_by_text("Staff Person’s change of town or city waits")).to_be_visible()
    manager.goto("/customers?q=Price")
    expect(manager.get_by_text("Waiting", exact=True).first).to_be_visible()
    manager.goto("/writes")
    expect(manager.get_by_role("heading", name="Waiting for NeroPay")).to_be_visible()
    before = len(site.sandbox.ledger())
    site.sandbox.start()
    expect(manager.get_by_text("Nothing is under way")).to_be_visible(timeout=90_000)
    staff.goto("/customers/1004")
    expect(staff.locator("#toasts")).to_contain_text("Saved after all:")
    expect(staff.get_by_text("York", exact=True).first).to_be_visible()
    expect(staff.get_by_text("NeroPay has not been reachable since")).to_have_count(0)
    assert len(site.sandbox.ledger()) == before + 1


def test_without_javascript_it_is_changed_while_it_waits_and_thrown_away(
    visit: Callable[..., Visitor], site: Site
) -> None:
    page = visit("staff", java_script_enabled=False).page
    before = len(site.sandbox.ledger())
    site.sandbox.stop()
    save_in_vain(page, "/customers/new", name="Mary Smith")
    page.get_by_role("button", name=HOLD).click()
    expect(page.get_by_role("heading", name="Changes under way")).to_be_visible()
    page.get_by_role("row", name="Mary Smith").get_by_role("link", name="Change").click()
    page.fill("#name", "Mary Jones")
    page.click(SUBMIT)
    expect(page.get_by_role("row", name="Mary Jones")).to_be_visible()
    page.get_by_role("row", name="Mary Jones").get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("Nothing is under way")).to_be_visible()
    site.sandbox.start()
    assert len(site.sandbox.ledger()) == before
