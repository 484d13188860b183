"""How NeroPay may answer a write, and which page of ours then follows. Specs of `sandbox.fault`."""

from __future__ import annotations

from typing import Any

Spec = dict[str, Any]


def answering(status: int, code: str, **more: Any) -> Spec:
    """Give the fault in which NeroPay says no, however often a write is sent."""
    return {"action": "status", "status": status, "code": code, "times": 0, **more}


# Name: the fault, our status, and what the page says.
REFUSALS: dict[str, tuple[Spec, int, str]] = {
    "key_wrong": (answering(401, "authentication_failed"), 502, "is not set up properly"),
    "signature_wrong": (answering(401, "invalid_signature"), 502, "is not set up properly"),
    "too_many": (answering(429, "rate_limited", retry_after=60), 429, "asks for a pause"),
    "not_enabled_403": (answering(403, "not_enabled"), 409, "does not allow this"),
    "not_enabled_405": (answering(405, "not_enabled"), 409, "does not allow this"),
    "not_enabled_501": (answering(501, "not_enabled"), 409, "does not allow this"),
    "other_conflict": (answering(409, "conflict"), 409, "does not allow this"),
}
SOME_UNCLEAR = ("server_error", "html", "reset")  # where it is the same code for all
UNCLEAR: dict[str, Spec] = {
    "server_error": answering(500, "server_error"),
    "html": {"action": "html", "status": 200, "times": 0},
    "maintenance": {"action": "html", "status": 503, "times": 0},
    "broken_json": {"action": "broken", "times": 0},
    "empty": {"action": "empty", "times": 0},
    "cut": {"action": "cut", "times": 0},
    "reset": {"action": "reset", "when": "after", "times": 0},
    "contradiction": {"action": "contradict", "status": 400, "times": 0},
}
