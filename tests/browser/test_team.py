"""The team in a browser: search, manage, invite, join, with JavaScript and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import complaints
from webapp.extensions import db
from webapp.people.tables import invitations, people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.browser.conftest import Site, Visitor

PASSWORD = "quiet harbour at dawn, twice"
PAGES = ("/team", "/team?q=nobodyatall", "/team/3", "/team/invitations/new")
PUBLIC = ("/forgotten", "/reset/x")


@pytest.fixture(autouse=True)
def _everybody_as_before(site: Site) -> Iterator[None]:
    yield
    with site.app.app_context(), db.write() as connection:
        connection.execute(invitations.delete())
        connection.execute(people.delete().where(people.c.email.like("jo%")))
        connection.execute(people.update().values(is_active=True))
        viewer = people.c.email == "viewer@shop.example"
        connection.execute(people.update().where(viewer).values(role="viewer"))


def _invite(page: Page, email: str) -> str:
    """Invite somebody to the staff; give the path of the link."""
    page.goto("/team/invitations/new")
    page.fill("#email", email)
    page.fill("#name", "Jo March")
    page.select_option("#role", "staff")
    page.get_by_role("button", name="Make the invitation").click()
    link = page.locator("#made-link")
    expect(link).to_be_visible()
    return "/invitations/" + link.input_value().partition("/invitations/")[2]


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(visit: Callable[..., Visitor], width: int) -> None:
    page = visit("owner", viewport={"width": width, "height": 800}).page
    path = _invite(page, "jo@shop.example")
    found = complaints(page)
    for url in (*PAGES, path, *PUBLIC):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        found += complaints(page)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{url} is {wider} px too wide"
    page.goto("/team")
    page.get_by_role("link", name="Manage Viewer Person").click()
    expect(page.locator("tr.is-editing")).to_be_visible()
    found += complaints(page)
    assert found == []


def test_search_while_typing(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/team")
    page.locator("#team-q").press_sequentially("viewer")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    expect(page.locator("#people tbody tr")).to_contain_text("Viewer Person")
    page.wait_for_url("**/team?q=viewer")
    page.locator("#team-q").fill("nobodyatall")
    expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()


@pytest.mark.parametrize("has_script", [True, False])
def test_suspended_is_out_at_once(visit: Callable[..., Visitor], has_script: bool) -> None:
    page = visit("manager", java_script_enabled=has_script).page
    viewer = visit("viewer").page
    page.goto("/team")
    page.get_by_role("link", name="Manage Viewer Person").click()
    page.get_by_role("button", name="Suspend Viewer Person").click()
    expect(page.get_by_text("Viewer Person is suspended").last).to_be_attached()
    expect(page.locator("tr", has_text="Viewer Person")).to_contain_text("Suspended")
    viewer.goto("/customers")
    assert "/login" in viewer.url


@pytest.mark.parametrize("has_script", [True, False])
def test_a_role_is_changed(visit: Callable[..., Visitor], has_script: bool) -> None:
    page = visit("owner", java_script_enabled=has_script).page
    page.goto("/team")
    page.get_by_role("link", name="Manage Viewer Person").click()
    page.get_by_label("Role", exact=True).select_option("manager")
    page.get_by_role("button", name="Change role").click()
    expect(page.locator("tr", has_text="viewer@shop.example")).to_contain_text("Manager")


@pytest.mark.parametrize("has_script", [True, False])
def test_invited_and_joined(visit: Callable[..., Visitor], has_script: bool) -> None:
    visitor = visit("owner", java_script_enabled=has_script)
    page = visitor.page
    path = _invite(page, "jo@shop.example")
    page.context.clear_cookies()
    page.goto(path)
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("at least 12 characters")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url(lambda url: "/invitations/" not in url)
    page.goto("/account")
    assert page.title().startswith("Your account")
    page.goto(path)
    expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()


def test_cancelled_in_its_place(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    path = _invite(page, "jo@shop.example")
    page.goto("/team")
    page.get_by_role("button", name="Cancel the invitation for jo@shop.example").click()
    expect(page.get_by_text("is cancelled.")).to_be_visible()
    expect(page.locator("#invitations tbody tr")).to_contain_text("Cancelled")
    page.goto(path)
    expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()


def test_staff_see_nothing_of_it(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers")
    expect(page.get_by_role("link", name="Team")).to_have_count(0)
    page.goto("/team")
    expect(page.get_by_role("heading", name="Not open to you")).to_be_visible()
