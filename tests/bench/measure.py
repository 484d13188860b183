"""Measuring a case: short bursts in turn with the floor, so that both meet the same machine.

Absolute times drift by half between minutes; the ratio of two neighbouring bursts does not. The
figure is the median of the rounds' ratios.
"""

from __future__ import annotations

import http.client
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from tests.bench import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.cases import Case
    from tests.bench.load import Burst
    from tests.bench.site import Site

ROUNDS = 5
_SECONDS = 0.4  # aimed at for one burst
_FEWEST, _MOST = 40, 800  # requests of one burst
WRITES = 60  # of one burst; each is sent once
_EVERY = 8  # connections of the second half of the table


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; times in milliseconds, medians over the rounds."""

    name: str
    figure: float
    p50: float
    p95: float
    p99: float
    floor: float
    ratio: float  # of p50 to the floor's; for writes of our share
    many_per_second: float = 0.0  # at 8 connections
    many_share: float = 0.0  # of the floor's requests a second
    many_p50: float = 0.0
    many_p95: float = 0.0
    many_p99: float = 0.0
    many_p99_ratio: float = 0.0
    raw: int = 0  # bytes of HTML
    packed: int = 0  # over the wire

    @property
    def is_reached(self) -> bool:
        return self.ratio <= self.figure


class Loader:
    """The process that sends. Made before anything else, while there is little to copy."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("fork"))
        self._pool.submit(int).result()

    def close(self) -> None:
        self._pool.shutdown()

    def run(
        self,
        port: int,
        requests: Sequence[bytes],
        connections: int,
        count: int,
        *statuses: int,
        between: bytes = b"",
    ) -> Burst:
        """Send, and make sure that each answer has one of the statuses (200 when none is given)."""
        work = self._pool.submit(load.run, port, requests, connections, count, between)
        return _checked(work.result(), statuses or (200,))

    def run_for(
        self,
        port: int,
        requests: Sequence[bytes],
        connections: int,
        seconds: float,
        *statuses: int,
    ) -> Burst:
        """Send each of many requests once, for so many seconds at most."""
        count = len(requests)
        work = self._pool.submit(load.run, port, requests, connections, count, seconds=seconds)
        return _checked(work.result(), statuses)


def _checked(burst: Burst, allowed: tuple[int, ...]) -> Burst:
    wrong = {code: times for code, times in burst.statuses.items() if code not in allowed}
    if wrong:
        raise RuntimeError(f"answered {wrong} instead of {allowed}: {burst.sample[:1500]!r}")
    return burst


def measure_reading(loader: Loader, site: Site, case: Case, rounds: int = ROUNDS) -> Result:
    """Measure something that reads only."""
    port, floor_port = site.web.port, site.floor_port
    raw, packed = _sizes(site, case.requests[0])
    floor_request = (site.floor(raw),)
    warm = loader.run(port, case.requests, 1, 20, case.status)
    loader.run(port, case.requests, 8, 60, case.status)  # each thread of each worker
    loader.run(floor_port, floor_request, 8, 60)
    count = _enough(warm.quantile(0.5))
    own, floor, own_many, floor_many = [], [], [], []
    for _ in range(rounds):
        floor.append(loader.run(floor_port, floor_request, 1, count))
        own.append(loader.run(port, case.requests, 1, count, case.status))
        floor_many.append(loader.run(floor_port, floor_request, _EVERY, count * 2))
        own_many.append(loader.run(port, case.requests, _EVERY, count * 2, case.status))
    pairs = list(zip(own, floor, strict=True))
    many = list(zip(own_many, floor_many, strict=True))
    return Result(
        case.name,
        case.figure,
        *_quantiles(own),
        floor=median(burst.quantile(0.5) for burst in floor),
        ratio=median(mine.quantile(0.5) / its.quantile(0.5) for mine, its in pairs),
        many_per_second=median(burst.per_second for burst in own_many),
        many_share=median(mine.per_second / its.per_second for mine, its in many),
        **dict(zip(("many_p50", "many_p95", "many_p99"), _quantiles(own_many), strict=True)),
        many_p99_ratio=median(mine.quantile(0.99) / its.quantile(0.99) for mine, its in many),
        raw=raw,
        packed=packed,
    )


def measure_writing(loader: Loader, site: Site, case: Case, rounds: int = ROUNDS) -> Result:
    """Measure something that calls NeroPay, and take the sandbox's own time off."""
    floor_request = (site.floor(15_000),)
    page = site.get("/customers/new")  # what a browser is sent to: it takes the message away
    own, floor, shares, ratios = [], [], [], []
    for index in range(rounds):
        part = slice(index * WRITES, (index + 1) * WRITES)
        floor.append(loader.run(site.floor_port, floor_request, 1, 200))
        sent = case.requests[part]
        own.append(loader.run(site.web.port, sent, 1, WRITES, case.status, between=page))
        outside = 0.0
        for requests in case.upstream:
            burst = loader.run(site.sandbox_port, requests[part], 1, WRITES, _upstream(requests))
            outside += burst.quantile(0.5)
        shares.append(own[-1].quantile(0.5) - outside)
        ratios.append(shares[-1] / floor[-1].quantile(0.5))
    part = slice(rounds * WRITES, (rounds + 4) * WRITES)
    # Each process lets only some threads call NeroPay, so that pages always have one: of eight
    # writers at once a few may be told that nothing was sent.
    sent, statuses = case.requests[part], (case.status, 503)
    many = loader.run(site.web.port, sent, _EVERY, 4 * WRITES, *statuses, between=page)
    refused = many.statuses[503]
    told = f", {refused} of {4 * WRITES} not sent at 8" if refused else ""
    return Result(
        f"{case.name}: {median(shares):.2f} ms of{told}",
        case.figure,
        *_quantiles(own),
        floor=median(burst.quantile(0.5) for burst in floor),
        ratio=median(ratios),
        many_per_second=many.per_second,
        many_p50=many.quantile(0.5),
        many_p95=many.quantile(0.95),
        many_p99=many.quantile(0.99),
    )


def _upstream(requests: Sequence[bytes]) -> int:
    return 201 if requests[0].startswith(b"POST") else 200


def _quantiles(bursts: list[Burst]) -> tuple[float, float, float]:
    p50, p95, p99 = (
        median(burst.quantile(share) for burst in bursts) for share in (0.5, 0.95, 0.99)
    )
    return p50, p95, p99


def _enough(milliseconds: float) -> int:
    return max(_FEWEST, min(_MOST, int(_SECONDS * 1000 / milliseconds)))


def _sizes(site: Site, request: bytes) -> tuple[int, int]:
    """Bytes of the body: as it is, and as it goes to a browser."""
    head, _, _ = request.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = dict(field.split(": ", 1) for field in fields)
    sizes = []
    for encoding in ("identity", headers["Accept-Encoding"]):
        connection = http.client.HTTPConnection("127.0.0.1", site.web.port, timeout=30)
        connection.request(
            "GET", line.split(" ")[1], headers={**headers, "Accept-Encoding": encoding}
        )
        sizes.append(len(connection.getresponse().read()))
        connection.close()
    return sizes[0], sizes[1]
