"""The faults of what NeroPay answers: refusals, its own trouble, and answers that say nothing."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from time import time
from typing import Any

from tests.matrix.ends import End, Fault, refused, unknown

_EFFECT = {"effect": True}
# Of kinds that differ in little: one with every operation, the others with one of each sort.
_FEW: dict[str, End | None] = dict.fromkeys(("look", "open", "category_create", "categories"))


def _says(status: int, code: str, end: End, **more: Any) -> Fault:
    """NeroPay says no, in its own format."""
    spec = {"action": "status", "status": status, "code": code, **more}
    return Fault(f"{status} {code}", spec, end, end)


def _wait(name: str, retry_after: str | int, **more: Any) -> Fault:
    spec = {"action": "status", "status": 429, "code": "rate_limited", "retry_after": retry_after}
    end = refused("rate_limited", "rate_limited")
    return Fault(f"429, Retry-After {name}", spec, end, end, **more)


PAUSES = (
    _wait("seconds", 2),
    _wait("date", formatdate(time() + 3600, usegmt=True), ends=_FEW),
    _wait("0", 0, ends=_FEW),
    _wait("negative", "-5", ends=_FEW),
    _wait("a day", 86_400),
    _wait("nonsense", "soon", ends=_FEW),
)


def _down(name: str, code: str, *, effects: int = 0, **spec: Any) -> Fault:
    """NeroPay is in trouble, and a write may have taken effect."""
    spec = {"effect": bool(effects), **spec}
    return Fault(name, spec, unknown(code, effects), refused("unavailable", code))


TROUBLE = (
    *(
        _down(f"{status}", "server_error", action="status", status=status)
        for status in (500, 502, 503, 504)
    ),
    _down("500 after the effect", "server_error", effects=1, action="status", status=500),
    _down("504 after the effect", "http_504", effects=1, action="html", status=504),
    _down("maintenance page", "http_503", action="html", status=503),
    _down("408 of a proxy", "http_408", action="html", status=408),
    _down(
        "503, Retry-After a day", "server_error", action="status", status=503, retry_after=86_400
    ),
)
_NOT_SET_UP = refused("misconfigured", "authentication_failed")
REFUSALS = (
    _says(401, "authentication_failed", _NOT_SET_UP),
    _says(401, "invalid_signature", refused("misconfigured", "invalid_signature")),
    _says(404, "account_not_found", refused("misconfigured", "account_not_found")),
    *(
        _says(status, "not_enabled", refused("refused", "not_enabled"))
        for status in (403, 404, 405, 501)
    ),
    _says(409, "conflict", refused("refused", "conflict")),
    _says(409, "idempotency_conflict", refused("idempotency_conflict", "idempotency_conflict")),
    replace(
        _says(404, "resource_not_found", refused("not_found", "resource_not_found")),
        ends={"category_delete": End("gone", "resource_not_found")},
        is_spoiling=True,  # what NeroPay says it has not goes out of our copy
    ),
    _says(
        422,
        "validation_failed",
        refused("invalid", "validation_failed"),
        message="The loyalty tier is required.",
        details={"loyalty_tier": ["The loyalty tier is required."]},
    ),
    Fault(
        "success:false with 200",
        {"action": "contradict", "status": 200},
        refused("refused", "server_error"),
        refused("refused", "server_error"),
    ),
)


def _nothing(name: str, code: str, **spec: Any) -> Fault:
    """The write took effect, and the answer says nothing that can be relied on."""
    return Fault(name, {**spec, **_EFFECT}, unknown(code, effects=1), refused("bad_response", code))


ANSWERS = (
    _nothing("huge body", "answer_too_large", action="huge", bytes=6_000_000),
    _nothing(
        "huge body, length not said",
        "answer_too_large",
        action="huge",
        bytes=6_000_000,
        declare=False,
    ),
    _nothing("gzip bomb", "unreadable_answer", action="gzip_bomb", bytes=6_000_000),
    _nothing("empty answer", "unreadable_answer", action="empty"),
    _nothing("not JSON", "unreadable_answer", action="broken"),
    _nothing("a page instead of JSON", "unreadable_answer", action="html", status=200),
    Fault(
        "wrong shape",
        {"action": "shape", "data": "yes", **_EFFECT},
        unknown("unreadable_data", effects=1),
        refused("bad_response", "unreadable_data"),
        ends={"category_delete": End("saved", "", 1)},  # nothing that a DELETE answers is needed
    ),
    Fault(
        "success:true with 400",
        {"action": "contradict", "status": 400, **_EFFECT},
        unknown("success_on_error_status", effects=1),
        refused("bad_response", "success_on_error_status"),
        ends={"open": None},  # there is no success that it could claim
    ),
)
REDIRECTS = tuple(
    replace(
        _nothing(f"redirect {status}", "redirected", action="redirect", status=status),
        ends={} if status == 307 else _FEW,
    )
    for status in (301, 302, 303, 307, 308)
)
