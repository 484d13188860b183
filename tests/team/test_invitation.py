"""/invitations/<token>: looked at, accepted once, refused in one way for every reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.page import Page
from tests.team.conftest import NEW_PASSWORD, ROUNDS, link_in, race
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.service import create_person
from webapp.people.tables import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock

JO = {"name": "Jo March", "password": NEW_PASSWORD}


@pytest.fixture
def link(page_as: Callable[[str], Page]) -> str:
    """An invitation of the owner's for a new member of staff."""
    fields = {"email": "Jo@shop.example", "name": "Jo", "role": "staff"}
    return link_in(page_as("owner").post("/team/invitations/new", fields))


def _jo(app: Flask) -> Any:
    query = select(people).where(people.c.email_key == "jo@shop.example")
    with app.app_context(), db.read() as connection:
        return connection.execute(query).one_or_none()


def test_looking_does_not_use_it_up(page: Page, link: str, app: Flask) -> None:
    for _ in range(3):
        answer = page.get(link)
        assert answer.status == 200
        assert page.client.head(link).status_code == 200
    assert answer.has("input", type="email", value="Jo@shop.example")
    assert answer.form(link)["name"] == "Jo"
    assert _jo(app) is None


def test_accepted_signs_in_and_leads_on(page: Page, link: str, app: Flask) -> None:
    answer = page.post(link, JO)
    assert answer.status == 303
    assert answer.location in {"/account/second-factor", "/"}
    assert page.get("/customers").status == 200
    jo = _jo(app)
    assert (jo.email, jo.name, jo.role, jo.is_active) == (
        "Jo@shop.example",
        "Jo March",
        "staff",
        True,
    )
    with app.app_context(), db.read() as connection:
        query = select(activity).where(activity.c.kind == "invitation.accepted")
        entry = connection.execute(query).one()
    assert (entry.actor_name, entry.label, entry.changes) == (
        "Jo March", "Jo March", '{"role": [null, "staff"]}'
    )  # fmt: skip
    assert (entry.record_type, entry.record_id) == ("person", str(jo.id))


def test_it_works_once(page: Page, link: str, app: Flask, page_as: Callable[[str], Page]) -> None:
    page.post(link, JO)
    other = Page(app.test_client())
    assert other.get(link).status == 404
    assert other.post(link, JO | {"password": "another good long one"}).status == 404
    assert page_as("owner").get("/team").text.count("Accepted") == 1
    assert (
        Page(app.test_client())
        .post("/login", {"email": "jo@shop.example", "password": NEW_PASSWORD})
        .status
        == 303
    )


@pytest.mark.parametrize(
    "name", ["NEROPAY", "command\u00a0line", "Öwner  \u200bperson", "ownerperson"]
)
def test_nobody_joins_under_the_name_of_another(
    page: Page, link: str, app: Flask, name: str
) -> None:
    answer = page.post(link, JO | {"name": name})
    assert answer.status == 409
    assert answer.has("input", name="name", aria_invalid="true")
    assert NEW_PASSWORD not in answer.html
    assert _jo(app) is None
    assert page.post(link, JO).status == 303


def test_extra_fields_change_nothing(page: Page, link: str, app: Flask) -> None:
    extra = {"role": "owner", "email": "evil@shop.example", "is_active": "0", "id": "1"}
    assert page.post(link, JO | extra).status == 303
    jo = _jo(app)
    assert (jo.email, jo.role, jo.is_active) == ("Jo@shop.example", "staff", True)


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "\u200b\u3164"}, {"name": "x" * 101}, {"name": "a\x00b"},
     {"password": ""}, {"password": "short"}, {"password": "password1234"},
     {"password": "x\x00" * 10}, {"password": "a" * 50_000}, {"password": "jo@shop.example"},
     {"password": "e\u0301" * 129}],
)  # fmt: skip
def test_what_is_not_taken_leaves_it_as_it_was(
    page: Page, link: str, app: Flask, fields: dict[str, str]
) -> None:
    answer = page.post(link, JO | fields)
    assert answer.status == 422
    assert NEW_PASSWORD not in answer.html
    assert _jo(app) is None
    assert page.post(link, JO).status == 303


@pytest.mark.parametrize(
    "password", ["a\U0001f600b\U0001f680 c d e f g h", "é ü ñ combined ç ö\u0308"]
)
def test_passwords_of_any_script(page: Page, link: str, app: Flask, password: str) -> None:
    assert page.post(link, JO | {"password": password}).status == 303
    fields = {"email": "jo@shop.example", "password": password}
    assert Page(app.test_client()).post("/login", fields).status == 303


def test_a_megabyte_is_too_much(page: Page, link: str) -> None:
    assert page.post(link, JO | {"password": "x" * 1_000_000}).status == 413


def test_links_that_do_nothing_look_the_same(
    page: Page, link: str, app: Flask, clock: Clock, page_as: Callable[[str], Page]
) -> None:
    token = link.removeprefix("/invitations/")
    owner = page_as("owner")
    cancelled = link_in(
        owner.post("/team/invitations/new", {"email": "kim@shop.example", "role": "viewer"})
    )
    owner.post("/team/invitations/2/cancel")
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    bad = [f"/invitations/{one}" for one in (
        "x", changed, token[:-1], token + "A", token.swapcase(), "A" * 43, "A" * 10_000, "%00",
        "é" * 43, "' OR 1=1 --", "%0d%0aSet-Cookie:a=b",
    )]  # fmt: skip
    texts = set()
    for path in [*bad, cancelled]:
        for answer in (page.get(path), page.post(path, JO)):
            assert answer.status == 404, path
            texts.add(answer.text)
    clock.advance(days=7, seconds=1)
    for answer in (page.get(link), page.post(link, JO)):
        assert answer.status == 404
        texts.add(answer.text)
    assert len(texts) == 1
    assert _jo(app) is None


def test_an_account_that_came_first(page: Page, link: str, app: Flask) -> None:
    with app.app_context():
        create_person(email="jo@shop.example", name="Jo", role="viewer", password=NEW_PASSWORD)
    answer = page.post(link, JO)
    assert answer.status == 409
    assert "There is an account with this address already" in answer.text
    assert _jo(app).role == "viewer"


def test_somebody_signed_in_is_told(page_as: Callable[[str], Page], link: str) -> None:
    page = page_as("viewer")
    assert "Viewer Person is signed in in this browser" in page.get(link).text
    assert page.post(link, JO).status == 303
    assert "Jo March" in page.get("/account").text


def test_who_must_have_a_second_factor_can_do_nothing_else(
    make_app: Callable[..., Flask], page_as: Callable[[str], Page], link: str
) -> None:
    strict = Page(make_app(require_second_factor=("staff",)).test_client())
    assert strict.post(link, JO).location in {"/account/second-factor", "/"}
    assert strict.get("/customers").location.startswith("/account/second-factor")


def test_of_fifty_at_once_one_gets_in(app: Flask, page_as: Callable[[str], Page]) -> None:
    owner = page_as("owner")
    for number in range(max(1, ROUNDS // 10)):
        fields = {"email": f"jo{number}@shop.example", "role": "staff"}
        link = link_in(owner.post("/team/invitations/new", fields))
        pages = [Page(app.test_client()) for _ in range(50)]
        tokens = [one.csrf_token() for one in pages]
        answers: list[int] = []

        def work(
            index: int,
            link: str = link,
            pages: list[Page] = pages,
            tokens: list[str] = tokens,
            answers: list[int] = answers,
        ) -> None:
            fields = {**JO, "name": link, "csrf_token": tokens[index]}  # a new name each time
            answers.append(pages[index].client.post(link, data=fields).status_code)

        race(50, work)
        assert sorted(answers) == [303] + [404] * 49
    with app.app_context(), db.read() as connection:
        count = connection.execute(
            select(func.count()).where(activity.c.kind == "invitation.accepted")
        ).scalar_one()
    assert count == max(1, ROUNDS // 10)
