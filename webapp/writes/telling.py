"""Who is told what somebody did with a write that waits: the trail, and the one who left it.

Not here: what is told (`notices`, `words`), and doing it (`held`, `authors`, `sending`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.activity.service import record
from webapp.writes import notices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from webapp.activity.service import Actor
    from webapp.writes.held_models import Held


def tell(
    connection: Connection,
    deed: str,
    actor: Actor,
    held: Held,
    changes: Mapping[str, tuple[object, object]],
) -> None:
    """Enter into the trail what somebody did with one that waits."""
    record(
        connection,
        actor=actor,
        kind=f"{held.record_type}.{deed}",
        outcome="ok",
        record_type=held.record_type,
        record_id=held.record_id,
        label=held.label,
        changes=changes,
        intent_id=held.id,
    )


def leave_word(connection: Connection, known: Held, state: str, actor: Actor) -> None:
    """Tell its author what somebody else did with what they left here.

    Args:
        connection: The transaction that does it.
        known: As it was.
        state: One of those of `notices`.
        actor: Who did it.
    """
    if known.actor.person_id == actor.person_id:
        return
    notices.leave(
        connection,
        known.id,
        known.actor.person_id,
        state=state,
        kind=known.kind,
        record_type=known.record_type,
        record_id=known.record_id,
        label=known.label,
        detail=actor.name,
    )
