"""A browser at gunicorn: one kept-alive connection, and so one worker, with cookies of its own."""

from __future__ import annotations

import html
import http.client
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    """One answer."""

    path: str
    status: int
    location: str
    html: str
    headers: http.client.HTTPMessage

    def json(self) -> dict[str, Any]:
        given: dict[str, Any] = json.loads(self.html)
        return given


class Browser:
    """Somebody at a browser.

    Args:
        connection: To the server, not opened yet.
        host: What the server is called.
        address: Where this browser is, for servers that believe a proxy.
    """

    def __init__(
        self, connection: http.client.HTTPConnection, *, host: str = "", address: str = ""
    ) -> None:
        self.connection, self.host, self.address = connection, host, address
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.replies: list[Reply] = []
        self.cookies_seen: set[str] = set()
        self.tokens_seen: set[str] = set()

    def get(self, path: str, **headers: str) -> Reply:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Reply:
        """Send a form, with the token of the last page that had one."""
        body = urlencode({"csrf_token": self.token, **(fields or {})})
        return self._ask("POST", path, body, {"Content-Type": _FORM, **headers})

    def give_password(self, email: str, password: str = PASSWORD) -> Reply:
        self.get("/login")
        return self.post("/login", {"email": email, "password": password})

    def sign_in(self, email: str, password: str = PASSWORD) -> Browser:
        answer = self.give_password(email, password)
        assert answer.status == 303, answer.html
        self.get("/account")
        return self

    def is_in(self) -> bool:
        return self.get("/account").status == 200

    def close(self) -> None:
        self.connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Reply:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.host:
            given |= {"Host": self.host, "Referer": f"https://{self.host}{path}"}
            given["X-Forwarded-Proto"] = "https"
        if self.address:
            given["X-Forwarded-For"] = self.address
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, given)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self._keep_cookies(answer)
        found = _TOKEN.search(text)
        if found:
            self.token = html.unescape(found[1])
            self.tokens_seen.add(self.token)
        location = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or ""
        self.replies.append(Reply(path, answer.status, location, text, answer.headers))
        return self.replies[-1]

    def _keep_cookies(self, answer: http.client.HTTPResponse) -> None:
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            if value:
                self.cookies[name] = value
                self.cookies_seen.add(value)
            else:
                self.cookies.pop(name, None)
