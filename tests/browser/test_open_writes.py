"""A write without an answer: what its author sees, and how it settles itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.servers.processes import wait_until
from webapp.writes.words import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site, Visitor

SUBMIT = "form.customer-form button[data-key=submit]"


def unclear(page: Page, site: Site, url: str, **typed: str) -> str:
    """Send a form that gets no answer and has no effect; give the write's page."""
    for method in ("POST", "PATCH"):
        site.sandbox.fault(action="reset", when="before", times=0, match={"method": method})
    page.goto(url)
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    page.click(SUBMIT)
    page.wait_for_url("**/writes/*")
    return page.url


def test_it_is_told_and_settles_itself(visit: Callable[..., Visitor], site: Site) -> None:
    page = visit("staff").page
    unclear(page, site, "/customers/1001/edit", city="York")
    expect(page.get_by_role("alert")).to_contain_text("We sent this to NeroPay but got no answer.")
    expect(page.get_by_role("alert")).to_contain_text("Don’t enter it again; we are checking.")
    page.goto("/writes")
    expect(page.get_by_role("row", name="Staff Person")).to_contain_text("Not confirmed")
    before = len(site.sandbox.ledger())
    site.sandbox.clear_faults()
    expect(page.get_by_text("Nothing is under way")).to_be_visible(timeout=90_000)
    page.goto("/customers/1001")
    expect(page.locator("#toasts")).to_contain_text("Saved after all:")
    assert len(site.sandbox.ledger()) == before + 1
    page.reload()
    expect(page.locator("#toasts")).not_to_contain_text("after all")


def test_a_new_one_stands_above_the_list_and_can_be_given_up(
    visit: Callable[..., Visitor], site: Site
) -> None:
    page = visit("staff").page
    place = unclear(page, site, "/customers/new", name="Mary Smith")
    page.goto("/customers")
    expect(page.get_by_text("Mary Smith was sent, not confirmed yet.")).to_be_visible()
    page.goto(place)
    page.get_by_role("link", name="Give up…").click()
    page.get_by_role("button", name="Give this change up").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    given_up = page.get_by_text("gave it up: “entered by hand at NeroPay”")
    busy = page.get_by_text(BUSY)
    while not given_up.is_visible():  # the worker may be sending it just then
        page.goto(f"{place}/give-up")
        page.get_by_label("Why").fill("entered by hand at NeroPay")
        page.get_by_role("button", name="Give this change up").click()
        expect(given_up.or_(busy).first).to_be_visible()
    site.sandbox.clear_faults()
    page.get_by_role("button", name="I have looked").click()
    expect(page.get_by_text("Noted that you have looked.")).to_be_visible()


def test_asking_again_leaves_what_has_the_focus_and_what_was_pressed(
    visit: Callable[..., Visitor], site: Site
) -> None:
    page = visit("staff").page
    place = unclear(page, site, "/customers/1005/edit", city="Ely")
    page.goto("/customers/1005/edit")
    alert = page.locator(".open-write [role=alert]")
    alert.evaluate("alert => { alert.isTheSame = true }")
    link = page.locator(".open-write a.btn")
    link.focus()
    with page.expect_response(place):
        pass
    expect(link).to_be_focused()
    assert alert.evaluate("alert => alert.isTheSame")
    for url, asked in (("/writes", "**/writes/open"), (place, place)):
        page.goto(url)
        # The answer never comes: our scripts see the form sent, the browser does not send it.
        page.evaluate("addEventListener('submit', event => event.preventDefault())")
        page.get_by_role("button", name="Check again now").first.click()
        with page.expect_response(asked):
            pass
        pressed = page.get_by_role("button", name="Asking…")
        expect(pressed).to_have_attribute("aria-disabled", "true")
    site.sandbox.clear_faults()


def test_without_javascript(visit: Callable[..., Visitor], site: Site) -> None:
    page = visit("staff", java_script_enabled=False).page
    unclear(page, site, "/customers/1003/edit", city="York")
    site.sandbox.clear_faults()
    before = len(site.sandbox.ledger())
    page.goto("/writes")
    button = page.get_by_role("button", name="Check again now")
    if button.count():  # unless the worker was quicker
        button.first.click()

    def is_york() -> bool:
        page.goto("/customers/1003")
        return page.get_by_text("York", exact=True).count() > 0

    wait_until(is_york, "the change, which the worker may be sending just now")
    assert len(site.sandbox.ledger()) in {before, before + 1}
