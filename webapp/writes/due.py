"""Finding out about open writes: one that somebody asks about, and all whose time has come.

Not here: what an answer says about a write (`settling`).
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from webapp.clock import now
from webapp.extensions import db, neropay
from webapp.writes import journal, settling
from webapp.writes.lookups import find
from webapp.writes.models import State
from webapp.writes.pacing import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from webapp.writes.models import Outcome

logger = logging.getLogger(__name__)


def settle(intent_id: str, *, budget: float = settling.PAGE_BUDGET) -> Outcome:
    """Find out about one open write now; sending it again takes `budget` seconds at the most.

    Raises:
        LookupError: There is no such write.
    """
    with db.write() as connection:
        claimed = journal.claim(connection, intent_id, now())
        if claimed and claimed[1] is State.PENDING:
            settling.record_lost(connection, claimed[0])
    if claimed:
        return settling.resolve(claimed[0], budget=budget)
    outcome = find(intent_id)
    if outcome is None:
        raise LookupError(intent_id)
    return outcome


def settle_due(*, limit: int = 20, pause: Callable[[float], object] = time.sleep) -> int:
    """Find out about the open writes whose time has come, at most two a second.

    Args:
        limit: The most that are looked at.
        pause: Waits so many seconds between two; when it gives True, we stop there.

    Returns:
        How many were settled.
    """
    with db.read() as connection:
        due = journal.list_due(connection, now(), limit)
    settled = 0
    pace = Pace(pause)
    for position, intent_id in enumerate(due):
        if neropay().health.is_open and position:
            break  # one was tried: the breaker's probe; the others would only be turned away
        if not pace.goes_on():
            break
        try:
            outcome = settle(intent_id, budget=settling.BUDGET)
        except Exception:  # one that cannot be worked on must not keep the others waiting
            logger.exception("intent %s could not be settled", intent_id)
            continue
        settled += not outcome.is_open
    return settled
