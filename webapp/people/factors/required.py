"""Who must have a second factor, and how a statement asks whether somebody has one.

Not here: what follows from it (visits.py for sessions, service.py for taking factors away).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, or_

from webapp.extensions import settings
from webapp.people.tables import passkeys, people

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

# For statements about `people`; recovery codes alone are no factor.
HAS_FACTOR: ColumnElement[bool] = or_(
    people.c.totp_confirmed_at.is_not(None),
    exists().where(passkeys.c.person_id == people.c.id),
)


def must_have_factor(role: str) -> bool:
    """Tell whether the setting asks people of this role for a second factor."""
    return role in settings().require_second_factor
