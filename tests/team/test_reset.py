"""/reset/<token>: a new password, set once; it ends every session and signs nobody in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.conftest import PASSWORD
from tests.page import Page
from tests.team.conftest import NEW_PASSWORD, link_in, race
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people import upkeep
from webapp.people.tables import password_resets

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member


@pytest.fixture
def link(page_as: Callable[[str], Page], cast: dict[str, Member]) -> str:
    """A manager's link for the member of staff."""
    return link_in(page_as("manager").post(f"/team/{cast['staff'].id}/password-link"))


def _sign_in(app: Flask, password: str) -> int:
    fields = {"email": "staff@shop.example", "password": password}
    return Page(app.test_client()).post("/login", fields).status


def test_a_new_password(
    page: Page, link: str, app: Flask, page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    signed_in = page_as("staff")
    for _ in range(3):
        assert page.get(link).status == 200  # looking does not use it up
    answer = page.post(link, {"password": NEW_PASSWORD})
    assert "Your password is set" in answer.text
    assert page.get("/customers").status == 303  # nobody is signed in by it
    assert signed_in.get("/customers").status == 303
    assert _sign_in(app, cast["staff"].password) == 422
    assert _sign_in(app, NEW_PASSWORD) == 303
    assert page.get(link).status == page.post(link, {"password": NEW_PASSWORD}).status == 404
    with app.app_context(), db.read() as connection:
        kinds = set(connection.execute(select(activity.c.kind)).scalars())
    assert {"password.reset_requested", "password.reset"} <= kinds


def test_it_is_a_way_in_after_too_many_failures(page: Page, link: str, app: Flask) -> None:
    assert [_sign_in(app, "wrong") for _ in range(11)] == [422] * 10 + [429]
    page.post(link, {"password": NEW_PASSWORD})
    assert _sign_in(app, NEW_PASSWORD) == 303


def test_extra_fields_change_nothing(page: Page, link: str, app: Flask) -> None:
    fields = {"password": NEW_PASSWORD, "email": "owner@shop.example", "id": "1", "role": "owner"}
    assert page.post(link, fields).status == 200
    assert _sign_in(app, NEW_PASSWORD) == 303


@pytest.mark.parametrize(
    "password", ["", "short", "x\x00" * 10, "a" * 50_000, "staff@shop.example"]
)
def test_what_is_not_taken_leaves_it_as_it_was(page: Page, link: str, password: str) -> None:
    assert page.post(link, {"password": password}).status == 422
    assert page.post(link, {"password": NEW_PASSWORD}).status == 200


def test_links_that_do_nothing_look_the_same(
    page: Page, link: str, app: Flask, clock: Clock, page_as: Callable[[str], Page]
) -> None:
    token = link.removeprefix("/reset/")
    invitation = link_in(
        page_as("owner").post("/team/invitations/new", {"email": "jo@b.example", "role": "staff"})
    ).removeprefix("/invitations/")
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    texts = set()
    for bad in ("x", changed, token + "A", "A" * 10_000, "%00", "é" * 43, invitation):
        for answer in (
            page.get(f"/reset/{bad}"),
            page.post(f"/reset/{bad}", {"password": NEW_PASSWORD}),
        ):
            assert answer.status == 404
            texts.add(answer.text)
    clock.advance(days=1, seconds=1)
    texts.add(page.get(link).text)
    assert page.post(link, {"password": NEW_PASSWORD}).status == 404
    assert len(texts) == 1


def test_somebody_suspended_meanwhile(
    page: Page, link: str, page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    page_as("owner").post(f"/team/{cast['staff'].id}/suspend")
    assert page.post(link, {"password": NEW_PASSWORD}).status == 404
    page_as("owner").post(f"/team/{cast['staff'].id}/reactivate")
    assert page.get(link).status == 404


def test_a_manager_who_is_suspended_leaves_no_links(
    page: Page, link: str, page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    page_as("owner").post(f"/team/{cast['manager'].id}/suspend")
    assert page.get(link).status == 404


def test_a_new_link_voids_the_earlier_one(
    page: Page, link: str, page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    new = link_in(page_as("owner").post(f"/team/{cast['staff'].id}/password-link"))
    assert (page.get(link).status, page.get(new).status) == (404, 200)
    assert page.post(link, {"password": NEW_PASSWORD}).status == 404


def test_somebody_suspended_gets_none(
    page: Page, app: Flask, page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    owner = page_as("owner")
    owner.post(f"/team/{cast['staff'].id}/suspend")
    assert owner.post(f"/team/{cast['staff'].id}/password-link").status == 404
    with app.app_context(), db.read() as connection:
        assert not connection.execute(select(password_resets)).all()
        kinds = set(connection.execute(select(activity.c.kind)).scalars())
    assert "password.reset_requested" not in kinds


def test_old_links_are_cleared_away(link: str, app: Flask, clock: Clock) -> None:
    clock.advance(days=2)
    with app.app_context():
        upkeep.purge(clock())
        with db.read() as connection:
            count = connection.execute(select(func.count()).select_from(password_resets))
            assert count.scalar_one() == 0


def test_of_twenty_at_once_one_sets_it(app: Flask, link: str) -> None:
    pages = [Page(app.test_client()) for _ in range(20)]
    tokens = [one.csrf_token() for one in pages]
    answers: list[int] = []

    def work(index: int) -> None:
        fields = {"password": f"{NEW_PASSWORD} {index}", "csrf_token": tokens[index]}
        answers.append(pages[index].client.post(link, data=fields).status_code)

    race(20, work)
    assert sorted(answers) == [200] + [404] * 19


def test_changing_the_password_voids_the_link(
    page: Page, link: str, page_as: Callable[[str], Page]
) -> None:
    fields = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert page_as("staff").post("/account/password", fields).status == 303
    assert page.get(link).status == 404
