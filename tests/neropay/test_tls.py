"""TLS: verified always, and a failure of it is a certainty that nothing was sent."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.neropay.conftest import KEY
from tests.neropay.servers import raw, success
from webapp.neropay import Unavailable, encode_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.neropay.conftest import Connect, Serve

BODY = encode_body({"name": "Jane Customer"})
CERTIFICATE = Path(__file__).with_name("untrusted.pem")


@pytest.fixture
def untrusted() -> Iterator[tuple[str, list[bytes]]]:
    """A TLS server whose certificate nobody signed, and what it got to read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                plain, _address = listener.accept()
            except OSError:
                return
            try:
                with plain, context.wrap_socket(plain, server_side=True) as connection:
                    heard.append(connection.recv(1000))
                    connection.sendall(raw(200, b'{"success":true,"data":{"id":1,"name":"x"}}'))
            except OSError:
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}/v2", heard
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_untrusted_certificate_gets_nothing(
    untrusted: tuple[str, list[bytes]],
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setenv(name, str(CERTIFICATE))  # the environment is no switch either
    url, heard = untrusted
    with pytest.raises(Unavailable) as caught:
        connect(url).customers.create(BODY, key=KEY)
    assert caught.value.code == "tls_failed"
    assert heard == []


def test_a_server_that_speaks_no_tls(serve: Serve, connect: Connect) -> None:
    server = serve(success({}))
    url = server.base_url.replace("http:", "https:")
    with pytest.raises(Unavailable) as caught:
        connect(url).customers.create(BODY, key=KEY)
    assert caught.value.code == "tls_failed"
    assert server.received == []


def test_a_handshake_that_never_ends(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/v2"
        with pytest.raises(Unavailable) as caught:
            connect(url).customers.create(BODY, key=KEY, budget=0.2)
    assert caught.value.code == "timed_out"
