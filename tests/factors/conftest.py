"""What the tests of second factors ask for: people who have one, and their phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from tests.conftest import PASSWORD
from tests.factors.authenticator import Authenticator
from tests.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member
    from tests.page import Answer

FACTORS = "/account/second-factor"


class Phone:
    """An authenticator app with one seed."""

    def __init__(self, seed: str, clock: Clock) -> None:
        self.seed, self._clock = seed, clock

    def code(self, steps: int = 0) -> str:
        """Give the code of now, or of some steps later."""
        return pyotp.TOTP(self.seed).generate_otp(int(self._clock().timestamp()) // 30 + steps)

    def wrong(self) -> str:
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in map("{:06}".format, range(10)) if code not in near)


class Someone:
    """Somebody of the cast with a browser, and perhaps a phone."""

    def __init__(self, app: Flask, member: Member, clock: Clock) -> None:
        self.app, self.member, self.clock = app, member, clock
        self.page = Page(app.test_client())
        self.phone = Phone(pyotp.random_base32(), clock)
        self.codes: list[str] = []
        self.device = Authenticator()

    def give_password(self, password: str = PASSWORD) -> Answer:
        return self.page.post("/login", {"email": self.member.email, "password": password})

    def give_code(self, code: str) -> Answer:
        return self.page.post("/login/second", {"code": code})

    def sign_in(self) -> Someone:
        """Get in with the password and, if asked, the next code of the phone."""
        answer = self.give_password()
        assert answer.status == 303, answer.text
        if answer.location.startswith("/login/second"):
            self.clock.advance(seconds=30)  # the last code may be used
            assert self.give_code(self.phone.code()).status == 303
        return self

    def elsewhere(self) -> Someone:
        """The same person at another browser."""
        other = Someone(self.app, self.member, self.clock)
        other.phone, other.codes, other.device = self.phone, self.codes, self.device
        return other

    def see_app(self) -> None:
        """Scan the seed, without giving a code yet."""
        answer = self.page.get(f"{FACTORS}/app")
        key = re.search(r'data-copy="([A-Z2-7]{32})"', answer.html)
        assert key, answer.text
        self.phone = Phone(key[1], self.clock)

    def set_up_app(self) -> Answer:
        self.see_app()
        done = self.page.post(f"{FACTORS}/app", {"code": self.phone.code()})
        if done.location == f"{FACTORS}/codes":
            self.read_codes()
        return done

    def read_codes(self) -> list[str]:
        html = self.page.get(f"{FACTORS}/codes").html
        self.codes = re.findall(r"<code>((?:[0-9a-z]{6}-){3}[0-9a-z]{6})</code>", html)
        return self.codes

    def options(self, url: str) -> dict[str, Any]:
        token = self.page.csrf_token()
        answer = self.page.client.post(url, headers={"X-CSRFToken": token})
        assert answer.status_code == 200, answer.text
        given: dict[str, Any] = answer.get_json()
        return given

    def add_passkey(self, name: str = "Laptop") -> Answer:
        answer = self.device.create(self.options(f"{FACTORS}/passkeys/options"))
        done = self.page.post(f"{FACTORS}/passkeys/new", {"name": name, "credential": answer})
        if done.location == f"{FACTORS}/codes":
            self.read_codes()
        return done

    def is_in(self) -> bool:
        return self.page.client.get("/customers").status_code == 200


@pytest.fixture
def someone(app: Flask, cast: dict[str, Member], clock: Clock) -> Callable[[str], Someone]:
    """Gives one of the cast, not signed in yet."""
    return lambda role: Someone(app, cast[role], clock)


@pytest.fixture
def owner(someone: Callable[[str], Someone]) -> Someone:
    """The owner, signed in, without a second factor."""
    return someone("owner").sign_in()


@pytest.fixture
def secured(owner: Someone) -> Someone:
    """The owner with an app, at a browser where nobody is signed in."""
    assert owner.set_up_app().status == 303
    assert len(owner.codes) == 10
    return owner.elsewhere()
