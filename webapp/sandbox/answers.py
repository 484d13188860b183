"""The answer envelope: success with data, or failure with code, message and details.

The codes are documented; the HTTP status of each is not, so those are this sandbox's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

Details = Mapping[str, Sequence[str]]


class Refusal(Exception):  # noqa: N818 (an answer to the caller, not a fault of ours)
    """NeroPay says no.

    Attributes:
        status: HTTP status.
        code: machine-readable code, one of the documented ones or the sandbox's own.
        message: one sentence for people.
        details: messages by field name, or None.
    """

    def __init__(
        self, status: int, code: str, message: str, details: Details | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def payload(self) -> dict[str, Any]:
        """Return the documented failure envelope."""
        return failure(self.code, self.message, self.details)


def failure(code: str, message: str, details: Details | None = None) -> dict[str, Any]:
    """Return the failure envelope (documented)."""
    return {
        "success": False,
        "error": {"code": code, "message": message, "details": details},
    }


def invalid(details: Details) -> Refusal:
    """Return the refusal for fields that break a rule; its message is the first field's."""
    first = next(iter(details.values()))[0]
    return Refusal(422, "validation_failed", first, details)


def not_found(kind: str) -> Refusal:
    """Return the refusal for a record that is not there.

    Args:
        kind: what was looked for, as a noun: "customer", "category", "page".
    """
    return Refusal(404, "resource_not_found", f"The {kind} was not found.")


def render(payload: object) -> str:
    """Return the JSON text of an answer, in the compact form that goes over the wire."""
    return json.dumps(payload, separators=(",", ":"))


def respond(status: int, text: str) -> Response:
    """Return an HTTP answer holding JSON text."""
    return Response(text, status=status, content_type="application/json")
