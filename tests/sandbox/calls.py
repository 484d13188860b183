"""Calls to the sandbox as an integrator would make them, with code that is not its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from webapp.sandbox.testing import Sandbox


class Caller:
    """Signs as the documentation says; every part of a call can be spoiled."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.send("GET", path, headers=headers)

    def write(
        self,
        method: str,
        path: str,
        fields: object = None,
        *,
        key: str | None = None,
        at: float | None = None,
        **headers: str | None,
    ) -> requests.Response:
        """Make a signed write; a header given as None is left out."""
        body = b"" if fields is None else _encode(fields)
        signed = self.sign(body, at=at)
        signed["Idempotency-Key"] = key or uuid.uuid4().hex
        return self.send(method, path, body, {**signed, **headers})

    def post(self, path: str, fields: object, **options: Any) -> requests.Response:
        return self.write("POST", path, fields, **options)

    def patch(self, path: str, fields: object, **options: Any) -> requests.Response:
        return self.write("PATCH", path, fields, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.write("DELETE", path, **options)

    def sign(self, body: bytes, *, at: float | None = None) -> dict[str, str | None]:
        timestamp = str(int(time.time() if at is None else at))
        message = timestamp.encode() + b"." + body
        secret = self.sandbox.secret_key.encode()
        return {
            "Content-Type": "application/json",
            "X-NeroPay-Timestamp": timestamp,
            "X-NeroPay-Signature": hmac.new(secret, message, hashlib.sha256).hexdigest(),
        }

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Any = None
    ) -> requests.Response:
        known = {"Authorization": f"Bearer {self.sandbox.secret_key}"}
        return self.session.request(
            method,
            self.sandbox.url + path,
            data=body,
            headers={**known, **(headers or {})},
            allow_redirects=False,
            timeout=20,
        )

    def control(self, method: str, path: str, content: object = None) -> requests.Response:
        url = self.sandbox.controls_url + path
        if content is None:
            return self.session.request(method, url, timeout=20)
        return self.session.request(method, url, json=content, timeout=20)


def _encode(fields: object) -> bytes:
    return fields if isinstance(fields, bytes) else json.dumps(fields).encode()


def code_of(response: requests.Response) -> str:
    """Return the code of a failure, after a look at its envelope."""
    content = response.json()
    assert content["success"] is False
    assert set(content["error"]) == {"code", "message", "details"}
    assert content["error"]["message"]
    return str(content["error"]["code"])


def data_of(response: requests.Response) -> Any:
    """Return the data of a success, after a look at its envelope."""
    content = response.json()
    assert response.status_code in (200, 201), content
    assert content["success"] is True
    return content["data"]
