"""Where a write leads: to its record, and to taking back what it changed.

Names of pages only: no feature is imported. Not here: the page of the write itself (`views`).
"""

from __future__ import annotations

from typing import Any, Final

from flask import url_for

from webapp.people.service import Permission, can
from webapp.ui.toasts import Action
from webapp.writes.ids import new_intent_id

# A record's own page: endpoint, its argument, its list.
PAGES: Final = {
    "customer": ("customers.show", "customer_id", "customers.index", "Customers"),
    "category": ("categories.index", None, "categories.index", "Categories"),
}
_UNDOABLE: Final = frozenset({"customer.update", "customer.undo"})


def record_url(record_type: str, record_id: str | None) -> str:
    """Give the page of a record, or of its list where there is none."""
    page, argument, listing, _ = PAGES[record_type]
    if argument and record_id:
        values: dict[str, Any] = {argument: record_id}
        return url_for(page, **values)
    return url_for(listing)


def undo_action(kind: str, record_id: str | None, intent_id: str) -> Action | None:
    """Give the button that takes a confirmed write back; None where there is no such thing.

    Args:
        kind: Of the write, such as customer.update.
        record_id: Of its record.
        intent_id: Of the write.
    """
    if kind not in _UNDOABLE or record_id is None or not can(Permission.CUSTOMERS_WRITE):
        return None
    url = url_for("customers.undo", customer_id=record_id, of=intent_id)
    return Action("Undo", "Undoing…", url, new_intent_id())
