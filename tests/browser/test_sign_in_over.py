"""Signing in over the open page where a second factor is asked for, and stepping up over it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, update

from tests.conftest import PASSWORD
from webapp.clock import now
from webapp.extensions import db
from webapp.people.tables import people, sessions
from webapp.sealing import seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site, Visitor

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def with_app(site: Site) -> None:
    """Gives the manager an app for codes."""
    with site.app.app_context(), db.write() as connection:
        found = people.c.email_key == "manager@shop.example"
        person_id = connection.execute(people.select().where(found)).one().id
        values = {"totp_seed": seal(SEED, person_id=person_id), "totp_confirmed_at": now()}
        connection.execute(update(people).where(found).values(totp_step=0, **values))


def end_all(site: Site) -> None:
    with site.app.app_context(), db.write() as connection:
        connection.execute(delete(sessions))


def test_both_steps_over_the_page(
    site: Site, visit: Callable[..., Visitor], request: pytest.FixtureRequest
) -> None:
    page = visit().page
    request.getfixturevalue("with_app")
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Two Steps")
    end_all(site)
    page.get_by_role("button", name="Save customer").click()
    over = page.locator("#over")
    over.get_by_label("E-mail").fill("manager@shop.example")
    over.get_by_label("Password").fill(PASSWORD)
    over.get_by_role("button", name="Sign in", exact=True).click()
    expect(over.get_by_role("heading", name="One more step")).to_be_visible()
    over.get_by_label("Code").fill("000000")
    over.get_by_role("button", name="Continue").click()
    expect(over.locator("[data-form-errors]")).to_be_visible()
    over.get_by_label("Code").fill(pyotp.TOTP(SEED).now())
    over.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/customers/1*")
    expect(page.locator("main")).to_contain_text("Two Steps")


def test_confirming_over_the_list_goes_on_in_it(site: Site, visit: Callable[..., Visitor]) -> None:
    page = visit("owner").page
    page.goto("/team")
    page.locator("#team-q").fill("Staff")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    with site.app.app_context(), db.write() as connection:
        connection.execute(update(sessions).values(stepped_up_at=now() - timedelta(minutes=16)))
    page.get_by_role("link", name="Manage Staff Person").click()
    over = page.locator("#over")
    expect(over.get_by_role("heading", name="Is it still you?")).to_be_visible()
    over.get_by_label("Password").fill(PASSWORD)
    over.get_by_role("button", name="Continue").click()
    expect(over).to_be_hidden()
    expect(page.get_by_label("Role", exact=True)).to_be_visible()
    expect(page.locator("#team-q")).to_have_value("Staff")


def add_passkey(page: Page, url: str) -> None:
    """Give the browser a key of its own and the signed-in person's account that key."""
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{url}/account/second-factor/passkeys/new")
    page.get_by_label("Name").fill("This laptop")
    page.locator("form[data-passkey] [type=submit]").click()
    page.wait_for_url(lambda address: not address.endswith("/passkeys/new"))


def test_a_passkey_over_the_page(site: Site, visit: Callable[..., Visitor]) -> None:
    url = site.url.replace("127.0.0.1", "localhost")  # passkeys need a name
    page = visit("staff", base_url=url).page
    add_passkey(page, url)
    page.goto(f"{url}/customers/new")
    page.get_by_label("Name").fill("By Passkey")
    end_all(site)
    page.get_by_role("button", name="Save customer").click()
    page.locator("#over").get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/customers/1*")
    expect(page.locator("main")).to_contain_text("By Passkey")
