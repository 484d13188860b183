"""Page or part, redirects, return places, headers, compression."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import brotli
import pytest
from flask import render_template_string

from tests.ui.conftest import make_app
from webapp.ui.headers import CSP

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.parametrize(
    ("headers", "is_page"),
    [
        ({}, True),
        (PART, False),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, True),
        ({**PART, "HX-History-Restore-Request": "true"}, True),
        ({"HX-Request-Type": "full", "HX-History-Restore-Request": "true"}, True),
    ],
)
def test_page_or_part(client: FlaskClient, headers: dict[str, str], is_page: bool) -> None:
    answer = client.get("/page?status=422", headers=headers)
    assert ("<!DOCTYPE html>" in answer.get_data(as_text=True)) is is_page
    assert answer.status_code == 422


def test_a_browser_is_redirected_with_303(client: FlaskClient) -> None:
    answer = client.get("/go", query_string={"to": "/customers?q=é"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/customers?q=%C3%A9")


def test_htmx_is_told_where_to_go(client: FlaskClient) -> None:
    answer = client.get("/go", query_string={"to": "/customers#customer-1"}, headers=PART)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/customers#customer-1")
    assert "Location" not in answer.headers


def test_headers_stay_within_latin_1(client: FlaskClient) -> None:
    answer = client.get("/go", query_string={"to": "/customers?q=Gấm"}, headers=PART)
    assert answer.headers["HX-Redirect"] == "/customers?q=G%E1%BA%A5m"


def test_htmx_loads_a_page_that_it_is_on_already(client: FlaskClient) -> None:
    shown = {**PART, "HX-Current-URL": "http://localhost/customers?q=a"}
    answer = client.get("/go", query_string={"to": "/customers?q=a#customer-1"}, headers=shown)
    assert answer.headers["HX-Redirect"] == "/customers?q=a"


LEADS_AWAY = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "http:customers",
    "javascript:alert(1)",
    " /customers",
    "/customers\x00",
    "/customers\\",
]


@pytest.mark.parametrize("url", LEADS_AWAY)
def test_redirects_never_leave(client: FlaskClient, url: str) -> None:
    assert client.get("/go", query_string={"to": url}).status_code == 500


@pytest.mark.parametrize(
    "raw",
    [
        *LEADS_AWAY,
        "",
        "customers",
        "/nowhere",
        "/customers/",
        "/save",
        "/%2Fevil.example",
        "/customers/../go",
        "/customers?q=" + "x" * 2000,
        "//localhost/customers",
        "http://localhost/customers",
        "/[",
        "///customers",
    ],
)
def test_return_places_are_our_own_pages(client: FlaskClient, raw: str) -> None:
    assert client.get("/back", query_string={"next": raw}).text == "/customers"


@pytest.mark.parametrize(
    ("raw", "place"),
    [("/page", "/page"), ("/page?q=a&b=%20", "/page?q=a&b=%20"), ("/page?q=é#x", "/page?q=%C3%A9")],
)
def test_return_places_keep_their_query(client: FlaskClient, raw: str, place: str) -> None:
    assert client.get("/back", query_string={"next": raw}).text == place


def asset_url(app: Flask, name: str) -> str:
    with app.app_context():
        return render_template_string("{{ asset_url(name) }}", name=name)


def get(app: Flask, url: str) -> TestResponse:
    """Ask for a page, or for a static file by its plain name."""
    if not url.startswith("/"):
        url = asset_url(app, url)
    return app.test_client().get(url, buffered=True)


@pytest.mark.parametrize("url", ["/login", "/page", "/nowhere", "/bug", "app.css", "/go?to=/page"])
def test_security_headers_are_on_every_answer(app: Flask, url: str) -> None:
    headers = get(app, url).headers
    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("url", ["/login", "/nowhere", "/bug"])
def test_answers_stay_out_of_caches(client: FlaskClient, url: str) -> None:
    headers = client.get(url, buffered=True).headers
    assert headers["Cache-Control"] == "no-store"
    assert {"Cookie", "HX-Request"} <= {part.strip() for part in headers["Vary"].split(",")}


def test_hsts_is_for_production() -> None:
    app = make_app(has_hsts=True)
    for url in ("/login", "app.css"):
        sent = get(app, url).headers["Strict-Transport-Security"]
        assert sent.startswith("max-age=31536000")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("identity", None),
        ("br;q=x", None),
        ("", None),
    ],
)
def test_the_browser_chooses_the_compression(
    client: FlaskClient, accepted: str, encoding: str | None
) -> None:
    answer = client.get("/customers", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert unpack(answer.data) == client.get("/customers").data
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_short_answers_are_not_compressed(client: FlaskClient) -> None:
    answer = client.get("/short", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("accepted", ["br", "gzip"])
def test_the_same_page_has_many_lengths(client: FlaskClient, accepted: str) -> None:
    sizes = {
        len(client.get("/customers", headers={"Accept-Encoding": accepted}).data) for _ in range(60)
    }
    assert len(sizes) > 10


def test_static_files_come_as_they_are_where_compression_is_not_taken(app: Flask) -> None:
    answer = app.test_client().get(
        asset_url(app, "app.js"),
        headers={"Accept-Encoding": "identity"},
        buffered=True,
    )
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
