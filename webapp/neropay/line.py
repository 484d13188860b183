"""Whether NeroPay is away, as far as the calls of this process tell; and why, in one word.

A single write without a clear answer does not mean that NeroPay is away; one that could not be
sent does, and so does a read that failed. No decisions about calls here: those are `resilience`.
"""

from __future__ import annotations

import threading
from typing import Final, Literal

from webapp.neropay.errors import (
    BadResponse,
    Misconfigured,
    NeroPayError,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)

Reason = Literal["unreachable", "slow", "key", "wait", "maintenance"]

_SLOW: Final = frozenset({"timed_out", "connect_timed_out"})
_CERTAIN: Final = (Unavailable, RateLimited, Misconfigured)
_UNCLEAR: Final = (OutcomeUnknown, BadResponse)
# It answers in its own format, so it is there.
_IS_THERE: Final = frozenset({"unreadable_data", "success_on_error_status"})


class Line:
    """What the last call told; safe across threads.

    Attributes:
        events: How many calls have told something: a change means that there is news.
        reason: Why NeroPay is away; None while it answers.
        code: The code of the trouble; empty while it answers.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.events = 0
        self.reason: Reason | None = None
        self.code = ""

    def note(self, error: NeroPayError | None, *, is_open: bool = False) -> None:
        """Note what a call told.

        Args:
            error: What came of it; None when it went well.
            is_open: Whether the breaker is open by now.
        """
        is_away = isinstance(error, _CERTAIN) or (is_open and isinstance(error, _UNCLEAR))
        is_unclear = isinstance(error, _UNCLEAR) and error.code not in _IS_THERE
        with self._lock:
            self.events += 1
            if error is not None and is_away:
                self.reason, self.code = reason_of(error), error.code
            elif not is_unclear:
                self.reason, self.code = None, ""


def reason_of(error: NeroPayError) -> Reason:
    """Say in one word why a call failed."""
    if isinstance(error, Misconfigured):
        return "key"
    if isinstance(error, RateLimited):
        return "wait"
    if error.code in _SLOW:
        return "slow"
    return "unreachable" if error.status is None else "maintenance"
