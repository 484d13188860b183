"""What was typed never goes without a question, and nothing is asked where nothing would go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_drafts import type_city
from tests.browser.test_sign_in_over import end_all
from webapp.writes.words import HOLD

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Dialog, Page

    from tests.browser.conftest import Site, Visitor


def open_row(page: Page, town: str, nth: int = 0) -> None:
    """Open a row of the list that is shown, and type into it."""
    form = page.locator("tbody tr").nth(nth)
    form.get_by_role("link", name="Edit").click()
    form.get_by_label("Town or city").fill(town)


def asked(page: Page, act: Callable[[], object], *, leave: bool) -> str:
    """Do something that asks; answer it, and give what kind of question it was."""
    kinds: list[str] = []

    def answer(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    page.once("dialog", answer)
    with page.expect_event("dialog"):
        act()
    return kinds[0]


def questions(page: Page) -> list[str]:
    """Agree to whatever is asked from now on, and note what kind of question it was."""
    kinds: list[str] = []

    def agree(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    return kinds


ACTS: dict[str, Callable[[Page], object]] = {
    "search": lambda page: page.locator("#search").press_sequentially("a"),
    "filter": lambda page: page.get_by_label("No e-mail").click(),
    "next": lambda page: page.get_by_role("link", name="Next").click(),
    "cancel": lambda page: page.get_by_role("link", name="Cancel").click(),
    "escape": lambda page: page.get_by_label("Town or city").press("Escape"),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_row_with_changes_goes_only_when_it_may(visit: Callable[..., Visitor], act: str) -> None:
    page = visit("staff").page
    page.goto("/customers")
    open_row(page, "Half Typed")
    assert asked(page, lambda: ACTS[act](page), leave=False) == "confirm"
    expect(page.get_by_label("Town or city")).to_have_value("Half Typed")
    assert asked(page, lambda: ACTS[act](page), leave=True) == "confirm"
    expect(page.locator("tr.is-editing")).to_have_count(0)


def test_a_new_category_stays_half_typed_while_another_goes(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/categories")
    name = page.get_by_label("Name")
    name.fill("Short lived")
    page.get_by_role("button", name="Add category").click()
    row = page.locator("tbody tr", has_text="Short lived")
    delete = row.get_by_role("link", name="Delete")
    expect(delete).to_be_visible()
    name.fill("Half typed")
    delete.click()
    page.get_by_role("link", name="Keep it").click()
    expect(delete).to_be_focused()
    expect(name).to_have_value("Half typed")
    delete.click()
    page.get_by_role("button", name="Delete “").click()
    expect(row).to_have_count(0)
    expect(name).to_have_value("Half typed")
    page.get_by_role("button", name="Add category").click()
    expect(page.get_by_text("Added: Half typed")).to_be_visible()
    expect(name).to_have_value("")


@pytest.mark.parametrize("place", ["/customers/1020/edit", "/customers?q=1020"])
def test_a_draft_that_is_gone_on_with_counts_as_typed(
    visit: Callable[..., Visitor], place: str
) -> None:
    is_row = "?" in place
    page = visit("staff").page
    page.goto("/customers/1020/edit")
    page.get_by_label("Town or city").fill("")
    type_city(page, "Harlech")
    asked(page, lambda: page.goto(place), leave=True)
    if is_row:
        page.locator("#customer-1020").get_by_role("link", name="Edit").click()
    page.get_by_role("link", name="Go on with it").click()
    town = page.get_by_label("Town or city")
    expect(town).to_have_value("Harlech")
    kind = asked(page, lambda: town.press("Escape"), leave=False)
    assert kind == ("confirm" if is_row else "beforeunload")
    expect(town).to_have_value("Harlech")
    asked(page, lambda: town.press("Escape"), leave=True)
    expect(town).to_have_count(0)


def test_details_carried_to_another_record_count_as_typed(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    site.sandbox.set_customer(1011, name="Tina Twin", phone="07700 905512", city="Leeds")
    site.copy()
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Address").fill("5 Quay Street")
    page.get_by_label("Phone").press_sequentially("+44 7700 905512")
    page.get_by_role("button", name="Use these details on this record").click()
    page.wait_for_url("**/customers/1011/**")
    cancel = page.get_by_role("link", name="Cancel")
    assert asked(page, lambda: cancel.click(no_wait_after=True), leave=False) == "beforeunload"
    expect(page.get_by_label("Address")).to_have_value("5 Quay Street")


def test_an_offered_draft_survives_another_customer(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("First Draft")
    type_city(page, "Bangor")
    asked(page, lambda: page.goto("/customers/new"), leave=True)
    expect(page.get_by_text("You typed “First Draft” here")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Second Person")
    discard = page.get_by_role("button", name="Discard it")
    assert asked(page, discard.click, leave=False) == "confirm"
    expect(page.get_by_label("Name", exact=True)).to_have_value("Second Person")
    page.get_by_role("button", name="Save customer", exact=True).click()
    expect(page.get_by_role("heading", name="Second Person")).to_be_visible()
    page.goto("/customers/new")
    page.get_by_role("link", name="Go on with it").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("First Draft")


def test_nothing_that_runs_by_itself_leads_away(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers")
    open_row(page, "Half Typed")
    away = {"status": 204, "headers": {"HX-Redirect": "/categories"}}
    page.route("**/presence", lambda route: route.fulfill(**away))
    poll = (
        "row => new Promise(done => {"
        "document.addEventListener('htmx:finally:request', done, {once: true});"
        "row.querySelector('.presence').dispatchEvent(new Event('every'))}).then(() => fetch('/'))"
        ".then(answer => answer.status)"
    )
    assert page.locator("tr.is-editing").evaluate(poll) == 200
    expect(page.get_by_label("Town or city")).to_have_value("Half Typed")
    page.get_by_label("Town or city").fill("")


def test_signing_out_asks_nothing(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Half Typed")
    page.get_by_role("button", name="your account").click()
    asked_for = questions(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login**")
    assert asked_for == []


def test_after_back_the_page_still_works(site: Site, visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=**")
    page.go_back()
    page.wait_for_url("**/customers")
    expect(page.get_by_role("button", name="Keyboard")).to_be_visible()
    open_row(page, "York")
    end_all(site)
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#over").get_by_label("Password")).to_be_visible()
    page.get_by_label("Town or city").evaluate("field => (field.value = field.defaultValue)")


def test_what_waits_is_left_unasked(site: Site, visit: Callable[..., Visitor]) -> None:
    site.sandbox.fault(action="status", status=503, times=0)
    page = visit("staff").page
    page.goto("/customers/1033/edit")
    page.get_by_label("Town or city").fill("York")
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("button", name=HOLD).click()
    page.wait_for_url("**/customers/1033")
    page.goto("/writes")
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_text("Not sent yet").first).to_be_visible()
    asked_for = questions(page)
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/writes")
    assert asked_for == []
    site.sandbox.clear_faults()
