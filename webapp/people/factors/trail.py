"""What the audit trail keeps of second factors: that something happened, never a secret.

Not here: the trail itself (webapp.activity).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, request

from webapp.activity.service import Actor, record
from webapp.people.sessions import current_person

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.activity.service import Changes
    from webapp.people.models import Person

_COMMAND_LINE = Actor(None, "Command line", None)


def note(
    connection: Connection,
    kind: str,
    person_id: int,
    name: str,
    *,
    actor: Person | None = None,
    changes: Changes | None = None,
) -> None:
    """Write down that something happened to somebody's factors.

    Args:
        connection: The write transaction of the change.
        kind: What, e.g. "factor.added".
        person_id: Whose.
        name: What colleagues call them.
        actor: Who did it; by default whoever is signed in, or the command line.
        changes: Field to (old, new), in words.
    """
    by = actor or current_person()
    if by:
        who = Actor(by.id, by.name, request.remote_addr)
    elif has_request_context():
        who = Actor(None, "Not signed in", request.remote_addr)
    else:
        who = _COMMAND_LINE
    record(
        connection,
        actor=who,
        kind=kind,
        outcome="ok",
        record_type="person",
        record_id=str(person_id),
        label=name,
        changes=changes,
    )
