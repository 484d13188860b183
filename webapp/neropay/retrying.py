"""Which failed attempts are tried again, how long after, and what a call's attempts say together.

Not here: making the attempts (`calls`), and the budget that retries come out of (`resilience`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenacity.wait import wait_random_exponential

from webapp.neropay.errors import (
    IdempotencyConflict,
    Misconfigured,
    NeroPayError,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from webapp.neropay.calls import Call

LONGEST_WAIT: Final = 5.0
_backoff = wait_random_exponential(multiplier=0.2, max=2.0)
# After an attempt that may have taken effect, these say nothing about that attempt.
_INCONCLUSIVE: Final = (Unavailable, RateLimited, Misconfigured, IdempotencyConflict)


def may_try_again(error: BaseException) -> bool:
    """Whether a failed attempt may be followed by another one."""
    if not isinstance(error, NeroPayError) or not error.is_retriable:
        return False
    if error.after is None:
        return not isinstance(error, RateLimited)
    return error.after <= LONGEST_WAIT


def pause(state: RetryCallState) -> float:
    """Give the seconds to the next attempt: what NeroPay asked for, and a little more each time."""
    error = state.outcome.exception() if state.outcome else None
    after = error.after if isinstance(error, NeroPayError) else None
    return (after or 0.0) + _backoff(state)


def in_view_of_earlier(call: Call, error: NeroPayError) -> NeroPayError:
    """Say what is known of the whole call, now that one more attempt has ended."""
    error.is_after_unknown = call.unknown is not None
    if isinstance(error, OutcomeUnknown):
        call.unknown = error
    elif call.unknown is not None and isinstance(error, _INCONCLUSIVE):
        earlier = call.unknown
        return OutcomeUnknown(
            earlier.code,
            status=earlier.status,
            message=earlier.message,
            reference=earlier.reference,
            after=error.after,
            is_retriable=error.is_retriable,
        )
    return error
