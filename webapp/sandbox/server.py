"""A small threaded HTTP/1.1 server for the sandbox, with its hands on the socket.

One thread a connection, keep-alive, no access log. It reads a request, calls the WSGI
application and sends the answer as the application's Delivery says, faults included.
It knows nothing of NeroPay, and is not meant for anything but tests, bench and demo.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Any

from flask import Flask

from webapp.sandbox.delivery import Abandoned
from webapp.sandbox.state import State
from webapp.sandbox.wire import BadRequest, exchange, reset

BACKLOG = 128
JOIN_SECONDS = 5


class Server:
    """A listening sandbox.

    Args:
        app: what create_sandbox returned.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        tls: serve https with this context.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, app: Flask, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.app = app
        self.tls = tls
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._is_stopping = False
        self._listener = socket.create_server((host, port), backlog=BACKLOG)
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(
            target=self._accept, name=f"sandbox-{self.port}", daemon=True
        )
        self._acceptor.start()

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}/v2"

    def stop(self) -> None:
        """Stop listening, abandon waits, close connections and the file; may be called twice."""
        with self._lock:
            if self._is_stopping:
                return
            self._is_stopping = True
        state = self.app.extensions["sandbox"]
        assert isinstance(state, State)
        state.faults.stop()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(JOIN_SECONDS)
        with self._lock:
            connections = dict(self._connections)
        for connection in connections.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + JOIN_SECONDS
        for thread in connections:
            thread.join(max(0.0, deadline - time.monotonic()))
        state.close()

    def wait(self) -> None:
        """Block until the server stops."""
        self._acceptor.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(
                target=self._converse, args=(connection, peer), name="sandbox-call", daemon=True
            )
            with self._lock:
                if self._is_stopping:
                    connection.close()
                    return
                self._connections[thread] = connection
            thread.start()

    def _converse(self, connection: socket.socket, peer: Any) -> None:
        """Answer requests on one connection until either side has had enough."""
        wire = connection
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                wire = self.tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._connections[threading.current_thread()] = wire
            with wire.makefile("rb") as stream:
                while exchange(self.app, wire, stream, self._environ(peer)):
                    pass
        except Abandoned:
            reset(wire)
        except (OSError, BadRequest):
            pass  # the client went away, or never spoke HTTP
        finally:
            wire.close()
            with self._lock:
                self._connections.pop(threading.current_thread(), None)

    def _environ(self, peer: Any) -> dict[str, Any]:
        return {
            "SERVER_NAME": self.host,
            "SERVER_PORT": str(self.port),
            "REMOTE_ADDR": peer[0],
            "REMOTE_PORT": str(peer[1]),
            "wsgi.url_scheme": "https" if self.tls else "http",
        }


def serve(app: Flask, host: str, port: int, tls: ssl.SSLContext | None = None) -> Server:
    """Start answering; returns at once.

    Args:
        app: what create_sandbox returned.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        tls: serve https with this context.

    Raises:
        OSError: the port is taken.
    """
    return Server(app, host, port, tls)
