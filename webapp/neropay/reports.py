"""What the log says of calls: never a body, a key, an id, or anything of a customer's."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from webapp.neropay.errors import Misconfigured
from webapp.neropay.resilience import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable

    from webapp.neropay.errors import NeroPayError

ALARM_EVERY: Final = 300.0
CLOCK_TOLERANCE: Final = 60.0
_FORM: Final = "neropay %s method=%s path=%s status=%s code=%s ms=%d attempt=%d"
_logger = logging.getLogger("tillside.neropay")


@dataclass(frozen=True, slots=True)
class Attempt:
    """The facts of one attempt that every line names.

    Attributes:
        method: The HTTP method.
        template: The path without ids and query.
        status: The HTTP status, if an answer came.
        ms: Milliseconds that it took.
        number: Counted from 1 within a call.
    """

    method: str
    template: str
    status: int | None
    ms: float
    number: int


class Report:
    """Writes the log lines, and holds alarms back that would repeat with every call.

    Attributes:
        clock_offset: Seconds that our clock is ahead of NeroPay's; None until it is known.
    """

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self.clock_offset: float | None = None
        self._alarm = Throttle(ALARM_EVERY, monotonic=monotonic)
        self._clock_alarm = Throttle(ALARM_EVERY, monotonic=monotonic)

    def success(self, attempt: Attempt) -> None:
        """Log an attempt that went well."""
        _write(logging.INFO, "call", "ok", attempt)

    def failure(self, error: NeroPayError, attempt: Attempt) -> None:
        """Log an attempt that did not; as an alarm, when it is our outage and none was lately."""
        _write(logging.WARNING, "call failed", error.code, attempt)
        if isinstance(error, Misconfigured) and self._alarm.is_due():
            _write(logging.CRITICAL, "alarm: refuses our key or clock", error.code, attempt)

    def clock(self, offset: float | None, attempt: Attempt) -> None:
        """Note how far our clock is off, and warn once in a while when it is too far."""
        if offset is None:
            return
        self.clock_offset = offset
        if abs(offset) > CLOCK_TOLERANCE and self._clock_alarm.is_due():
            _write(logging.WARNING, f"clock: ours is {offset:+.0f} s off", "clock_off", attempt)


def _write(level: int, event: str, code: str, attempt: Attempt) -> None:
    _logger.log(
        level,
        _FORM,
        event,
        attempt.method,
        attempt.template,
        "-" if attempt.status is None else attempt.status,
        code,
        attempt.ms,
        attempt.number,
    )
