"""What machines ask: is it alive, is it ready, what does it count.

No session, no personal data. Health and readiness answer any host. Metrics answer machines of the
own network only: a loopback or private address, reached without a proxy that we were not told of.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import Blueprint, Response, abort, jsonify, request

from webapp.extensions import settings
from webapp.ops import metrics, readiness
from webapp.people.service import public

blueprint = Blueprint("ops", __name__)
# Spelt out: the library also counts addresses for documentation as private.
_NEAR = tuple(
    ip_network(network)
    for network in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """Tell that this process answers; asks nothing else."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Tell whether requests can be served: database and schema; the worker is told beside."""
    state = readiness.check()
    return jsonify(state.as_dict()), 200 if state.is_ready else 503


@blueprint.get("/metrics", endpoint="metrics")
@public
def show_metrics() -> Response:
    """Give the metrics to the own network."""
    if not _is_near():
        abort(403)
    return Response(
        metrics.render(readiness.gauges()), content_type="text/plain; version=0.0.4; charset=utf-8"
    )


def _is_near() -> bool:
    if not settings().trusted_proxies and any(name in request.headers for name in _FORWARDED):
        return False  # a proxy brought it, and whose address this is cannot be known
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:  # a unix socket has none
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _NEAR)
