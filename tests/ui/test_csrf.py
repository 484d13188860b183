"""Cross-site requests, and a token that never repeats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from webapp.ui.csrf import mask, unmask

if TYPE_CHECKING:
    from flask.testing import FlaskClient

OWN = {"Sec-Fetch-Site": "same-origin"}


def token_of(client: FlaskClient, url: str = "/login") -> str:
    found = re.search(
        r'name="csrf_token"\s+value="([^"]+)"', client.get(url).get_data(as_text=True)
    )
    assert found
    return found[1]


def test_a_form_with_its_token_is_taken(client: FlaskClient) -> None:
    assert client.post("/save", data={"csrf_token": token_of(client)}).status_code == 303


def test_htmx_sends_the_token_as_a_header(client: FlaskClient) -> None:
    assert client.post("/save", headers={"X-CSRFToken": token_of(client)}).status_code == 303


def secret_of(token: str) -> str:
    """What is signed, without the second in which it was."""
    return (unmask(token) or "").partition(".")[0]


def test_the_token_differs_in_each_answer_and_all_stay_good(client: FlaskClient) -> None:
    first, second = token_of(client), token_of(client)
    assert first != second
    assert secret_of(first) == secret_of(second)
    for token in (first, second):
        assert client.post("/save", data={"csrf_token": token}).status_code == 303


def test_the_token_is_the_same_within_one_answer(client: FlaskClient) -> None:
    page = client.get("/login").get_data(as_text=True)
    assert len(set(re.findall(r'name="csrf_token"\s+value="([^"]+)"', page))) == 1


def test_a_renewed_token_ends_the_old_one(client: FlaskClient) -> None:
    old = token_of(client)
    new = token_of(client, "/renewed")
    assert client.post("/save", data={"csrf_token": old}).status_code == 400
    assert client.post("/save", data={"csrf_token": new}).status_code == 303


@pytest.mark.parametrize("sent", ["", "x", "é", "====", "A" * 100_000, "\x00", "masked"])
def test_anything_else_is_refused(client: FlaskClient, sent: str) -> None:
    sent = mask("other") if sent == "masked" else sent
    token_of(client)
    assert client.post("/save", data={"csrf_token": sent}).status_code == 400


def test_a_token_under_another_name_does_not_count(client: FlaskClient) -> None:
    token = token_of(client)
    assert client.post("/save", data={"x-csrf_token": token}).status_code == 400


def test_the_bare_token_is_not_a_masked_one(client: FlaskClient) -> None:
    bare = unmask(token_of(client))
    assert client.post("/save", data={"csrf_token": bare}).status_code == 400


def test_a_failure_keeps_what_was_typed_but_no_secret(client: FlaskClient) -> None:
    typed = {"name": "Zoë <b>", "password": "not this one", "csrf_token": "old"}
    page = client.post("/save", data=typed, headers=OWN).get_data(as_text=True)
    assert 'name="name" value="Zoë &lt;b&gt;"' in page
    assert "not this one" not in page
    assert "Send it again" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Referer": "https://evil.example/localhost"},
        {},
    ],
)
def test_another_sites_form_is_not_offered_again(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    page = client.post("/save", data={"name": "theirs"}, headers=headers).get_data(as_text=True)
    assert "theirs" not in page


def test_htmx_gets_a_fresh_token_beside_the_form(client: FlaskClient) -> None:
    htmx = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = client.post("/save", data={"name": "Zoë"}, headers=htmx)
    assert answer.headers["HX-Retarget"] == "#alerts"
    found = re.search(r'value="([^"]+)"\s+data-fresh-csrf', answer.get_data(as_text=True))
    assert found
    assert client.post("/save", data={"csrf_token": found[1]}).status_code == 303
