"""A client with a clock of its own, and servers that say what a test tells them to."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.neropay.servers import Reply, Server
from webapp.neropay import NeroPay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.neropay.servers import Received

SECRET = "sk_sandbox_0123456789abcdef0123456789abcdef"
KEY = "0123456789abcdef0123456789abcdef"


@dataclass
class Times:
    """Clocks that run by themselves and can be moved; sleeping moves them, and takes no time."""

    ahead: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ahead += seconds


class Serve(Protocol):
    def __call__(self, *replies: Reply | Callable[[Received], Reply]) -> Server: ...


class Connect(Protocol):
    def __call__(self, where: Server | str, **options: object) -> NeroPay: ...


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(*replies: Reply | Callable[[Received], Reply]) -> Server:
        servers.append(Server(list(replies)))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def connect(times: Times) -> Iterator[Connect]:
    clients: list[NeroPay] = []

    def make(where: Server | str, **options: object) -> NeroPay:
        clients.append(
            NeroPay(
                base_url=where if isinstance(where, str) else where.base_url,
                secret_key=SECRET,
                clock=times.clock,
                monotonic=times.monotonic,
                sleep=times.sleep,
                **options,  # type: ignore[arg-type]  # what the test gives
            )
        )
        return clients[-1]

    yield make
    for client in clients:
        client.close()
