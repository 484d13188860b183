"""The one tree of errors that a call to NeroPay can end in.

What staff read about them is not decided here. Neither is which answer becomes which error:
that is `answers`. A class says what is known about the effect of the call; `code` says why.
"""

# ruff: noqa: N818 - the design fixes these names, and they read well in an `except`
from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Codes of ours for calls to which nothing came back that could be read at all.
UNANSWERED: Final = frozenset(
    {"not_connected", "name_not_resolved", "tls_failed", "connection_refused", "connect_timed_out"}
    | {"connection_lost", "timed_out", "no_time_left", "breaker_open", "bulkhead_full"}
)


class NeroPayError(Exception):
    """A call to NeroPay did not give what was asked for.

    Attributes:
        code: NeroPay's error code, or one of ours (`timed_out`, `breaker_open`, ...); only
            letters, digits, `_`, `-` and `.`, so it is safe in a log line.
        status: The HTTP status, or None when no answer came.
        message: NeroPay's own words, cleaned and bounded; may be empty.
        reference: The request id that NeroPay gave to its answer, if any.
        after: Seconds to wait before another try, if NeroPay named them.
        is_retriable: Whether the same call, with the same key and bytes, may go well later.
        is_after_unknown: Whether an earlier attempt of the same call ended without a clear
            answer, so that this one may be an effect of it.
    """

    def __init__(
        self,
        code: str,
        *,
        status: int | None = None,
        message: str = "",
        reference: str | None = None,
        after: float | None = None,
        is_retriable: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.message = message
        self.reference = reference
        self.after = after
        self.is_retriable = is_retriable
        self.is_after_unknown = False

    def __str__(self) -> str:
        """Name the code and the status only: NeroPay's words may hold customer data."""
        return self.code if self.status is None else f"{self.code} ({self.status})"


class NotFound(NeroPayError):
    """There is no such record (`resource_not_found`, documented), or its id cannot be one."""


class Invalid(NeroPayError):
    """NeroPay refused the values (`validation_failed`, documented); nothing was changed.

    Attributes:
        fields: For each field that NeroPay named, what it said about it.
    """

    def __init__(
        self,
        code: str,
        *,
        fields: Mapping[str, tuple[str, ...]] | None = None,
        status: int | None = None,
        message: str = "",
        reference: str | None = None,
    ) -> None:
        super().__init__(code, status=status, message=message, reference=reference)
        self.fields: Mapping[str, tuple[str, ...]] = MappingProxyType(dict(fields or {}))


class Refused(NeroPayError):
    """NeroPay does not allow or does not have this here; nothing was changed."""


class IdempotencyConflict(Refused):
    """The key was used before with another body (`idempotency_conflict`, documented)."""


class RateLimited(NeroPayError):
    """Too many calls; this one was not carried out. `after` says for how long, if known."""


class Misconfigured(NeroPayError):
    """Our key, account or clock is wrong: an outage of ours, never of the person at the screen."""


class Unavailable(NeroPayError):
    """NeroPay was not reached or is down. For a write: it was not sent, for certain."""


class OutcomeUnknown(NeroPayError):
    """A write was sent and there is no clear answer: it may have taken effect."""


class BadResponse(NeroPayError):
    """The answer to a read, or a record in an answer, cannot be read."""
