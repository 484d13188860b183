"""Second factors behind nginx and https, in Chromium: an app, a passkey, and where from."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

import pyotp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect

from tests.browser.conftest import CHROMIUM, PATIENCE, QUIET
from tests.servers.gunicorn import flask, production, running_gunicorn
from tests.servers.nginx import NAME, running_nginx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, Playwright

    from tests.servers.nginx import Nginx

pytestmark = [pytest.mark.server, pytest.mark.browser]

EMAIL, PASSWORD = "olive@shop.example", "a harbour in the evening"
FACTORS = f"https://{NAME}/account/second-factor"


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Nginx]:
    """Production behind nginx, with an owner who has nothing but a password."""
    env = production(tmp_path)
    flask(env, "db", "upgrade")
    who = ("--email", EMAIL, "--name", "Olive", "--role", "owner")
    flask(env, "user", "create", *who, "--password-stdin", stdin=PASSWORD)
    (tmp_path / "nginx").mkdir()
    with (
        running_gunicorn(env, tmp_path) as web,
        running_nginx(tmp_path / "nginx", web.port) as running,
    ):
        yield running


@pytest.fixture
def page(nginx: Nginx, playwright: Playwright) -> Iterator[Page]:
    """A window of a browser that finds our name here, and takes our certificate."""
    certificate = x509.load_pem_x509_certificate(nginx.certificate.read_bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pin = b64encode(hashlib.sha256(key).digest()).decode()
    options = [
        f"--host-resolver-rules=MAP {NAME}:443 127.0.0.1:{nginx.port}",
        f"--ignore-certificate-errors-spki-list={pin}",
    ]
    expect.set_options(timeout=PATIENCE)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *options])
    # What a browser claims about its address counts for nothing.
    context = browser.new_context(extra_http_headers={"X-Forwarded-For": "203.0.113.9"})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    browser.close()


def sign_in(page: Page) -> None:
    page.goto(f"https://{NAME}/login")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def plug_in_a_key(page: Page) -> None:
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
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_from_the_first_sign_in_to_a_passkey_alone(page: Page) -> None:
    sign_in(page)
    page.wait_for_url(f"{FACTORS}**")  # production asks an owner for one before anything else
    page.goto(f"https://{NAME}/customers")
    page.wait_for_url(f"{FACTORS}**")
    page.goto(f"{FACTORS}/app")
    seed = page.locator(".secret-key").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(seed).now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()

    plug_in_a_key(page)
    page.goto(f"{FACTORS}/passkeys/new")
    page.get_by_label("Name", exact=True).fill("Laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()

    sign_out(page)
    sign_in(page)
    page.get_by_label("Code", exact=True).fill(codes[0])
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda url: "/login" not in url)

    sign_out(page)
    page.goto(f"https://{NAME}/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/login" not in url)
    cookie = next(one for one in page.context.cookies() if one["name"] == "__Host-session")
    assert cookie["secure"]
    page.goto(f"https://{NAME}/account")
    sessions = page.locator("#sessions")
    expect(sessions).to_contain_text("127.0.0.1")
    expect(sessions).not_to_contain_text("203.0.113.9")
    page.goto(f"https://{NAME}/activity?kind=sign_ins")
    expect(page.locator("main")).to_contain_text("127.0.0.1")
    expect(page.locator("main")).not_to_contain_text("203.0.113.9")
