"""Second factors in a real browser: with a virtual security key, and without JavaScript."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from tests.browser.test_accessibility import complaints
from tests.conftest import PASSWORD
from webapp.extensions import db
from webapp.people.factors.service import reset_factors
from webapp.people.tables import people, sign_in_failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, CDPSession, Page

    from tests.browser.conftest import Site, Visitor

FACTORS = "/account/second-factor"
STEP = 30  # seconds


@pytest.fixture(autouse=True)
def without_factors(site: Site) -> Iterator[None]:
    """Everybody begins and ends with the password alone."""
    yield
    with site.app.app_context(), db.write() as connection:
        for person_id in connection.execute(people.select()).scalars().all():
            reset_factors(connection, person_id)
        connection.execute(delete(sign_in_failures))
        connection.execute(people.update().values(totp_step=0))


@pytest.fixture
def at_localhost(site: Site, visit: Callable[..., Visitor]) -> Callable[..., Page]:
    """Signs somebody in where passkeys work: they need a name, not an address in digits."""
    url = site.url.replace("127.0.0.1", "localhost")

    def sign_in(role: str, **options: object) -> Page:
        visitor = visit(role, **options)
        visitor.page.goto(f"{url}/login")
        if "/login" in visitor.page.url:
            give_password(visitor.page, role)
            visitor.page.wait_for_url(lambda url: "/login" not in url)
        return visitor.page

    return sign_in


def give_password(page: Page, role: str) -> None:
    page.fill("#email", f"{role}@shop.example")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.context.clear_cookies()
    page.goto(re.sub(r"(?<=\d)/.*", "/login", page.url))


def add_device(page: Page) -> tuple[CDPSession, dict[str, Any]]:
    """Plug a security key in that always knows its holder."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def at(page: Page, path: str) -> str:
    return re.sub(r"(?<=\d)/.*", path, page.url)


def add_passkey(page: Page, name: str = "Laptop") -> None:
    page.goto(at(page, f"{FACTORS}/passkeys/new"))
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Add the passkey").click()


def set_up_app(page: Page) -> str:
    """Do what a person with a phone does; gives the seed."""
    page.goto(at(page, "/account"))
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_alt_text("QR code with the key below")).to_be_visible()
    seed = page.locator(".secret-key").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(seed).now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return seed


def next_code(seed: str) -> str:
    """The step of now was used for setting up; the one after it is taken already."""
    return pyotp.TOTP(seed).generate_otp(int(time.time()) // STEP + 1)


@pytest.mark.parametrize("has_script", [True, False])
def test_an_app_with_and_without_javascript(
    at_localhost: Callable[..., Page], has_script: bool
) -> None:
    page = at_localhost("owner", java_script_enabled=has_script)
    seed = set_up_app(page)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(set(codes)) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as text").click()
    assert codes[0] in download.value.path().read_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    for code in (next_code(seed), codes[0]):
        sign_out(page)
        give_password(page, "owner")
        page.get_by_label("Code", exact=True).fill(code)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(lambda url: "/login" not in url)


def test_the_qr_code_is_shown_under_our_content_policy(at_localhost: Callable[..., Page]) -> None:
    page = at_localhost("owner")
    page.goto(at(page, f"{FACTORS}/app"))
    assert page.evaluate("() => document.querySelector('img.qr').naturalWidth") > 100


def test_a_passkey_as_the_only_step(at_localhost: Callable[..., Page]) -> None:
    page = at_localhost("manager")
    devtools, device = add_device(page)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    kept = devtools.send("WebAuthn.getCredentials", device)["credentials"]
    assert [one["isResidentCredential"] for one in kept] == [True]
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(at(page, "/account"))
    expect(page.get_by_role("link", name="Rename Laptop")).to_be_visible()


def test_a_passkey_as_the_second_step_and_for_step_up(at_localhost: Callable[..., Page]) -> None:
    page = at_localhost("manager")
    add_device(page)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    sign_out(page)
    give_password(page, "manager")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(at(page, f"/account/step-up?next={FACTORS}"))
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Second factor").first).to_be_visible()
    assert page.url.endswith(FACTORS)


def test_several_passkeys_renamed_and_removed(at_localhost: Callable[..., Page]) -> None:
    page = at_localhost("staff")
    devtools, device = add_device(page)
    add_passkey(page, "First")
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    add_passkey(page, "Again")
    expect(page.get_by_text("has a passkey for your account already")).to_be_visible()
    devtools.send("WebAuthn.removeVirtualAuthenticator", device)
    add_device(page)
    add_passkey(page, "Second")
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    page.get_by_role("link", name="Rename First").click()
    page.get_by_label("Name", exact=True).fill("Old laptop")
    page.get_by_role("button", name="Save name").click()
    page.get_by_role("link", name="Remove Old laptop").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_role("link", name="Rename Second")).to_be_visible()
    expect(page.get_by_text("Old laptop")).to_have_count(0)


def test_a_cancelled_passkey_is_explained(at_localhost: Callable[..., Page]) -> None:
    page = at_localhost("staff")
    devtools, device = add_device(page)
    devtools.send("WebAuthn.setUserVerified", {**device, "isUserVerified": False})
    add_passkey(page)
    expect(page.get_by_text("it was cancelled, or it took too long")).to_be_visible()
    expect(page.get_by_role("button", name="Add the passkey")).to_be_enabled()


def test_without_javascript_passkeys_say_so(site: Site, browser: Browser) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login")
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible(at_localhost: Callable[..., Page], width: int) -> None:
    page = at_localhost("viewer", viewport={"width": width, "height": 800})
    add_device(page)
    set_up_app(page)
    found = complaints(page)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    add_passkey(page, "A name that is long " * 3)
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Rename")).click()
    expect(page.get_by_role("button", name="Save name")).to_be_visible()
    found += complaints(page)
    paths = ("", "/app", "/app/remove", "/passkeys/new", "/codes/new")
    for path in (*(FACTORS + path for path in paths), "/account", "/account/step-up"):
        page.goto(at(page, path))
        found += complaints(page)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{path} is {wider} px too wide"
    sign_out(page)
    give_password(page, "viewer")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector("[data-form-errors]")
    found += complaints(page)
    assert found == []
