"""The few headers of an answer that we read, all of them taken for hostile."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WAIT: Final = 86_400.0
_SECONDS: Final = re.compile(r"[0-9]{1,1000}(\.[0-9]{1,6})?", re.ASCII)
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_.:=+/-]{1,100}", re.ASCII)
_LONGEST: Final = 1000
# None of them is documented; these are the usual names.
_REFERENCE_HEADERS: Final = ("X-NeroPay-Request-Id", "X-Request-Id", "Request-Id", "CF-Ray")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read Retry-After.

    Args:
        headers: The answer's headers, by any case.
        now: Unix time by our clock; the answer's own `Date` is preferred to it.

    Returns:
        Seconds from 0 to a day, or None when there is none that makes sense.
    """
    value = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(value):
        # float() of a thousand digits is infinite at worst, and min() takes care of that.
        return min(float(value), LONGEST_WAIT)
    moment = _unix_time(value)
    if moment is None:
        return None
    answered = _unix_time(headers.get("Date", ""))
    return min(max(0.0, moment - (now if answered is None else answered)), LONGEST_WAIT)


def clock_offset(headers: Mapping[str, str], now: float) -> float | None:
    """Say how many seconds our clock is ahead of the answer's `Date`; None without one."""
    moment = _unix_time(headers.get("Date", ""))
    return None if moment is None else now - moment


def reference(headers: Mapping[str, str]) -> str | None:
    """Find the request id that NeroPay, or what stands before it, gave to its answer."""
    found = (headers.get(name, "").strip() for name in _REFERENCE_HEADERS)
    return next((value for value in found if _REFERENCE.fullmatch(value)), None)


@lru_cache(maxsize=16)  # every answer of a second carries the same
def _unix_time(value: str) -> float | None:
    if not value or len(value) > _LONGEST:
        return None
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
