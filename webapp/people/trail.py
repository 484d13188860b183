"""What the audit trail keeps about people: that something happened to one, never a secret.

Not here: the trail itself (webapp.activity).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, request

from webapp.activity.service import COMMAND_LINE, Actor, nobody, record
from webapp.people.sessions import current_person

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.activity.service import Changes
    from webapp.people.models import Person


def actor_of(person: Person) -> Actor:
    """Give somebody as the trail names who did something in this request."""
    return Actor(person.id, person.name, request.remote_addr)


def current_actor() -> Actor:
    """Give who asks: whoever is signed in, a visitor, or the command line."""
    person = current_person()
    if person:
        return actor_of(person)
    return nobody(request.remote_addr) if has_request_context() else COMMAND_LINE


def note(
    connection: Connection,
    kind: str,
    person_id: int,
    name: str,
    *,
    actor: Actor | None = None,
    outcome: str = "ok",
    changes: Changes | None = None,
) -> None:
    """Write down that something happened to somebody.

    Args:
        connection: The write transaction of the change.
        kind: What, e.g. "factor.added".
        person_id: Whose record it is about.
        name: What colleagues call them.
        actor: Who did it; by default `current_actor`.
        outcome: "ok" or "failed".
        changes: Field to (old, new), in words.
    """
    record(
        connection,
        actor=actor or current_actor(),
        kind=kind,
        outcome=outcome,
        record_type="person",
        record_id=str(person_id),
        label=name,
        changes=changes,
    )
