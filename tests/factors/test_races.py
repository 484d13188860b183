"""One code, many at once: exactly one gets in, on every database."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import pytest
from sqlalchemy import delete, select

from tests.factors.conftest import FACTORS, Someone
from webapp.extensions import db
from webapp.people.factors.service import factors_of
from webapp.people.tables import passkeys, sessions, sign_in_failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member

ROUNDS = int(os.environ.get("RACE_ROUNDS", "20"))
BROWSERS = 4
Result = TypeVar("Result")


def run_at_once(works: list[Callable[[], Result]]) -> list[Result]:
    with ThreadPoolExecutor(len(works)) as pool:
        return [made.result() for made in [pool.submit(work) for work in works]]


def sending(who: Someone, code: str) -> Callable[[], int]:
    """Make the request ready, so that the threads do nothing but send it."""
    who.give_password()
    token = who.page.csrf_token()

    def send() -> int:
        data = {"csrf_token": token, "code": code}
        answer = who.page.client.post("/login/second", data=data)
        return int(answer.status_code == 303 and answer.headers["Location"] == "/")

    return send


def forget_failures(app: Flask) -> None:
    """Or the throttle would keep them out."""
    with app.app_context(), db.write() as connection:
        connection.execute(delete(sign_in_failures))
        connection.execute(delete(sessions))


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_lets_one_in(secured: Someone, make_app: Callable[..., Flask], kind: str) -> None:
    workers = (secured.app, make_app())
    codes = list(secured.codes)
    for number in range(ROUNDS):
        secured.clock.advance(seconds=30)
        if kind == "recovery" and not codes:
            inside = secured.elsewhere().sign_in()
            inside.page.post(f"{FACTORS}/codes/new")
            codes = list(inside.read_codes())
        browsers = [secured.elsewhere() for _ in range(BROWSERS)]
        for at, browser in enumerate(browsers):
            browser.page.client.application = workers[at % 2]
        code = codes.pop() if kind == "recovery" else secured.phone.code()
        winners = run_at_once([sending(browser, code) for browser in browsers])
        assert sum(winners) == 1, f"round {number}: {winners}"
        forget_failures(secured.app)


def test_one_of_two_last_factors_stays(
    make_app: Callable[..., Flask], cast: dict[str, Member], clock: Clock
) -> None:
    who = Someone(make_app(require_second_factor=("owner",)), cast["owner"], clock)
    who.give_password()
    who.set_up_app()
    for number in range(ROUNDS // 4):
        clock.advance(minutes=2)
        who.page.post("/account/step-up", {"password": who.member.password})
        if number:
            assert who.set_up_app().status == 303
        if not passkey_ids(who):
            assert who.add_passkey().status == 303
        urls = (f"{FACTORS}/app/remove", f"{FACTORS}/passkeys/{passkey_ids(who)[0]}/remove")
        run_at_once([removing(who, url) for url in urls])
        with who.app.app_context():
            assert factors_of([who.member.id])[who.member.id].has_any, f"round {number}"


def passkey_ids(who: Someone) -> list[int]:
    with who.app.app_context(), db.read() as connection:
        return list(connection.execute(select(passkeys.c.id)).scalars())


def removing(who: Someone, url: str) -> Callable[[], int]:
    """Make the request ready, from another window of the same browser."""
    token, cookie = who.page.csrf_token(), who.page.client.get_cookie("session")
    assert cookie
    client = who.app.test_client()
    client.set_cookie("session", cookie.value)
    return lambda: client.post(url, data={"csrf_token": token}).status_code
