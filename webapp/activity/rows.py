"""Rows of the trail as entries. Not here: which rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
# As the forms show them; the trail itself keeps them by name.
_AS_IN_FORMS = ("name", "phone", "email", "address1", "city", "postcode")


def entry_of(row: Row[Any]) -> Entry:
    """Make an entry of a row that has `COLUMNS`."""
    changed = json.loads(row.changes)
    order = [*(field for field in _AS_IN_FORMS if field in changed), *changed]
    changes = {field: (changed[field][0], changed[field][1]) for field in order}
    return Entry(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        address=row.address,
        kind=row.kind,
        outcome=row.outcome,
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        changes=changes,
        intent_id=row.intent_id,
    )
