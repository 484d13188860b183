"""After a day with every secret there is: none of them is in logs, databases or other pages."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from aiosmtpd.smtp import AuthResult

from tests.conftest import PASSWORD
from tests.factors.authenticator import Authenticator
from tests.servers.gunicorn import ROOT, SECRET_KEY
from tests.servers.processes import running, wait_until
from tests.team.conftest import PostOffice, _AnyPort
from tests.workers.conftest import Shop, email_of
from tests.workers.leaks import Secrets, dump_of, files_in, files_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.workers.browser import Browser

pytestmark = pytest.mark.server

HOST = "till.example"
FACTORS = "/account/second-factor"
NEROPAY_KEY = "sk_live_5b1d0c9e8f7a6b5c4d3e2f1a0b9c8d7e"
MAIL_PASSWORD = "letters by night 9341"
SECOND, THIRD, WRONG = "quiet harbour at dawn", "a lantern over wet slate", "guessed at random 77"
CANARY = "Canary Wharfinger"  # no secret: what is looked through must contain it


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server that asks for a password."""
    office = PostOffice()
    welcome: dict[str, Any] = {
        "authenticator": lambda *_: AuthResult(success=True),
        "auth_require_tls": False,
    }
    controller = _AnyPort(office, hostname="127.0.0.1", port=0, **welcome)
    controller.start()
    name = MAIL_PASSWORD.replace(" ", "%20")
    office.url = f"smtp://tillside:{name}@127.0.0.1:{controller.port}"
    yield office
    controller.stop()


@pytest.fixture
def shop_settings(post_office: PostOffice) -> dict[str, str]:
    return {
        "APP_ENV": "production",
        "NEROPAY_BASE_URL": "https://127.0.0.1:9/v2",
        "NEROPAY_SECRET_KEY": NEROPAY_KEY,
        "PUBLIC_URL": f"https://{HOST}",
        "TRUSTED_HOSTS": HOST,
        "SMTP_URL": post_office.url,
        "LOG_LEVEL": "DEBUG",
    }


class Day:
    """What happens in the shop, and every secret of it."""

    def __init__(self, shop: Shop, office: PostOffice) -> None:
        self.shop, self.office, self.secrets = shop, office, Secrets()
        self.browsers: list[Browser] = []
        self.device = Authenticator(origin=f"https://{HOST}")
        self.secrets.add(PASSWORD, SECOND, THIRD, MAIL_PASSWORD)
        self.secrets.add(WRONG, shown_at="/login")  # typed as an address, which is kept there
        self.secrets.add(SECRET_KEY, NEROPAY_KEY)

    def browser(self) -> Browser:
        self.browsers.append(self.shop.browser(f"198.51.100.{len(self.browsers)}"))
        return self.browsers[-1]

    def set_up_factors(self, who: Browser) -> tuple[str, list[str]]:
        """Add an app and a passkey at the grace sign-in; the used code and the recovery codes."""
        page = who.get(f"{FACTORS}/app")
        seed = re.search(r'data-copy="([A-Z2-7]{32})"', page.html)
        assert seed, page.html
        self.secrets.add(seed[1], shown_at=f"{FACTORS}/app")
        code = pyotp.TOTP(seed[1]).now()
        assert who.post(f"{FACTORS}/app", {"code": code}).status == 303
        html = who.get(f"{FACTORS}/codes").html
        codes = re.findall(r"<code>((?:[0-9a-z]{6}-){3}[0-9a-z]{6})</code>", html)
        assert len(codes) == 10
        bare = [code.replace("-", "") for code in codes]
        self.secrets.add(*codes, *bare, shown_at=rf"{FACTORS}/codes(\.txt|/.*)?")
        answer = self.device.create(self._options(who, f"{FACTORS}/passkeys/options"))
        fields = {"name": "Laptop", "credential": answer}
        assert who.post(f"{FACTORS}/passkeys/new", fields).status == 303
        return code, codes

    def with_passkey(self, who: Browser, path: str) -> None:
        answer = self.device.get(self._options(who, f"{path}/options"))
        assert who.post(path, {"credential": answer}).status == 303

    def invite(self, owner: Browser) -> str:
        fields = {"email": "jo@shop.example", "name": CANARY, "role": "staff"}
        return self._link(owner.post("/team/invitations/new", fields).html)

    def reset_link(self, owner: Browser, person_id: int) -> str:
        return self._link(owner.post(f"/team/{person_id}/password-link").html)

    def mailed_link(self, letter: int) -> str:
        return self._link(self.office.letters[letter].get_content())

    def _link(self, text: str) -> str:
        link = re.search(rf"https://{HOST}(/(?:invitations|reset)/([\w-]{{43}}))", text)
        assert link, text
        once = r"/team/invitations/new|/team/\d+/password-link"
        self.secrets.add(link[2], shown_at=f"{once}|{link[1]}")
        return link[1]

    def _options(self, who: Browser, path: str) -> dict[str, Any]:
        return who.post(path, {}, X_CSRFToken=who.token).json()


@pytest.fixture
def day(shop: Shop, post_office: PostOffice) -> Day:
    day = Day(shop, post_office)
    with ExitStack() as stack:
        worker = (sys.executable, "-m", "flask", "--app", "webapp", "worker")
        log = shop.folder / "worker.log"
        stack.enter_context(running(worker, log=log, env=shop.env, cwd=ROOT))
        owner = day.browser()
        assert owner.give_password(email_of("owner"), WRONG).status == 422
        assert owner.give_password(WRONG + "@shop.example", PASSWORD).status == 422
        assert owner.give_password(email_of("owner")).location.startswith(FACTORS)
        code, codes = day.set_up_factors(owner)
        invitation, reset = day.invite(owner), day.reset_link(owner, shop.ids["viewer"])

        jo = day.browser()
        jo.get(invitation)
        assert jo.post(invitation, {"name": CANARY, "password": SECOND}).status == 303
        jo.get("/account")
        fields = {"current_password": SECOND, "new_password": THIRD}
        assert jo.post("/account/password", fields).status == 303
        jo.get("/account")
        assert jo.post("/lock").status == 303
        jo.get("/lock")
        assert jo.post("/unlock", {"password": WRONG}).status == 422
        assert jo.post("/unlock", {"password": THIRD}).status == 303

        viewer = day.browser()
        viewer.get(reset)
        assert viewer.post(reset, {"password": SECOND}).status == 200
        viewer.get("/forgotten")
        assert viewer.post("/forgotten", {"email": email_of("viewer")}).status == 200
        wait_until(lambda: len(post_office.letters) == 2, "the letter with a link")
        mailed = day.mailed_link(1)
        viewer.get(mailed)
        assert viewer.post(mailed, {"password": THIRD}).status == 200
        assert viewer.get(mailed).status == 404

        again = day.browser()
        assert again.give_password(email_of("owner")).location.startswith("/login/second")
        again.get("/login/second")
        assert again.post("/login/second", {"code": code}).status == 422  # was used
        assert again.post("/login/second", {"code": codes[0]}).status == 303
        again.get("/account/step-up")
        day.with_passkey(again, "/account/step-up/passkey")
        for path in ("/team", "/activity", "/account", "/customers?q=harbour", "/nothing"):
            again.get(path)
        alone = day.browser()
        alone.get("/login")
        day.with_passkey(alone, "/login/passkey")
        alone.get("/account")
        assert alone.post("/logout").status == 303
    shop.stop()
    for browser in day.browsers:
        day.secrets.add_cookies(browser)
    return day


def test_none_is_in_logs_or_databases(day: Day, database_url: str, tmp_path: Path) -> None:
    places: dict[str, bytes] = {str(path): raw for path, raw in files_in(tmp_path)}
    places["dump"] = dump_of(database_url).encode()
    if database_url.startswith("postgresql"):
        places |= {str(path): raw for path, raw in files_of(database_url)}
    assert CANARY in places["dump"].decode()
    assert any(CANARY.encode() in raw for name, raw in places.items() if name != "dump")
    assert b"/invitations/<token>" in places[str(tmp_path / "web.log")]
    assert places[str(tmp_path / "worker.log")]
    found = {(name, one) for name, raw in places.items() for one in day.secrets.found_in(raw)}
    assert found == set()


def test_none_is_on_a_page_that_is_not_there_to_show_it(day: Day) -> None:
    assert any(CANARY in reply.html for browser in day.browsers for reply in browser.replies)
    assert len(day.secrets.shown_at) > 60
    for browser in day.browsers:
        assert day.secrets.found_on_pages(browser) == set()
