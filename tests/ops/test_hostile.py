"""Whatever a client sends: an answer with our headers, and no failure of ours in the log."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from webapp.ui.headers import security_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NO_HOSTS = (
    *("a" * 64, "a..b", ".till.example", "till.example..", "xn--" + "a" * 60, "x." * 2000, "[:.]"),
    *("", " ", ".", "..", ":", "[", "[::1", "http://[", "a/b", "a@b", "a b", "é", "\xff", "\x00"),
    *("till.example:x", "till.example:99999", "till.example,evil", "evil.example", "[fe80::1%25e]"),
)
NO_ADDRESSES = (
    *("http://[", "http://]", "//[", "https://[::1", "http://[v1]/", "http://user:p[a@b/"),
    *("http://a:b/", "http://a:99999/", "null", "", "\xff", "http://a\x00", "javascript:alert(1)"),
    "http://" + "a" * 5000,
)
ADDRESS_HEADERS = ("HTTP_ORIGIN", "HTTP_REFERER", "HTTP_HX_CURRENT_URL")
OTHER_HEADERS = (
    *("HTTP_HX_TARGET", "HTTP_HX_REQUEST_TYPE", "HTTP_COOKIE", "HTTP_ACCEPT_ENCODING"),
    *("HTTP_USER_AGENT", "HTTP_X_CSRFTOKEN", "HTTP_RANGE", "HTTP_IF_NONE_MATCH"),
    *("HTTP_IF_MODIFIED_SINCE", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_UPGRADE"),
    *("HTTP_X_REQUEST_ID", "HTTP_AUTHORIZATION", "HTTP_SEC_FETCH_SITE", "CONTENT_TYPE"),
)
NO_VALUES = ("http://[", "", "\xff\xfe", "=;;=", "bytes=99999999-", "Mon, 01 Jan 99999", "x" * 8000)
HTMX = {"HTTP_HX_REQUEST": "true"}
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "CONNECT", "get", "FOO", "G\xe9T", "")
PATHS = ("/login", "/healthz", "/customers", "/nothing", "/static/app.css", "/static/none")
NO_PATHS = (
    *("", "*", "//", "//[", "/\x00", "/\xff", "/\xed\xa0\x80", "/static/\x00", "/static/\xff"),
    *("/static/../webapp", "/static/" + "a" * 5000, "/reset/\xff", "http://[", "/login;x", "/.."),
)


class Asked:
    """The application as a server calls it, with what a client sends."""

    def __init__(self, app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
        self.app = app
        self.capsys = capsys

    def __call__(
        self, method: str, path: str, sent: dict[str, str] | None = None, body: bytes = b""
    ) -> int:
        """Ask, check the answer and the log; give the status."""
        environ = create_environ("/", base_url="http://till.example")
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, **(sent or {})}
        if body:
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
        _, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        what = (method, path, sent, status)
        assert int(status[:3]) < 500, what
        for name, value in security_headers(hsts=False):
            assert headers.getlist(name) == [value], (what, name)
        assert headers["X-Request-ID"]
        assert path.startswith("/static/") or "no-store" in headers["Cache-Control"], what
        for line in self.capsys.readouterr().err.splitlines():
            assert json.loads(line)["level"] in {"info", "warning"}, (what, line)
        return int(status[:3])


@pytest.fixture
def ask(make_app: Callable[..., Flask], capsys: pytest.CaptureFixture[str]) -> Asked:
    return Asked(make_app(trusted_hosts=("till.example",), trusted_proxies=1), capsys)


@pytest.mark.parametrize("path", PATHS)
def test_any_host(ask: Asked, path: str) -> None:
    allowed = {200} if path == "/healthz" else {400}  # probes come by any name
    if path.startswith("/static/"):  # and so do files, which may not be built yet
        allowed |= {200}
    for host in NO_HOSTS:
        assert ask("GET", path, {"HTTP_HOST": host}) in allowed, host
        ask("POST", path, {"HTTP_HOST": host}, b"email=x")


def test_any_host_where_all_are_ours(
    make_app: Callable[..., Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    ask = Asked(make_app(public_url=None), capsys)
    for host in NO_HOSTS:
        assert ask("GET", "/login", {"HTTP_HOST": host}) == 200, host
        ask("POST", "/login", {"HTTP_HOST": host, "HTTP_ORIGIN": "http://["}, b"email=x")


@pytest.mark.parametrize("header", ADDRESS_HEADERS)
def test_any_address_of_a_page(ask: Asked, header: str) -> None:
    for address in NO_ADDRESSES:
        for path in (*PATHS, "/lock", "/forgotten"):
            ask("POST", path, {header: address}, b"email=x")
            ask("POST", path, {header: address, **HTMX}, b"email=x")
            ask("GET", path, {header: address, **HTMX})


@pytest.mark.parametrize("header", OTHER_HEADERS)
def test_any_other_header(ask: Asked, header: str) -> None:
    for value in NO_VALUES:
        for path in PATHS:
            for method in ("GET", "POST"):
                ask(method, path, {header: value})
                ask(method, path, {header: value, **HTMX})


def test_any_method_and_path(ask: Asked) -> None:
    for method in METHODS:
        for path in (*PATHS, *NO_PATHS):
            ask(method, path)
            ask(method, path, {**HTMX, "QUERY_STRING": "next=http://[&q=%ff"})
            ask(method, path, {"QUERY_STRING": "q=\xff&next=\xff"})


@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_any_address_of_a_page_of_somebody_signed_in(
    page_as: Callable[[str], Page], capsys: pytest.CaptureFixture[str], header: str, scheme: str
) -> None:
    """What was asked for is not half done: it is done, or refused before."""
    page = page_as("staff")
    token = page.csrf_token()
    preferences = "/account/preferences"
    for path, htmx in ((preferences, True), (preferences, False), ("/lock", False)):
        for address in ("http://[", "https://localhost:99999/"):
            capsys.readouterr()
            answer = page.client.post(
                path,
                base_url=f"{scheme}://localhost",
                data={"csrf_token": token, "theme": "dark"},
                headers={header: address, **({"HX-Request": "true"} if htmx else {})},
            )
            assert answer.status_code in ({400} if scheme == "https" else {204, 303, 422}), path
            assert '"error"' not in capsys.readouterr().err
