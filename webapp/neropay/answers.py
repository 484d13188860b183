"""Which answer means what: one answer in, NeroPay's envelope or one error of the tree out.

Decided by NeroPay's error code first and by the HTTP status second (our rule: the status of
each code is not documented). No network here, and no retries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from webapp.neropay.errors import (
    BadResponse,
    IdempotencyConflict,
    Invalid,
    Misconfigured,
    NeroPayError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from webapp.neropay.headers import reference, retry_after
from webapp.neropay.parsing import Envelope, read_envelope

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Final = Envelope(
    is_success=True, data=None, has_error=False, code=None, message="", fields={}, meta={}, links={}
)
# Documented codes. What they mean holds with any status.
_BY_CODE: Final[dict[str, type[NeroPayError]]] = {
    "authentication_failed": Misconfigured,
    "invalid_signature": Misconfigured,
    "account_not_found": Misconfigured,
    "resource_not_found": NotFound,
    "idempotency_conflict": IdempotencyConflict,
}
# A proxy may send these after it has passed the request on.
_UNCLEAR_STATUSES: Final = frozenset({408, 425, 499})


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer.

    Attributes:
        status: The HTTP status.
        headers: Its headers; looked up by any case.
        body: Its body as it came, bounded.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportError(Exception):
    """There was no complete answer.

    Attributes:
        code: Why, as a stable word of ours.
        was_sent: Whether any byte of the request may have left.
    """

    def __init__(self, code: str, *, was_sent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.was_sent = was_sent


def judge(answer: Answer, *, method: str, now: float) -> Envelope:
    """Find out what an answer says.

    Args:
        answer: The complete answer.
        method: Of the request: a write that has no clear answer may have taken effect.
        now: Unix time, for a Retry-After that is a date.

    Returns:
        The envelope of a success.

    Raises:
        NeroPayError: What the answer says instead; `OutcomeUnknown` for writes and
            `BadResponse` or `Unavailable` for reads when it says nothing clear.
    """
    if method == "DELETE" and answer.status == 204 and not answer.body:
        return _NOTHING
    try:
        envelope = read_envelope(answer.body)
    except BadResponse:
        envelope = None
    is_good = 200 <= answer.status < 300
    if envelope is not None and envelope.is_success:
        if is_good:
            return envelope
        raise _unclear(answer, method, "success_on_error_status")
    if envelope is not None:
        error = _by_code(envelope, answer)
        if error is not None:
            raise error
    raise _by_status(answer, envelope, method, now)


def from_transport(error: TransportError, *, method: str) -> NeroPayError:
    """Say what it means for the call that there was no complete answer."""
    is_retriable = error.code != "answer_too_large"
    if not error.was_sent:
        return Unavailable(error.code, is_retriable=True)
    if method != "GET":
        return OutcomeUnknown(error.code, is_retriable=is_retriable)
    kind = BadResponse if error.code in {"answer_too_large", "cut_answer"} else Unavailable
    return kind(error.code, is_retriable=is_retriable)


def unreadable_data(method: str, status: int | None = 200) -> NeroPayError:
    """Make the error for a success whose data cannot be read."""
    kind = BadResponse if method == "GET" else OutcomeUnknown
    return kind("unreadable_data", status=status)


def _by_code(envelope: Envelope, answer: Answer) -> NeroPayError | None:
    code, status, said_by = envelope.code, answer.status, reference(answer.headers)
    if code is None:
        return None
    if code == "validation_failed":
        return Invalid(
            code,
            fields=envelope.fields,
            status=status,
            message=envelope.message,
            reference=said_by,
        )
    kind = _BY_CODE.get(code)
    if kind is None:
        return None
    return kind(code, status=status, message=envelope.message, reference=said_by)


def _by_status(answer: Answer, envelope: Envelope | None, method: str, now: float) -> NeroPayError:
    status, said_by = answer.status, reference(answer.headers)
    code = envelope.code if envelope else None
    message = envelope.message if envelope else ""
    if status == 429:
        after = retry_after(answer.headers, now)
        return RateLimited(
            code or "rate_limited",
            status=status,
            message=message,
            reference=said_by,
            after=after,
            is_retriable=True,
        )
    if status == 401:
        return Misconfigured(code or "http_401", status=status, message=message, reference=said_by)
    if _is_unclear(status, envelope):
        return _unclear(answer, method, code, message=message, now=now)
    if status == 422 and envelope and (envelope.fields or method == "POST"):
        return Invalid(
            code or "http_422",
            fields=envelope.fields,
            status=status,
            message=message,
            reference=said_by,
        )
    # "Where enabled" and "if allowed" (documented): the refusal's form is not documented.
    return Refused(code or f"http_{status}", status=status, message=message, reference=said_by)


def _is_unclear(status: int, envelope: Envelope | None) -> bool:
    if 200 <= status < 300:
        return envelope is None or not envelope.has_error
    if status == 501:
        return False
    return not 400 <= status < 500 or status in _UNCLEAR_STATUSES


def _unclear(
    answer: Answer, method: str, code: str | None, *, message: str = "", now: float = 0.0
) -> NeroPayError:
    status = answer.status
    kind: type[NeroPayError] = OutcomeUnknown
    if method == "GET":
        kind = Unavailable if status >= 500 or status in _UNCLEAR_STATUSES else BadResponse
    if code is None:
        code = "unreadable_answer"
        if status >= 500 or status in _UNCLEAR_STATUSES:
            code = f"http_{status}"
        elif 300 <= status < 400:
            code = "redirected"
    return kind(
        code,
        status=status,
        message=message,
        reference=reference(answer.headers),
        after=retry_after(answer.headers, now),
        is_retriable=True,
    )
