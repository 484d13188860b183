"""How much of the trail the signed-in person may see. What that means: `models.Scope`."""

from __future__ import annotations

from webapp.activity.models import Scope
from webapp.people.service import Permission, can, current_person

_NOBODY = Scope(0, is_all=False)


def current_scope() -> Scope:
    """Give the scope of whoever is signed in; without anybody, one that owns no entry."""
    person = current_person()
    return Scope(person.id, can(Permission.ACTIVITY_ALL)) if person else _NOBODY
