"""One active owner always stays, however many try at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from tests.page import Page
from tests.team.conftest import NEW_PASSWORD, ROUNDS, race
from webapp.activity.service import Actor
from webapp.extensions import db
from webapp.people.service import create_person
from webapp.people.tables import people
from webapp.people.team import service
from webapp.people.team.models import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member

TRIES = 50


def _active_owners(app: Flask) -> list[int]:
    query = select(people.c.id).where(people.c.role == "owner", people.c.is_active.is_(True))
    with app.app_context(), db.read() as connection:
        return list(connection.execute(query).scalars())


def _second_owner(app: Flask) -> int:
    with app.app_context():
        return create_person(
            email="olga@shop.example", name="Olga", role="owner", password=NEW_PASSWORD
        )


def test_an_owner_may_suspend_another(
    app: Flask, page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    olga = _second_owner(app)
    page = page_as("owner")
    assert page.post(f"/team/{olga}/role", {"role": "staff"}).status in {403, 422}
    assert page.post(f"/team/{olga}/suspend").status == 303
    assert page.post(f"/team/{cast['owner'].id}/suspend").status == 403
    assert _active_owners(app) == [cast["owner"].id]


def test_of_fifty_that_suspend_each_other_one_stays(app: Flask, cast: dict[str, Member]) -> None:
    first, second = cast["owner"].id, _second_owner(app)
    for _ in range(ROUNDS):
        done: list[int] = []

        def work(number: int, done: list[int] = done) -> None:
            own, other = (first, second) if number % 2 else (second, first)
            with app.app_context():
                try:
                    service.suspend(Actor(own, "Owner", None), other)
                except NotAllowed:
                    return
                done.append(other)

        race(TRIES, work)
        assert len(_active_owners(app)) == 1
        assert len(set(done)) == 1
        with app.app_context(), db.write() as connection:
            connection.execute(update(people).values(is_active=True))


def test_many_pages_at_once(
    app: Flask, page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    olga = _second_owner(app)
    first = page_as("owner")
    second = Page(app.test_client())
    second.post("/login", {"email": "olga@shop.example", "password": NEW_PASSWORD})
    tries = [(first, first.csrf_token(), olga), (second, second.csrf_token(), cast["owner"].id)]
    cookies = [page.client.get_cookie("session") for page, _, _ in tries]
    statuses: list[int] = []

    def work(number: int) -> None:
        _, token, other = tries[number % 2]
        client, cookie = app.test_client(), cookies[number % 2]
        assert cookie
        client.set_cookie("session", cookie.value)
        answer = client.post(f"/team/{other}/suspend", data={"csrf_token": token})
        statuses.append(answer.status_code)

    race(TRIES, work)
    assert len(_active_owners(app)) == 1
    assert set(statuses) <= {303, 401, 403}
    with app.app_context(), db.read() as connection:
        assert connection.execute(select(func.count()).select_from(people)).scalar_one() == 6
