"""The trail in a browser: filters, pages, without JavaScript, nothing for axe-core to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import complaints
from webapp.activity.service import NEROPAY, Actor, record
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Site, Visitor

URLS = (
    "/activity",
    "/activity?kind=customers",
    "/activity?q=nothinglikeit",
    "/activity?q=ab",
    "/activity?record=customer:1001&since=2020-01-01",
)


@pytest.fixture(scope="module", autouse=True)
def _entries(site: Site) -> None:
    """Enough for three pages, with long and strange values among them."""
    with site.app.app_context(), db.write() as connection:
        for number in range(120):
            is_long = number % 10 == 0
            record(
                connection,
                actor=NEROPAY if number % 7 == 0 else Actor(1, "Owner Person", "2001:db8::7"),
                kind="customer.changed_in_neropay" if number % 7 == 0 else "customer.update",
                outcome="refused" if number % 9 == 0 else "applied",
                record_type="customer",
                record_id=str(1001 + number % 50),
                label="Verylongname" * 20 if is_long else f"Customer {number}",
                changes={"address1": ("1 Mill Lane " * (9 * is_long), "York")},
            )  # fmt: skip


@pytest.mark.parametrize("width", [360, 1280])
def test_accessibility(visit: Callable[..., Visitor], width: int) -> None:
    page = visit("owner", viewport={"width": width, "height": 800}).page
    found: list[str] = []
    for url in URLS:
        page.goto(url)
        page.wait_for_load_state("networkidle")
        found += complaints(page)
    assert found == []


def test_nothing_scrolls_sideways(visit: Callable[..., Visitor]) -> None:
    page = visit("owner", viewport={"width": 320, "height": 640}).page
    for url in URLS:
        page.goto(url)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{url} is {wider} px too wide"


def test_results_while_typing_and_filters_in_the_address(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    page = visit("manager").page
    page.goto("/activity")
    page.locator("#find").press_sequentially("customer 117")
    expect(page.locator("#results tbody tr")).to_have_count(2)  # the day and the entry
    expect(page).to_have_url(f"{site.url}/activity?q=customer+117")
    expect(page.locator("#find")).to_be_focused()
    page.locator("#find").fill("")
    page.get_by_label("What", exact=True).select_option("customers")
    page.wait_for_url("**/activity?kind=customers")
    page.reload()
    expect(page.get_by_label("What", exact=True)).to_have_value("customers")


def test_next_previous_and_back(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/activity?kind=customers")
    first = page.locator("tbody tr[id]").first.get_attribute("id") or ""
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**before=**")
    expect(page.locator(f"#{first}")).to_have_count(0)
    page.get_by_role("link", name="Previous").click()
    page.wait_for_url("**after=**")
    expect(page.locator(f"#{first}")).to_have_count(1)
    page.go_back()
    expect(page.locator(f"#{first}")).to_have_count(0)


def test_from_a_customer_to_its_activity(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer").page
    page.goto("/customers/1003")
    page.get_by_role("link", name="All activity").click()
    page.wait_for_url("**/activity?record=customer:1003")
    for link in page.locator("#results tbody a").all():
        assert link.get_attribute("href") == "/customers/1003"


def test_without_javascript(visit: Callable[..., Visitor]) -> None:
    page = visit("staff", java_script_enabled=False).page
    page.goto("/activity")
    page.get_by_label("Find").fill("customer 117")
    page.get_by_label("Who").select_option("neropay")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**q=customer+117**")
    expect(page.get_by_text("No entry matches these filters.")).to_be_visible()
    page.get_by_role("link", name="Show all activity").click()
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr[id]").first).to_be_visible()


def test_the_file(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/activity?q=customer+117")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export these as CSV").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    names = [line for line in text.splitlines() if ",Customer 117," in line]
    assert len(names) == 1
    assert "Customer 118" not in text
