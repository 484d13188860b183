"""One HTTP request and one complete, bounded answer in time, or a `TransportError`.

No retries, no meaning, no JSON. This and `wire` are the only modules that import requests and
urllib3, and they are imported with the first call: a web process starts without them.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import weakref
from typing import TYPE_CHECKING, Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import TimeoutError as SocketTimeout
from urllib3.util import Timeout

from webapp.neropay.answers import Answer, TransportError
from webapp.neropay.wire import CONNECT_TIMEOUT, Watched, WatchedTls, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from urllib3 import BaseHTTPResponse

BODY_LIMIT: Final = 5_000_000
_CHUNK: Final = 65_536
# Nearly every path: nothing in it that anything on the way could write otherwise.
_PLAIN_PATH: Final = re.compile(r"(/[A-Za-z0-9_-]+)+(\?[A-Za-z0-9_=&-]+)?", re.ASCII)

# Its lines hold addresses and pieces of headers as they came; ours say what is needed.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class _Pool(HTTPConnectionPool):
    ConnectionCls = Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = WatchedTls


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use our connections in urllib3's pool."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class Transport:
    """Sends requests to one base URL, with one session for each thread.

    A session of requests knows how to reach the server, TLS included. What it does beyond that for
    each request (cookies, redirects, proxies, netrc) is what we must not have, and half of its
    time, so requests go straight to its pool of connections. What has to be as requests does it
    is held to that by tests/neropay/test_requests_send.py.
    """

    def __init__(self, base_url: str) -> None:
        # As requests writes it (host in lower case, ...), so that addresses can be compared whole.
        self._base_url = str(requests.Request("GET", f"{base_url}/").prepare().url)[:-1]
        self._base_path = requests.Request("GET", f"{base_url}/").prepare().path_url[:-1]
        self._local = threading.local()
        self._lock = threading.Lock()
        self._closings = 0  # a closed pool opens no more connections
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, seconds: float
    ) -> Answer:
        """Send one request and read its whole answer.

        Args:
            method: The HTTP method.
            path: The path below the base URL, with its query; already checked.
            headers: Every header but Host and Content-Length.
            body: The raw body, sent as it is.
            seconds: The deadline for everything together.

        Raises:
            TransportError: No complete answer in time and within the bounds.
            ValueError: The path would not arrive as it is given.
        """
        if not _PLAIN_PATH.fullmatch(path):
            self._check_path(path)
        sized = {**headers, "Content-Length": str(len(body))} if method != "GET" else headers
        is_answered = False
        with Wire(seconds) as wire:
            try:
                response = self._pool().urlopen(
                    method,
                    self._base_path + path,
                    body or None,
                    sized,
                    retries=False,
                    redirect=False,
                    assert_same_host=False,
                    # The deadline is the wire's; these, per read, are for when it fails us.
                    timeout=Timeout(connect=CONNECT_TIMEOUT, read=wire.remaining() + 1.0),
                    preload_content=False,
                    decode_content=False,
                )
                is_answered = True
                answer = _read(response, wire)
            except TransportError:
                raise
            except Exception as error:
                # Whatever a broken answer breaks in the libraries: once something was sent,
                # all that is known of it is that there is no answer.
                code = _code_of(error, wire, is_answered=is_answered)
                raise TransportError(code, was_sent=wire.was_sent) from error
        return answer

    def close(self) -> None:
        """Close every connection; the next call opens a new one."""
        with self._lock:
            self._closings += 1
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def _check_path(self, path: str) -> None:
        url = self._base_url + path
        if not path.startswith("/") or requests.Request("GET", url).prepare().url != url:
            raise ValueError("the path would be changed on its way")

    def _pool(self) -> HTTPConnectionPool:
        # A process forked after the first call would share the parent's connections.
        owner = (os.getpid(), self._closings)
        if getattr(self._local, "owner", None) != owner:
            session = requests.Session()
            adapter = _Adapter(pool_connections=1, pool_maxsize=1, max_retries=0)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            address = requests.Request("GET", f"{self._base_url}/").prepare()
            pool = adapter.get_connection_with_tls_context(address, verify=True)
            # As requests does before each request: its own authorities, and not those that the
            # environment (SSL_CERT_FILE) may name.
            adapter.cert_verify(pool, self._base_url, verify=True, cert=None)  # type: ignore[no-untyped-call]  # requests has none
            self._local.pool = pool
            self._local.session, self._local.owner = session, owner
            with self._lock:
                self._sessions.add(session)
        found: HTTPConnectionPool = self._local.pool
        return found


def _read(response: BaseHTTPResponse, wire: Wire) -> Answer:
    is_kept = False
    try:
        body = _read_body(response)
        if wire.is_expired:
            raise TransportError("timed_out", was_sent=True)
        # Answers that may have left something on the line do not get a successor there.
        is_kept = 200 <= response.status < 300 or 400 <= response.status < 500
    finally:
        if is_kept:
            response.release_conn()
        else:
            response.close()
    return Answer(response.status, response.headers, body)


def _read_body(response: BaseHTTPResponse) -> bytes:
    """Read as it came: nothing is decoded, since a few bytes can unpack to gigabytes."""
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read(_CHUNK, decode_content=False):
        size += len(chunk)
        if size > BODY_LIMIT:
            raise TransportError("answer_too_large", was_sent=True)
        chunks.append(chunk)
    return b"".join(chunks)


def _code_of(error: Exception, wire: Wire, *, is_answered: bool) -> str:
    if wire.is_expired or (wire.was_sent and isinstance(error, SocketTimeout)):
        return "timed_out"
    if not wire.was_sent:
        return wire.code
    return "cut_answer" if is_answered else "connection_lost"
