"""Every answer carries a request id, and every request leaves one line without secrets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from webapp.ops.logs import places

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page

MADE = re.compile(r"[0-9a-f]{16}")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The request lines on standard error since the last look."""
    read = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in read if line["event"] == "request"]


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return lines(capsys)[-1]


@pytest.mark.parametrize("path", ["/healthz", "/login", "/customers", "/none", "/static/app.css"])
def test_every_answer_has_a_made_up_id(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    answer.close()
    assert MADE.fullmatch(answer.headers["X-Request-ID"])
    assert answer.headers.getlist("X-Request-ID") == [answer.headers["X-Request-ID"]]


def test_ids_differ(app: Flask) -> None:
    client = app.test_client()
    assert len({client.get("/healthz").headers["X-Request-ID"] for _ in range(20)}) == 20


def test_an_id_from_outside_counts_for_nothing_without_a_proxy(app: Flask) -> None:
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": "forged"})
    assert MADE.fullmatch(answer.headers["X-Request-ID"])


@pytest.mark.parametrize("given", ["a", "0b9f7c1e-1111", "A" * 64])
def test_a_proxy_of_ours_may_give_the_id(make_app: Callable[..., Flask], given: str) -> None:
    client = make_app(trusted_proxies=1).test_client()
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "A" * 65, "a b", "a_b", "a\tb", "é", '"}{'])
def test_what_is_no_id_is_replaced(make_app: Callable[..., Flask], given: str) -> None:
    client = make_app(trusted_proxies=1).test_client()
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert MADE.fullmatch(answer.headers["X-Request-ID"])


def test_the_line_says_route_status_time_person_and_calls(
    page_as: Callable[[str], Page], cast: dict[str, Member], capsys: pytest.CaptureFixture[str]
) -> None:
    page = page_as("staff")
    capsys.readouterr()
    answer = page.get("/customers/no-such-one")
    told = line(capsys)
    assert told["request_id"] == answer.response.headers["X-Request-ID"]
    assert (told["method"], told["status"]) == ("GET", 404)
    assert told["route"] == "/customers/<record_id:customer_id>"
    assert told["user"] == cast["staff"].id
    assert told["calls"] >= 0
    assert told["ms"] > 0


def test_calls_to_neropay_are_counted(
    page_as: Callable[[str], Page], capsys: pytest.CaptureFixture[str]
) -> None:
    page = page_as("staff")
    form = page.get("/customers/new").form("/customers/new")
    capsys.readouterr()
    answer = page.post("/customers/new", form | {"name": "Ada Lovelace"})
    assert answer.status == 303
    posted = [told for told in lines(capsys) if told["method"] == "POST"]
    assert [told["calls"] for told in posted] == [1]


def test_the_line_holds_no_query_no_name_and_no_address(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    client = app.test_client()
    client.get("/customers?q=Lovelace")
    client.post("/login", data={"email": "lovelace@shop.example", "password": "Lovelace"})
    client.get("/Lovelace", headers={"User-Agent": "Lovelace", "Referer": "/Lovelace"})
    written = capsys.readouterr().err
    assert written.count('"event": "request"') == 3
    assert "lovelace" not in written.lower()


def test_lines_cannot_be_forged(
    make_app: Callable[..., Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    client = make_app(trusted_proxies=1).test_client()
    forged = "%0a%7b%22event%22%3a%22request%22%7d%E2%80%A8"
    client.get(f"/customers/{forged}?q={forged}")
    client.open("/healthz", method='GET"}\x0b{"a":"')
    told = lines(capsys)
    assert len(told) == 2
    assert [one["method"] for one in told] == ["GET", "OTHER"]


def test_a_failure_outside_of_flask_is_answered_with_the_id_and_told_without_words(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    from webapp.ops.requests import RequestLayer

    def broken(_environ: object, _start: object) -> list[bytes]:
        raise ValueError("Ada Lovelace, 07700 900123")

    app.wsgi_app = RequestLayer(  # type: ignore[method-assign,assignment]  # in the place of all
        broken,
        takes_ids=False,
        has_hsts=True,
        reraises=lambda: False,
        count_calls=lambda: 0,
        count_request=lambda *_: None,
    )
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.get_data(as_text=True)
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    written = capsys.readouterr().err
    assert "Lovelace" not in written
    assert "ValueError" in written
    assert "test_requests.py:" in written


def test_places_tell_the_words_of_the_system_only() -> None:
    error: BaseException
    try:
        try:
            raise FileNotFoundError(2, "No such file", "/var/secret-name")
        except OSError as inner:
            raise KeyError("Lovelace") from inner
    except KeyError as outer:
        error = outer
    told = "\n".join(places(error))
    assert told.startswith("KeyError\n")
    assert "FileNotFoundError: No such file" in told
    assert "Lovelace" not in told
    assert "secret-name" not in told
