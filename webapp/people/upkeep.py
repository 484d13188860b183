"""What the background jobs do for people: letters with links, and what is over goes.

Not here: when jobs run (webapp.jobs), and what each part regards as over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.extensions import db
from webapp.people import sessions, throttle
from webapp.people.factors import service as factors
from webapp.people.team import invitations, resets
from webapp.people.team.resets import send_reset_mail

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["purge", "send_reset_mail"]


def purge(moment: datetime) -> int:
    """Delete sessions, links and invitations that are over, and failures that no longer count.

    Args:
        moment: Now.

    Returns:
        How many rows went.
    """
    parts = (sessions, throttle, resets, factors, invitations)
    with db.write() as connection:
        return sum(part.purge(connection, moment) for part in parts)
