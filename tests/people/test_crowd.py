"""Sign-ins that stay too many: a few at a time get in, the others are asked to come again."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.conftest import PASSWORD
from webapp.extensions import db
from webapp.people import words
from webapp.people.crowd import PATIENCE, Crowd, crowd
from webapp.people.models import Crowded
from webapp.people.tables import sign_in_failures

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def come(many: Crowd) -> None:
    """Come and go at once."""
    with many.place():
        pass


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def test_a_burst_gets_in(seconds: Seconds) -> None:
    many = Crowd(2, seconds)
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(many.place())
            seconds.at += PATIENCE / 20


def test_a_crowd_that_stays_does_not(seconds: Seconds) -> None:
    many = Crowd(2, seconds)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(many.place())
        for _ in range(5):
            seconds.at += PATIENCE / 2
            with pytest.raises(Crowded) if seconds.at > 100 + PATIENCE else ExitStack():
                come(many)
    with many.place():  # as many as are no crowd go on getting in
        come(many)


def test_after_a_calm_second_a_burst_gets_in_again(seconds: Seconds) -> None:
    many = Crowd(1, seconds)
    with many.place():
        come(many)
        seconds.at += PATIENCE
        come(many)
        seconds.at += 0.1
        with pytest.raises(Crowded):
            come(many)
        seconds.at += PATIENCE + 0.1
        come(many)


def test_a_failure_gives_its_place_back(seconds: Seconds) -> None:
    many = Crowd(1, seconds)
    for _ in range(3):
        seconds.at += PATIENCE
        with pytest.raises(ZeroDivisionError), many.place():
            raise ZeroDivisionError


@pytest.fixture
def full(app: Flask, seconds: Seconds) -> Crowd:
    """An application whose places are taken, and have been for a while."""
    taken = app.extensions["tillside.crowd"] = Crowd(0, seconds)
    come(taken)
    seconds.at += PATIENCE
    come(taken)
    seconds.at += PATIENCE / 2
    return taken


@pytest.mark.parametrize("known", [True, False])
def test_the_page_says_so_and_nothing_counts(  # pytest gives them by name
    page: Page, full: Crowd, app: Flask, cast: dict[str, Member], known: bool
) -> None:
    email = cast["staff"].email if known else "nobody@shop.example"
    answer = page.post("/login", {"email": email, "password": PASSWORD})
    assert answer.status == 503
    assert words.CROWDED in answer.text
    assert answer.response.headers["Retry-After"]
    assert email in answer.html
    assert PASSWORD not in answer.html
    with app.app_context(), db.read() as connection:
        counted = select(func.count()).select_from(sign_in_failures)
        assert connection.execute(counted).scalar_one() == 0


def test_passkeys_are_sign_ins_too(page: Page, full: Crowd) -> None:
    answer = page.post("/login/passkey", {"credential": "{}"})
    assert answer.location == "/login?next=/"
    assert words.CROWDED in page.get("/login").text


def test_who_is_throttled_takes_no_place(
    page: Page, app: Flask, cast: dict[str, Member], seconds: Seconds
) -> None:
    class Counting(Crowd):
        """Knows how many got in."""

        entered = 0

        def place(self) -> AbstractContextManager[None]:  # type: ignore[override]  # as both are
            self.entered += 1
            return super().place()

    counting = app.extensions["tillside.crowd"] = Counting(2, seconds)
    for status in [422] * 10 + [429] * 2:
        answer = page.post("/login", {"email": cast["staff"].email, "password": "wrong"})
        assert answer.status == status
    assert counting.entered == 10


@pytest.mark.parametrize(("threads", "size"), [(1, 1), (4, 2), (8, 6)])
def test_two_threads_are_left_to_others(
    make_app: Callable[..., Flask], threads: int, size: int, seconds: Seconds
) -> None:
    app = make_app(web_threads=threads)
    with app.app_context(), ExitStack() as stack:
        for _ in range(size):
            stack.enter_context(crowd().place())
        assert crowd()._size == size
