"""Categories that were deleted from here, and adding one again.

NeroPay has no way to bring one back: adding it again makes a new category with the same name,
position and state, and an id of its own; its products stay without a category. What it was like
comes from the trail. Not here: pages, words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from webapp.activity import service as activity
from webapp.categories import service
from webapp.clock import now
from webapp.writes.service import Refusal, derive_intent_id, is_intent_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from webapp.activity.service import Actor, Entry
    from webapp.categories.models import CategoryRow
    from webapp.writes.service import Outcome

_OFFERED_FOR: Final = timedelta(days=30)
_LOOKED_AT: Final = 50  # deletions
_MOST: Final = 5  # offered
_MARK: Final = "\ufffd"  # stands in the trail for what it cannot keep


@dataclass(frozen=True, slots=True)
class DeletedCategory:
    """A category as it was when it was deleted.

    Attributes:
        id: NeroPay's id of it, which will not come again.
        deleted_by: Who deleted it.
        deleted_at: When.
    """

    id: str
    name: str
    sort_order: int
    is_active: bool
    deleted_by: str
    deleted_at: datetime


def list_deleted(there: Iterable[CategoryRow]) -> tuple[DeletedCategory, ...]:
    """Give what was deleted in the last 30 days and is not there again, newest first.

    Args:
        there: The categories that are there.
    """
    entries = activity.newest_of_kind("category.delete", _LOOKED_AT)
    names = {_key(row.name) for row in there}
    found: list[DeletedCategory] = []
    for entry in entries:
        deleted = _deleted_of(entry)
        if deleted and _key(deleted.name) not in names and now() - entry.at < _OFFERED_FOR:
            names.add(_key(deleted.name))
            found.append(deleted)
    return tuple(found[:_MOST])


def find_deleted(category_id: str) -> DeletedCategory | None:
    """Give what a deleted category was like; None when it was not deleted from here."""
    entries = activity.history("category", category_id)
    return next(filter(None, map(_deleted_of, entries)), None)


def last_name(category_id: str) -> str:
    """Give what a category was called when something last became of it; empty if nothing did."""
    entries = activity.history("category", category_id, limit=1)
    return entries[0].label if entries else ""


def add_again(actor: Actor, intent_id: str | None, deleted: DeletedCategory) -> Outcome:
    """Add a category like one that was deleted, once.

    Args:
        actor: Who does it.
        intent_id: From a form, which may offer several categories.
        deleted: From `find_deleted`.

    Returns:
        As `create_category`; refused with the kind already_there when one of that name is there
        or on its way.
    """
    own_id = None
    if is_intent_id(intent_id):
        own_id = derive_intent_id(intent_id, deleted.id.encode())
    return service.create_category(
        actor,
        own_id,
        deleted.name,
        deleted.sort_order,
        deleted.is_active,
        unless=Refusal("already_there", "already_there"),
    )


def _deleted_of(entry: Entry) -> DeletedCategory | None:
    """Read an entry of the trail; None when it does not tell all that is needed."""
    if entry.kind != "category.delete" or entry.outcome != "applied" or not entry.record_id:
        return None
    olds = {name: pair[0] for name, pair in entry.changes.items()}
    name, sort_order, is_active = (olds.get(key) for key in ("name", "sort_order", "is_active"))
    if not isinstance(name, str) or not isinstance(sort_order, int) or _MARK in name:
        return None
    return DeletedCategory(
        entry.record_id, name, sort_order, bool(is_active), entry.actor_name, entry.at
    )


def _key(name: str) -> str:
    return name.casefold()
