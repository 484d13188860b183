"""Rows of the trail as entries. Not here: which rows.

Pages of customers show entries, too, so one that somebody spoiled is shown as far as it can be.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from webapp.activity import words
from webapp.activity.models import Entry
from webapp.activity.tables import activity

if TYPE_CHECKING:
    from sqlalchemy import Row

COLUMNS = tuple(
    activity.c[name]
    for name in (
        *("id", "at", "actor_id", "actor_name", "address", "kind", "outcome"),
        *("record_type", "record_id", "label", "changes", "intent_id"),
    )
)
_TEXTS_FROM = 3  # of the columns, the first that holds text; so do all after it
# As the forms show them; the trail itself keeps them by name.
_AS_IN_FORMS = ("name", "phone", "email", "address1", "city", "postcode")
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT = (str, type(None))
_PLAIN = (str, int, float, type(None))  # what a field can have been, as JSON has it


def entry_of(row: Row[Any]) -> Entry:
    """Make an entry of a row that has `COLUMNS`, and of a spoiled one what can be shown of it."""
    changes = _changes_of(row.changes)
    texts: tuple[object, ...] = tuple(row)[_TEXTS_FROM:]
    is_sound = (
        changes is not None
        and row.at is not None
        and isinstance(row.actor_id, int | None)
        and all(isinstance(text, _TEXT) for text in texts)
    )
    return Entry(
        id=row.id,
        at=row.at or _UNKNOWN,
        actor_id=row.actor_id if isinstance(row.actor_id, int) else None,
        actor_name=_text(row.actor_name) or "",
        address=_text(row.address),
        kind=_text(row.kind) or "",
        outcome=_text(row.outcome) or "",
        record_type=_text(row.record_type),
        record_id=_text(row.record_id),
        label=_text(row.label) or "",
        changes=changes or {},
        intent_id=_text(row.intent_id),
        damage="" if is_sound else words.DAMAGED,
    )


def _changes_of(text: object) -> dict[str, tuple[object, object]] | None:
    """Read what was changed; None when it has not the form that `service.record` gives it."""
    if not isinstance(text, str):
        return None
    try:
        changed = dict(json.loads(text).items())
        order = [*(field for field in _AS_IN_FORMS if field in changed), *changed]
        pairs: dict[str, tuple[object, object]] = {}
        for field in order:
            old, new = changed[field]
            pairs[field] = (old, new)
            if "\\u" in text:  # it may be half a character, which no page can carry
                f"{field}{old}{new}".encode()
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    values = (value for pair in pairs.values() for value in pair)
    return pairs if all(isinstance(value, _PLAIN) for value in values) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
