"""What `transport` repeats of requests, whose connections it uses without requests' `send`.

For each request `HTTPAdapter.send` gets a pool ready and hands the request to it; we do the first
once for a thread. When requests comes to do more than that, these fail: then see what it is, and
whether `transport` has to do it too.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any, ClassVar

import pytest
import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from webapp.neropay.transport import Transport

AS_WE_DO = {"get_connection_with_tls_context", "cert_verify"}
# The address, the headers, the retries and the answer are our own.
NOT_NEEDED = {"request_url", "add_headers", "max_retries", "build_response"}
TOLD = {"method", "url", "body", "headers", "redirect", "assert_same_host", "preload_content"}
TOLD |= {"decode_content", "retries", "timeout"}


class WouldBeSentError(Exception):
    """The request has come to the pool."""


class Recorded(HTTPConnectionPool):
    """A pool that sends nothing."""

    asked: ClassVar[list[tuple[HTTPConnectionPool, dict[str, Any]]]] = []

    def urlopen(self, *args: Any, **told: Any) -> Any:
        """Note what it would be sent, and by which pool."""
        self.asked.append((self, told))
        raise WouldBeSentError(args)


class RecordedTls(Recorded, HTTPSConnectionPool):
    """The same for https."""


def what_requests_does(base_url: str) -> tuple[HTTPConnectionPool, dict[str, Any]]:
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
    adapter.poolmanager.pool_classes_by_scheme = {"http": Recorded, "https": RecordedTls}
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        with pytest.raises(WouldBeSentError):
            session.post(f"{base_url}/customers", data=b"{}", allow_redirects=False)
    return Recorded.asked.pop()


def settings_of(pool: HTTPConnectionPool) -> dict[str, object]:
    """Give what a pool knows of how to connect; not its counters, nor what each request brings."""
    others = {"pool", "retries", "timeout", "num_connections", "num_requests"}
    return {name: value for name, value in vars(pool).items() if name not in others}


def test_send_does_no_more_than_we_do_or_need_not_do() -> None:
    source = textwrap.dedent(inspect.getsource(HTTPAdapter.send))
    steps = {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    assert steps == AS_WE_DO | NOT_NEEDED


@pytest.mark.parametrize("base_url", ["https://nowhere.invalid/v2", "http://127.0.0.1:8001/v2"])
def test_our_pool_is_as_requests_gets_it_ready(base_url: str) -> None:
    theirs, _ = what_requests_does(base_url)
    ours = settings_of(Transport(base_url)._pool())
    assert ours == settings_of(theirs)
    if base_url.startswith("https:"):
        assert ours["cert_reqs"] == "CERT_REQUIRED"
        assert ours["ca_certs"] == DEFAULT_CA_BUNDLE_PATH


def test_a_request_is_handed_over_with_what_we_give_it_too() -> None:
    _, told = what_requests_does("https://nowhere.invalid/v2")
    assert told.pop("chunked") is False, "what urllib3 takes it for when it is not told"
    assert set(told) == TOLD
