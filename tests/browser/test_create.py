"""A new customer is made once, however it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.servers.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Site, Visitor


def effects(site: Site, name: str) -> int:
    """Count the customers of this name that NeroPay has made."""
    made = [entry for entry in site.sandbox.ledger() if entry["method"] == "POST"]
    ids = [int(entry["record_id"]) for entry in made]
    found = [site.sandbox.get_customer(customer_id) for customer_id in ids]
    return sum(bool(customer and customer["name"] == name) for customer in found)


def test_double_click_makes_one(site: Site, visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Doubla Click")
    page.get_by_role("button", name="Save customer").dblclick()
    expect(page.get_by_role("heading", name="Doubla Click")).to_be_visible()
    assert effects(site, "Doubla Click") == 1


def test_double_click_makes_one_without_javascript(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    page = visit("staff", java_script_enabled=False).page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Doubla Plain")
    page.get_by_role("button", name="Save customer").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", name="Doubla Plain")).to_be_visible()
    wait_until(lambda: effects(site, "Doubla Plain") > 0, "the first click's customer")
    assert effects(site, "Doubla Plain") == 1


def test_save_and_add_another(site: Site, visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Anna Nother")
    page.get_by_role("button", name="Save and add another").click()
    expect(page.get_by_text("Added: Anna Nother")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    assert effects(site, "Anna Nother") == 1


def test_refusal_stands_at_its_field_and_keeps_what_was_typed(
    visit: Callable[..., Visitor],
) -> None:
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Refu Sal")
    page.get_by_label("E-mail").fill("not an address")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("E-mail")).to_have_value("not an address")
    page.get_by_label("E-mail").fill("refu@example.com")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("heading", name="Refu Sal")).to_be_visible()


def test_twin_takes_what_was_typed(site: Site, visit: Callable[..., Visitor]) -> None:
    site.sandbox.set_customer(1011, name="Tina Twin", phone="07700 905512", city="Leeds")
    site.copy()
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Tina T")
    page.get_by_label("Address").fill("5 Quay Street")
    page.get_by_label("Phone").press_sequentially("+44 7700 905512")
    expect(page.get_by_text("same mobile", exact=True)).to_be_visible()
    page.get_by_role("button", name="Use these details on this record").click()
    page.wait_for_url("**/customers/1011/**")
    expect(page.get_by_label("Address")).to_have_value("5 Quay Street")
    expect(page.get_by_label("Town or city")).to_have_value("Leeds")


def test_unconfirmed_write_confirms_itself(site: Site, visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Una Known")
    site.sandbox.fault(
        action="reset", when="after", match={"method": "POST", "path": "/customers"}, times=3
    )
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("heading", name="Una Known")).to_be_visible(timeout=90_000)
    assert effects(site, "Una Known") == 1


def test_leaving_with_unsaved_changes_asks(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Half Typed")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]  # Playwright's dialog
        dialog.dismiss()  # type: ignore[attr-defined]  # as above

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Categories").click(no_wait_after=True)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half Typed")
    assert asked == ["beforeunload"]
    page.remove_listener("dialog", stay)
    page.get_by_label("Name", exact=True).fill("")
