"""/forgotten: a letter to whoever has an account, and one answer for everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.page import Page
from tests.team.conftest import link_in
from webapp.activity.service import history
from webapp.jobs.queue import open_queue

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.team.conftest import PostOffice

LINK = re.compile(r"http://localhost(/reset/\S+)")


@pytest.fixture
def mailing(make_app: Callable[..., Flask], post_office: PostOffice) -> Flask:
    """The application with a mail server."""
    return make_app(smtp_url=post_office.url)


def work_off(app: Flask) -> int:
    """Do what is in the queue, as the worker does; give how many jobs there were."""
    huey, done = open_queue(app).huey, 0
    while (task := huey.dequeue()) is not None:
        huey.execute(task)
        done += 1
    return done


def test_a_letter_brings_a_link(
    mailing: Flask, cast: dict[str, Member], post_office: PostOffice
) -> None:
    page = Page(mailing.test_client())
    assert page.get("/forgotten").form("/forgotten")["email"] == ""
    assert page.post("/forgotten", {"email": " STAFF@shop.example "}).status == 200
    assert post_office.letters == []  # nothing is looked up while the visitor waits
    assert work_off(mailing) == 1
    assert post_office.recipients == ["staff@shop.example"]
    (path,) = LINK.findall(post_office.letters[0].get_content())
    assert page.get(path).has("input", type="email", value="staff@shop.example")


def test_the_answer_tells_nothing(
    mailing: Flask, cast: dict[str, Member], post_office: PostOffice
) -> None:
    bodies, statuses = set(), set()
    for email in ("staff@shop.example", "nobody@shop.example", "suspended@shop.example", "no mail",
                  "stаff@shop.example", "staff@shop.example\x00", "x" * 250):  # fmt: skip
        answer = Page(mailing.test_client()).client
        token = Page(answer).csrf_token()
        sent = answer.post("/forgotten", data={"email": email, "csrf_token": token})
        statuses.add(sent.status_code)
        if sent.status_code == 200:
            bodies.add(sent.text)
    assert len(bodies) == 1
    assert statuses <= {200, 422}  # a control character is refused whoever has an account
    assert work_off(mailing) == 6
    assert post_office.recipients == ["staff@shop.example"]


def test_it_is_asked_for_three_times_at_most(mailing: Flask, cast: dict[str, Member]) -> None:
    for email in ("staff@shop.example", "nobody@shop.example"):
        page = Page(mailing.test_client())
        answers = [page.post("/forgotten", {"email": email}) for _ in range(4)]
        assert [one.status for one in answers] == [200] * 3 + [429]
        assert int(answers[-1].response.headers["Retry-After"]) > 0
    page = Page(mailing.test_client())
    fields = {"email": "staff@shop.example", "password": cast["staff"].password}
    assert page.post("/login", fields).status == 303  # sign-in itself is not throttled by that


@pytest.mark.parametrize("email", ["", "x" * 5000, "a\x00b@shop.example"])
def test_what_is_no_address_is_asked_for_again(mailing: Flask, email: str) -> None:
    answer = Page(mailing.test_client()).post("/forgotten", {"email": email})
    assert answer.status == 422


def test_without_a_mail_server_a_manager_helps(page: Page, app: Flask) -> None:
    answer = page.get("/forgotten")
    assert "Ask a manager or the owner" in answer.text
    assert "Ask a manager or the owner" in page.post("/forgotten", {"email": "a@b.example"}).text
    assert work_off(app) == 0


def test_a_server_that_refuses_breaks_nothing(
    mailing: Flask, cast: dict[str, Member], post_office: PostOffice
) -> None:
    post_office.refuses = True
    page = Page(mailing.test_client())
    assert page.post("/forgotten", {"email": "staff@shop.example"}).status == 200
    assert work_off(mailing) == 1
    assert post_office.letters == []


def test_only_the_newest_letter_counts(
    mailing: Flask,
    cast: dict[str, Member],
    post_office: PostOffice,
    page_as: Callable[[str], Page],
) -> None:
    handed = link_in(page_as("manager").post(f"/team/{cast['staff'].id}/password-link"))
    page = Page(mailing.test_client())
    for _ in range(2):
        page.post("/forgotten", {"email": "staff@shop.example"})
        page.post("/forgotten", {"email": "viewer@shop.example"})
    assert work_off(mailing) == 4
    paths = [LINK.findall(letter.get_content())[0] for letter in post_office.letters]
    assert [page.get(path).status for path in paths] == [404, 404, 200, 200]
    assert page.get(handed).status == 200


def test_the_trail_says_from_where(mailing: Flask, cast: dict[str, Member]) -> None:
    page = Page(mailing.test_client())
    page.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    page.post("/forgotten", {"email": "staff@shop.example"})
    work_off(mailing)
    with mailing.app_context():
        (entry,) = history("person", str(cast["staff"].id))
    assert (entry.kind, entry.address) == ("password.reset_requested", "203.0.113.7")
