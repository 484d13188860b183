"""How often a password may be tried, also by many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.conftest import PASSWORD
from webapp.extensions import db
from webapp.people import service, throttle, upkeep
from webapp.people.service import SignInRefused, Throttled
from webapp.people.tables import sessions, sign_in_failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member
    from tests.page import Page
    from tests.people.conftest import Hashes

Cast = dict[str, "Member"]
WRONG = "not the right one"


def attempt(app: Flask, email: str, password: str = WRONG, address: str = "192.0.2.1") -> str:
    """Try once as another process would; tell what came of it."""
    with app.test_request_context("/login", method="POST", environ_base={"REMOTE_ADDR": address}):
        try:
            service.sign_in(email, password)
        except SignInRefused:
            return "refused"
        except Throttled:
            return "throttled"
        return "ok"


def waits(app: Flask, email: str, address: str = "192.0.2.1") -> int:
    with app.test_request_context("/login", method="POST", environ_base={"REMOTE_ADDR": address}):
        with pytest.raises(Throttled) as caught:
            service.sign_in(email, PASSWORD)
        return caught.value.retry_after


def count(app: Flask) -> int:
    with app.app_context(), db.read() as connection:
        return connection.execute(select(func.count()).select_from(sign_in_failures)).scalar_one()


def fail(app: Flask, times: int, email: str, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        assert attempt(app, email, address=address) == "refused"


def test_ten_wrong_ones_and_the_right_one_is_not_revealed(app: Flask, cast: Cast) -> None:
    fail(app, 10, cast["owner"].email)
    assert attempt(app, cast["owner"].email, PASSWORD) == "throttled"
    assert attempt(app, cast["owner"].email, PASSWORD, "198.51.100.7") == "throttled"
    assert attempt(app, cast["staff"].email, PASSWORD) == "ok"
    assert count(app) == 10


def test_every_try_costs_one_hash_until_none_is_made(
    app: Flask, cast: Cast, hashes: Hashes
) -> None:
    for email in (cast["owner"].email, cast["suspended"].email, "nobody@shop.example", "\x00"):
        attempt(app, email)
    assert hashes.made == 4
    fail(app, 9, cast["owner"].email)
    assert hashes.made == 13
    attempt(app, cast["owner"].email, PASSWORD)
    assert hashes.made == 13


def test_an_account_that_is_not_there_is_throttled_alike(app: Flask, cast: Cast) -> None:
    fail(app, 10, "nobody@shop.example")
    assert attempt(app, "NOBODY@shop.example ") == "throttled"


def test_it_is_over_after_a_quarter_of_an_hour(app: Flask, cast: Cast, clock: Clock) -> None:
    fail(app, 1, cast["owner"].email)
    clock.advance(minutes=5)
    fail(app, 9, cast["owner"].email)
    assert 500 < waits(app, cast["owner"].email) <= 600
    clock.advance(minutes=10, seconds=1)
    assert attempt(app, cast["owner"].email, PASSWORD) == "ok"


def test_fifty_from_one_address(app: Flask, cast: Cast) -> None:
    for number in range(50):
        assert attempt(app, f"nobody{number}@shop.example") == "refused"
    assert attempt(app, cast["owner"].email, PASSWORD) == "throttled"
    assert attempt(app, cast["owner"].email, PASSWORD, "192.0.2.2") == "ok"


def test_one_ipv6_line_is_one_address(app: Flask, cast: Cast) -> None:
    for number in range(50):
        assert attempt(app, f"nobody{number}@shop.example", address=f"2001:db8::{number:x}") == (
            "refused"
        )
    assert attempt(app, cast["owner"].email, PASSWORD, "2001:db8::ffff") == "throttled"
    assert attempt(app, cast["owner"].email, PASSWORD, "2001:db8:0:1::1") == "ok"


def test_a_right_one_takes_only_itself_back(app: Flask, cast: Cast) -> None:
    fail(app, 9, cast["owner"].email)
    assert attempt(app, cast["owner"].email, PASSWORD) == "ok"
    assert count(app) == 9
    fail(app, 1, cast["owner"].email)
    assert attempt(app, cast["owner"].email, PASSWORD) == "throttled"


def test_forty_at_once_are_not_more_than_ten(app: Flask, cast: Cast, hashes: Hashes) -> None:
    email = cast["owner"].email
    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda _: attempt(app, email), range(40)))
    assert outcomes.count("refused") == 10
    assert outcomes.count("throttled") == 30
    assert hashes.made == 10


def test_two_workers_count_together(app: Flask, make_app: Callable[..., Flask], cast: Cast) -> None:
    workers = (app, make_app())
    email = cast["owner"].email
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda n: attempt(workers[n % 2], email), range(24)))
    assert outcomes.count("refused") == 10


def test_right_ones_at_once_all_get_a_session_of_their_own(app: Flask, cast: Cast) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: attempt(app, cast["owner"].email, PASSWORD), range(8)))
    assert outcomes == ["ok"] * 8
    assert count(app) == 0
    with app.app_context(), db.read() as connection:
        assert len(connection.execute(select(sessions)).all()) == 8


def test_who_is_in_is_counted_apart_but_not_without_end(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    fail(app, 10, cast["owner"].email)
    owner, other = cast["owner"].id, cast["staff"].id
    with app.app_context():
        for hour in range(5):
            began = clock() - timedelta(hours=hour)
            for _ in range(10):
                throttle.reserve_own_try(owner, began)
            with pytest.raises(Throttled):
                throttle.reserve_own_try(owner, began)
        with pytest.raises(Throttled):  # fifty, however many sessions somebody has
            throttle.reserve_own_try(owner, clock() - timedelta(hours=5))
        throttle.reserve_own_try(other, clock())
    assert attempt(app, cast["staff"].email) == "refused"  # nor does the address count


def test_the_page_says_how_long(page: Page, app: Flask, cast: Cast) -> None:
    token = page.csrf_token()
    fields = {"csrf_token": token, "email": cast["owner"].email, "password": WRONG}
    for _ in range(10):
        assert page.client.post("/login", data=fields).status_code == 422
    answer = page.post("/login", {"email": cast["owner"].email, "password": PASSWORD})
    assert answer.status == 429
    assert 0 < int(answer.response.headers["Retry-After"]) <= 900
    assert "There were too many attempts. Try again in 15 minutes." in answer.text


def test_purge_takes_what_no_longer_counts(app: Flask, cast: Cast, clock: Clock) -> None:
    fail(app, 2, cast["owner"].email)
    clock.advance(minutes=10)
    fail(app, 1, cast["owner"].email)
    clock.advance(minutes=6)
    with app.app_context():
        assert upkeep.purge(clock()) == 2
    assert count(app) == 1
