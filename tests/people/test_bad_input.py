"""Whatever is typed or sent to sign in: a clear answer, never a failure of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import PASSWORD
from webapp.people.addresses import checked_email, email_key, is_findable

if TYPE_CHECKING:
    from tests.conftest import Member
    from tests.page import Page

HOSTILE = [
    "\x00", "a\x00b@shop.example", "owner@shop.example\r\nBcc: x", "x" * 10_000, "🙂" * 100,
    "\u202eowner@shop.example", "{{7*7}}", "<script>alert(1)</script>", "' OR 1=1 --", "\u200b",
    "оwner@shop.example", "owner@ѕhop.example", "ﷺ" * 200, "\ufffd", "%00", "../../etc",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_addresses_do_not_get_in(page: Page, typed: str) -> None:
    answer = page.post("/login", {"email": typed, "password": PASSWORD})
    assert answer.status == 422
    assert "<script>alert" not in answer.html
    assert not re.search(r"(?<![\d:.])49(?![\d:])", answer.text)  # but in a time of day
    if typed.strip("\x00\u200b"):
        assert answer.form("/login")["email"].strip("\r\n") != ""


@pytest.mark.parametrize("typed", [*HOSTILE, "x" * 60_000])
def test_hostile_passwords_do_not_get_in(page: Page, cast: dict[str, Member], typed: str) -> None:
    answer = page.post("/login", {"email": cast["owner"].email, "password": typed})
    assert answer.status == 422
    assert answer.form("/login")["password"] == ""


def test_a_megabyte_is_too_much(page: Page) -> None:
    fields = {"csrf_token": page.csrf_token(), "email": "a@b.example", "password": "x" * 1_000_000}
    assert page.client.post("/login", data=fields).status_code == 413


def test_fields_twice_unknown_or_of_another_kind(page: Page, cast: dict[str, Member]) -> None:
    email, token = cast["owner"].email, page.csrf_token()
    twice = {"csrf_token": token, "email": [email, email], "password": [PASSWORD, "x"]}
    assert page.client.post("/login", data=twice).status_code == 422
    nothing = page.client.post("/login", json={"email": email}, headers={"X-CSRFToken": token})
    assert nothing.status_code == 422
    more = {
        "csrf_token": token,
        "email": email,
        "password": PASSWORD,
        "role": "owner",
        "next": "//x",
    }
    answer = page.client.post("/login", data=more)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_not_utf8(page: Page, cast: dict[str, Member]) -> None:
    token = page.csrf_token().encode()
    body = b"csrf_token=" + token + b"&email=%ff%fe%C3%28&password=%ff%fe%80%81"
    answer = page.client.post("/login", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422


def test_any_token_at_all(page: Page, cast: dict[str, Member]) -> None:
    page.get("/login")
    for token in ("\x00", "é" * 600, "A" * 511, "=" * 100, "🙂"):
        fields = {"csrf_token": token, "email": cast["owner"].email, "password": PASSWORD}
        assert page.client.post("/login", data=fields).status_code == 400


@pytest.mark.parametrize("address", ["owner@shop.example", "O'Neil+x@Shop.example", "a@till.test"])
def test_plain_addresses_are_taken(address: str) -> None:
    assert checked_email(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [*HOSTILE, "", "nobody", "a@b@c", "a b@shop.example", "a@" + "b" * 300, "a@shop.example\n",
     "\ta@shop.example", "a@shop"],
)  # fmt: skip
def test_other_addresses_are_not(address: str) -> None:
    assert checked_email(address) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=600))
def test_any_text_has_a_key(typed: str) -> None:
    key = email_key(typed)
    if is_findable(key):
        assert email_key(key) == key
        assert "\x00" not in key
