"""Metrics in Prometheus' text format.

Counted per process and added up when asked: gunicorn_conf.py gives the processes one folder for
their counts. What the database knows (size and age of our copy, open writes) is read when asked.
Labels are routes and classes of status, never a value that someone typed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client.metrics_core import Metric

_own = CollectorRegistry()
_seconds = Histogram(
    "tillside_request_seconds",
    "Time to answer, by route",
    ("route",),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_own,
)
_requests = Counter(
    "tillside_requests", "Requests answered", ("method", "route", "status"), registry=_own
)
_GAUGES = {
    "tillside_customers": "Customers in our copy",
    "tillside_open_writes": "Writes sent whose outcome is not known yet",
    "tillside_sync_age_seconds": "Time since the last complete sync",
    "tillside_worker_age_seconds": "Time since the background worker was last seen",
}


@lru_cache(maxsize=1_000)  # by route and class of status, of which there are few
def _children(method: str, route: str, status_class: int) -> tuple[Counter, Histogram]:
    return _requests.labels(method, route, f"{status_class}xx"), _seconds.labels(route)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request.

    Args:
        method: One of HTTP's, or `OTHER`.
        route: The rule, such as `/customers/<id>`.
        status: The answer's status; counted by its class.
        seconds: Time it took.
    """
    requests, duration = _children(method, route, status // 100)
    requests.inc()
    duration.observe(seconds)


def render(gauges: Mapping[str, float]) -> bytes:
    """Write all metrics.

    Args:
        gauges: Values of this moment, by the names above without `tillside_`.

    Returns:
        Prometheus' text format, in UTF-8.
    """
    counts = _own
    if values.ValueClass is not values.MutexValue:
        counts = CollectorRegistry()
        MultiProcessCollector(counts)  # type: ignore[no-untyped-call]  # the library has no types
    moment = CollectorRegistry()
    moment.register(_Moment(gauges))
    return generate_latest(counts) + generate_latest(moment)


class _Moment:
    def __init__(self, gauges: Mapping[str, float]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        for name, meaning in _GAUGES.items():
            value = self._gauges.get(name.removeprefix("tillside_"))
            if value is not None:
                yield GaugeMetricFamily(name, meaning, value=value)
