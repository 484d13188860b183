"""Taking a confirmed change of a customer back: the old values, by the same way as any change.

The old values come from the trail, which has them as long as it is kept. What somebody has
changed again since is not overwritten: that is a conflict like any other. An undo is a change
itself, so it can be undone. Not here: pages, words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from webapp.activity import service as activity
from webapp.customers.models import FIELDS
from webapp.writes.service import is_intent_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webapp.activity.service import Entry
    from webapp.customers.models import CustomerRow

KIND: Final = "customer.undo"
_UNDOABLE: Final = frozenset({"customer.update", KIND})
_CUT_AT: Final = 500  # characters that the trail keeps of a value
_MARK: Final = "\ufffd"  # stands in the trail for what it cannot keep


@dataclass(frozen=True, slots=True)
class Undoable:
    """A change that can be taken back.

    Attributes:
        intent_id: Of the write that made it.
        entry: Who made it, and when.
        before: Its fields as they were.
        after: Its fields as it made them.
    """

    intent_id: str
    entry: Entry
    before: dict[str, str | None]
    after: dict[str, str | None]


def find_change(customer_id: str, intent_id: str) -> Undoable | None:
    """Give a change of a record by the write that made it.

    Returns:
        None when there is none, or its old values are not known.
    """
    if not is_intent_id(intent_id):
        return None
    entry = activity.find_write("customer", customer_id, intent_id)
    return change_of(entry) if entry else None


def change_of(entry: Entry) -> Undoable | None:
    """Give the change that an entry of the trail tells of; None when it cannot be taken back."""
    if entry.kind not in _UNDOABLE or entry.outcome != "applied" or not entry.intent_id:
        return None
    is_known = entry.changes and all(
        name in FIELDS and _is_whole(old) and _is_whole(new)
        for name, (old, new) in entry.changes.items()
    )
    if not is_known:
        return None
    before, after = (
        {name: _text(pair[side]) for name, pair in entry.changes.items()} for side in (0, 1)
    )
    return Undoable(entry.intent_id, entry, before, after)


def undoable_in(history: tuple[Entry, ...], row: CustomerRow) -> frozenset[int]:
    """Give the ids of those entries whose change is there to be taken back.

    Args:
        history: Entries about one record.
        row: The record as it is now.
    """
    here = row.values()
    return frozenset(
        change.entry.id
        for change in map(change_of, history)
        if change and any((here[name] or None) != old for name, old in change.before.items())
    )


def names_of(change: Undoable) -> Mapping[str, tuple[str | None, str | None]]:
    """Give field to (as it was made, as it was before)."""
    return {name: (change.after[name], old) for name, old in change.before.items()}


def _is_whole(value: object) -> bool:
    return value is None or (isinstance(value, str) and len(value) < _CUT_AT and _MARK not in value)


def _text(value: object) -> str | None:
    return str(value) if value else None
