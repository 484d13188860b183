"""One HTTP request and one complete, bounded answer in time, or a `TransportError`.

No retries, no meaning, no JSON. This and `wire` are the only modules that import requests and
urllib3, and they are imported with the first call: a web process starts without them.
"""

from __future__ import annotations

import logging
import os
import threading
import weakref
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import TimeoutError as SocketTimeout

from webapp.neropay.answers import Answer, TransportError
from webapp.neropay.wire import CONNECT_TIMEOUT, Watched, WatchedTls, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY_LIMIT: Final = 5_000_000
_CHUNK: Final = 65_536
_TIMEOUTS: Final = (requests.Timeout, SocketTimeout)

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


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Never follow: 307 and 308 would pass signature, key and body on.

        `allow_redirects=False` alone still reads the whole body, without bounds, and parses the
        target.
        """
        return


class Transport:
    """Sends requests to one base URL, with one session for each thread."""

    def __init__(self, base_url: str) -> None:
        # As requests writes it (host in lower case, ...), so that addresses can be compared whole.
        self._base_url = str(requests.Request("GET", f"{base_url}/").prepare().url)[:-1]
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: weakref.WeakSet[_Session] = weakref.WeakSet()

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
        url = self._base_url + path
        prepared = requests.Request(method, url, headers=dict(headers), data=body or None).prepare()
        if not path.startswith("/") or prepared.url != url:
            raise ValueError("the path would be changed on its way")
        is_answered = False
        with Wire(seconds) as wire:
            try:
                response = self._session().send(
                    prepared,
                    stream=True,
                    allow_redirects=False,
                    verify=True,
                    # The deadline is the wire's; these, per read, are for when it fails us.
                    timeout=(CONNECT_TIMEOUT, wire.remaining() + 1.0),
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
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def _session(self) -> _Session:
        # A process forked after the first call would share the parent's connections.
        if getattr(self._local, "pid", None) != os.getpid():
            session = _Session()
            session.trust_env = False
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            adapter = _Adapter(pool_connections=1, pool_maxsize=1, max_retries=0)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            self._local.session, self._local.pid = session, os.getpid()
            with self._lock:
                self._sessions.add(session)
        found: _Session = self._local.session
        return found


def _read(response: requests.Response, wire: Wire) -> Answer:
    is_kept = False
    try:
        body = _read_body(response)
        if wire.is_expired:
            raise TransportError("timed_out", was_sent=True)
        # Answers that may have left something on the line do not get a successor there.
        is_kept = 200 <= response.status_code < 300 or 400 <= response.status_code < 500
    finally:
        if not is_kept:
            response.close()
    return Answer(response.status_code, response.headers, body)


def _read_body(response: requests.Response) -> bytes:
    """Read as it came: nothing is decoded, since a few bytes can unpack to gigabytes."""
    chunks: list[bytes] = []
    size = 0
    while chunk := response.raw.read(_CHUNK, decode_content=False):
        size += len(chunk)
        if size > BODY_LIMIT:
            raise TransportError("answer_too_large", was_sent=True)
        chunks.append(chunk)
    return b"".join(chunks)


def _code_of(error: Exception, wire: Wire, *, is_answered: bool) -> str:
    if wire.is_expired or (wire.was_sent and isinstance(error, _TIMEOUTS)):
        return "timed_out"
    if not wire.was_sent:
        return wire.code
    return "cut_answer" if is_answered else "connection_lost"
