"""When what waits is tried again, after NeroPay turned it away without looking at it.

The line alone cannot tell: NeroPay may answer every read while it accepts no write, as with a
clock that is off, a key that may only read, or a limit on writes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, update

from webapp.writes.held_models import HeldState
from webapp.writes.held_tables import held_writes

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.writes.held_models import Held
    from webapp.writes.models import Refusal

_LONGEST: Final = 300.0  # seconds
# The others are over when NeroPay is back: what waits follows within a minute.
_LASTING: Final = frozenset({"misconfigured", "rate_limited"})
_LONGEST_UNREACHED: Final = 30.0


def is_put_off(one: Held, moment: datetime) -> bool:
    """Whether a held write is not to be sent yet."""
    return one.next_try_at is not None and one.next_try_at > moment


def put_off(connection: Connection, one: Held, refusal: Refusal, moment: datetime) -> None:
    """Let a held write wait: 2 s, 4 s, 8 s … 5 minutes, and never less than NeroPay wants.

    Args:
        connection: A write transaction.
        one: What was turned away.
        refusal: Why. When NeroPay asks to wait for so long, everything that waits does.
        moment: When that was.
    """
    tries = one.tries + 1
    longest = _LONGEST if refusal.kind in _LASTING else _LONGEST_UNREACHED
    delay = min(longest, 2.0 ** min(tries, 10))
    own = {"tries": tries, "next_try_at": moment + timedelta(seconds=max(delay, refusal.after))}
    connection.execute(update(held_writes).where(held_writes.c.id == one.id).values(own))
    if refusal.kind == "rate_limited" and refusal.after:
        until = moment + timedelta(seconds=refusal.after)
        is_sooner = or_(held_writes.c.next_try_at.is_(None), held_writes.c.next_try_at < until)
        others = update(held_writes).where(held_writes.c.state == HeldState.WAITING, is_sooner)
        connection.execute(others.values(next_try_at=until))
