"""What the background jobs do, each by calling the services of the features it is about."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from flask import current_app

from webapp.activity import service as activity
from webapp.categories import service as categories
from webapp.clock import now
from webapp.customers import service as customers
from webapp.people import upkeep as people
from webapp.status import service as status
from webapp.writes import service as writes
from webapp.writes import waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

logger = logging.getLogger(__name__)

STOPPING: Final = "tillside.stopping"  # extension of an application whose worker can be told to


def refresh_copy(*, asked_at: datetime) -> None:
    """Bring our copy of categories and customers up to date, unless somebody just did.

    Args:
        asked_at: When it was asked for: a good run that began later is as good, so that ten
            impatient clicks are one sync.
    """
    last = customers.sync_status()
    has_begun = last.started_at is not None and last.started_at >= asked_at
    if has_begun and last.failed_at is None:
        return
    result = categories.refresh_categories()
    if result.error_code:
        logger.warning("categories could not be fetched: code=%s", result.error_code)
    run = customers.run_sync(reason="worker", should_stop=_should_stop())
    customers.tidy_search(should_stop=_should_stop())
    if run.state == "done":
        status.ask_if_due()


def settle_writes(pause: Callable[[float], object] | None = None) -> int:
    """Find out about the unknown writes whose time has come, and send what waits for NeroPay.

    Args:
        pause: Waits between two; gives True when the worker is to stop.

    Returns:
        How many were settled or sent.
    """
    is_there = waiting.probe_line()
    wait = pause or time.sleep
    settled = writes.settle_due(pause=wait)
    waiting.note_line()
    waiting.note_abilities()
    if is_there:
        settled += waiting.send_held(wait)
    return settled


def send_reset_mail(email: str, address: str) -> None:
    """Send a link for a forgotten password, if there is such an account."""
    people.send_reset_mail(email, address or None)


def clean_up() -> None:
    """Drop sessions that are over, old sign-ins, settled writes, and the trail's oldest days."""
    people.purge(now())
    writes.purge()
    customers.purge_presence(now())
    customers.purge_drafts(now())
    activity.trim(now())


def _should_stop() -> Callable[[], bool]:
    """Give what tells whether the worker is to stop; never, where there is none."""
    found: Callable[[], bool] = current_app.extensions.get(STOPPING, lambda: False)
    return found
