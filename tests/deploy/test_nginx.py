"""The example for nginx, in front of production: what staff's browsers meet."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.servers.gunicorn import flask, production, running_gunicorn
from tests.servers.nginx import NAME, running_nginx
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.servers.gunicorn import Web
    from tests.servers.nginx import Nginx

pytestmark = pytest.mark.server

EMAIL, PASSWORD = "olive@shop.example", "a harbour in the evening"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("web")
    env = production(folder)
    flask(env, "db", "upgrade")
    who = ("--email", EMAIL, "--name", "Olive", "--role", "staff")  # needs no second factor
    create = ("user", "create", *who)
    flask(env, *create, "--password-stdin", stdin=PASSWORD)
    with running_gunicorn(env, folder) as running:
        yield running


@pytest.fixture(scope="module")
def nginx(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running_nginx(tmp_path_factory.mktemp("nginx"), web.port) as running:
        yield running


class Browser(http.client.HTTPSConnection):
    """Connects to the proxy under its public name."""

    def __init__(self, nginx: Nginx) -> None:
        super().__init__(NAME, nginx.port, timeout=20)
        self._nginx = nginx

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self._nginx.port), timeout=20)
        self.sock: ssl.SSLSocket = self._nginx.context().wrap_socket(plain, server_hostname=NAME)

    def ask(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[http.client.HTTPResponse, str]:
        self.request(method, path, body, {"Host": NAME, **(headers or {})})
        answer = self.getresponse()
        return answer, answer.read().decode()


@pytest.fixture
def browser(nginx: Nginx) -> Iterator[Browser]:
    connection = Browser(nginx)
    yield connection
    connection.close()


def test_plain_http_is_sent_to_https(nginx: Nginx) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", nginx.plain_port, timeout=20)
    connection.request("GET", "/customers?q=1", headers={"Host": NAME})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{NAME}/customers?q=1"


def test_signing_in_works_and_the_cookie_is_bound_to_the_host(browser: Browser) -> None:
    answer, page = browser.ask("GET", "/login")
    visitor = answer.headers["Set-Cookie"].split(";")[0]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    form = urlencode({"email": EMAIL, "password": PASSWORD, "csrf_token": token[1]})
    headers = {
        "Cookie": visitor,
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"https://{NAME}/login",
    }
    answer, _ = browser.ask("POST", "/login", form, headers)
    assert answer.status == 303
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    answer, page = browser.ask("GET", "/customers", headers={"Cookie": cookie.split(";")[0]})
    assert answer.status == 200
    assert "<h1" in page


def test_the_strict_headers_are_on(browser: Browser) -> None:
    for path in ("/login", "/nothing", "/static/app.css"):
        answer, _ = browser.ask("GET", path)
        assert "max-age=" in answer.headers["Strict-Transport-Security"]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_both_logs_speak_of_the_same_request(browser: Browser, web: Web) -> None:
    answer, _ = browser.ask("GET", "/login", headers={"X-Request-ID": "mine"})
    request_id = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id), "the proxy gives it, not the client"
    assert [
        line["route"] for line in web.requests_logged() if line["request_id"] == request_id
    ] == ["/login"]


def test_another_host_is_refused_but_for_probes(browser: Browser, web: Web) -> None:
    answer, _ = browser.ask("GET", "/login", headers={"Host": "evil.example"})
    assert answer.status == 400
    direct = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
    direct.request("GET", "/healthz")
    assert direct.getresponse().status == 200
    direct.close()


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_machines_inside_is_not_outside(browser: Browser, path: str) -> None:
    answer, _ = browser.ask("GET", path)
    assert answer.status == 404


def test_a_clients_own_address_headers_count_for_nothing(browser: Browser, web: Web) -> None:
    """Failed sign-ins from one address, each claiming another, are counted as one address."""
    answer, page = browser.ask("GET", "/login")
    visitor = answer.headers["Set-Cookie"].split(";")[0]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    status = 0
    for attempt in range(60):
        fields = {"email": f"n{attempt}@shop.example", "password": "wrong password entirely"}
        form = urlencode({**fields, "csrf_token": token[1]})
        headers = {
            "Cookie": visitor,
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"https://{NAME}/login",
            "X-Forwarded-For": f"203.0.113.{attempt}",
        }
        answer, _ = browser.ask("POST", "/login", form, headers)
        status = answer.status
        if status == 429:
            break
    assert status == 429
    assert answer.headers["Retry-After"]


def test_nginx_writes_no_address_anywhere(tmp_path: Path) -> None:
    """Not of what it answers itself either: while Tillside is away, or when too much is sent."""
    with running_nginx(tmp_path, free_port()) as alone:
        browser = Browser(alone)
        for method, body, status in (("GET", None, 502), ("POST", "x" * 70_000, 413)):
            answer, _ = browser.ask(method, "/reset/SECRETTOKEN?q=Jane+Customer", body)
            assert answer.status == status
            browser.close()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"till.example" in written, "its settings are among what was read"
    assert b"SECRETTOKEN" not in written
    assert b"Jane" not in written


def test_a_body_that_is_too_large_is_refused_at_the_door(browser: Browser) -> None:
    answer, _ = browser.ask("POST", "/login", "x" * 70_000)
    assert answer.status == 413
    assert "X-Request-ID" not in answer.headers, "it reached the application"


def test_compression_is_the_applications(browser: Browser) -> None:
    answer, _ = browser.ask("GET", "/static/app.css")
    assert "Content-Encoding" not in answer.headers
    browser.request("GET", "/login", headers={"Host": NAME, "Accept-Encoding": "br"})
    answer = browser.getresponse()
    answer.read()
    assert answer.headers["Content-Encoding"] == "br"
