"""Letters over a real socket: what is in them, and what happens when nobody takes them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.page import Page
from tests.team.conftest import link_in
from webapp.people import mail

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.team.conftest import PostOffice

NEW = "/team/invitations/new"
JO = {"email": "jo@shop.example", "name": "Jo March", "role": "staff"}
PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def mailing(make_app: Callable[..., Flask], post_office: PostOffice) -> Flask:
    """The application with a mail server."""
    return make_app(smtp_url=post_office.url)


@pytest.fixture
def owner(mailing: Flask, cast: dict[str, Member]) -> Page:
    page = Page(mailing.test_client())
    page.post("/login", {"email": cast["owner"].email, "password": PASSWORD})
    return page


def test_an_invitation_goes_out_and_is_shown_too(owner: Page, post_office: PostOffice) -> None:
    answer = owner.post(NEW, JO)
    assert "Sent by e-mail" in answer.text
    (letter,) = post_office.letters
    assert post_office.recipients == ["jo@shop.example"]
    assert (letter["To"], letter["From"]) == ("jo@shop.example", "Tillside <tillside@localhost>")
    assert letter.get_content_type() == "text/plain"
    text = letter.get_content().replace("\r\n", "\n")
    assert f"http://localhost{link_in(answer)}\n" in text
    assert "Owner Person has invited you" in text


def test_a_new_link_goes_out_again(owner: Page, post_office: PostOffice) -> None:
    first = link_in(owner.post(NEW, JO))
    second = link_in(owner.post("/team/invitations/1/renew"))
    assert first in post_office.letters[0].get_content()
    assert second in post_office.letters[1].get_content()
    assert len(post_office.letters) == 2


def test_the_host_of_a_request_makes_no_link(owner: Page, post_office: PostOffice) -> None:
    answer = owner.client.post(
        NEW,
        data=JO | {"csrf_token": owner.csrf_token()},
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )
    assert answer.status_code == 200
    assert "evil" not in post_office.letters[0].as_string() + answer.text


@pytest.mark.parametrize("name", ["Jo\r\nBcc: all@x.example", "Jo\n\nYou have won", "\u202eoJ"])
def test_names_forge_nothing(owner: Page, post_office: PostOffice, name: str) -> None:
    owner.post("/account/name", {"name": name})
    owner.post(NEW, JO | {"name": name})
    for letter in post_office.letters:
        assert letter.keys().count("To") == 1
        assert "Bcc" not in letter
        assert "\u202e" not in letter.get_content()
    assert post_office.recipients in ([], ["jo@shop.example"])


def test_a_server_that_refuses(owner: Page, post_office: PostOffice) -> None:
    post_office.refuses = True
    answer = owner.post(NEW, JO)
    assert answer.status == 200
    assert "The e-mail could not be sent" in answer.text
    assert link_in(answer)


def test_no_server_at_all(make_app: Callable[..., Flask], cast: dict[str, Member]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    app = make_app(smtp_url=f"smtp://127.0.0.1:{port}")
    page = Page(app.test_client())
    page.post("/login", {"email": cast["owner"].email, "password": PASSWORD})
    assert "The e-mail could not be sent" in page.post(NEW, JO).text


@pytest.mark.parametrize("to", ["a@b.example\nBcc: c@d.example", "a@b.example, c@d.example", ""])
def test_a_header_takes_one_address_only(mailing: Flask, post_office: PostOffice, to: str) -> None:
    with mailing.app_context(), pytest.raises(mail.MailFailed):
        mail.send(mail.Letter(to, "Subject", "Text"))
    assert post_office.letters == []


def test_a_password_is_not_given_away_in_clear(make_app: Callable[..., Flask]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    app = make_app(smtp_url=f"smtps://user:hunter2@127.0.0.1:{port}")
    with app.app_context(), pytest.raises(mail.MailFailed) as caught:
        mail.send(mail.Letter("a@b.example", "Subject", "Text"))
    assert "hunter2" not in repr(caught.value)


@pytest.mark.parametrize("who", ["", "user:hunter2@"])
def test_nothing_goes_to_another_machine_in_clear(
    make_app: Callable[..., Flask], post_office: PostOffice, who: str
) -> None:
    # Linux takes 0.0.0.0 for this machine, and we take it for another one.
    url = post_office.url.replace("//127.0.0.1", f"//{who}0.0.0.0")  # noqa: S104  # binds nothing
    with make_app(smtp_url=url).app_context():
        with pytest.raises(mail.MailFailed):
            mail.send(mail.Letter("a@b.example", "Subject", "https://till.example/reset/token"))
        assert mail.problem() == "it offers no TLS"
    assert post_office.letters == []


@pytest.mark.parametrize(
    ("ending", "sender"),
    [
        ("?from=till@shop.example", "till@shop.example"),
        ("?from=a%0d%0aBcc:x@y.z", "tillside@localhost"),
    ],
)
def test_who_it_is_from(
    make_app: Callable[..., Flask], post_office: PostOffice, ending: str, sender: str
) -> None:
    with make_app(smtp_url=f"{post_office.url}/{ending}").app_context():
        mail.send(mail.Letter("a@b.example", "Subject", "Text"))
    assert post_office.letters[0]["From"] == f"Tillside <{sender}>"


def test_without_an_address_of_our_own_nothing_is_sent(
    make_app: Callable[..., Flask], post_office: PostOffice
) -> None:
    with make_app(smtp_url=post_office.url, public_url=None).app_context():
        assert not mail.can_send()
        with pytest.raises(mail.MailFailed):
            mail.send(mail.Letter("a@b.example", "Subject", "Text"))
