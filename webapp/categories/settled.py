"""What a settled write of ours does to our copy of the categories; called by the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from webapp.categories.models import FIELDS
from webapp.categories.tables import categories, category_sync
from webapp.clock import now
from webapp.extensions import neropay
from webapp.neropay import category_from
from webapp.writes.service import Applied, Decision, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from webapp.writes.service import Intent


class Created:
    """POST /categories."""

    def apply(self, connection: Connection, intent: Intent, data: object, seq: int) -> Applied:
        """Put the new category into our copy."""
        sent = intent.sent()
        category = category_from(_completed(data, sent))
        lock_copy(connection)
        row = {
            "id": category.id,
            "name": category.name,
            "sort_order": category.sort_order,
            "is_active": category.is_active,
            "confirmed_at": now(),
            "settled_seq": seq,
        }
        same = categories.c.id == category.id  # the list may have brought it before the answer
        if not connection.execute(categories.update().where(same).values(row)).rowcount:
            connection.execute(categories.insert().values(row))
        changes = {name: (None, row[name]) for name in FIELDS}
        sent["is_active"] = bool(sent["is_active"])
        differing = {name: (sent[name], row[name]) for name in FIELDS if sent[name] != row[name]}
        return Applied(category.id, category.name, changes, differing)

    def recheck(self, intent: Intent, *, is_old: bool) -> Verdict:
        """Send it again: the key sees to it that there is one.

        Once the key is forgotten nobody can tell: a category says neither when nor by whom it
        was made.
        """
        return Verdict(Decision.NOT_KNOWN if is_old else Decision.RESEND)


class Deleted:
    """DELETE /categories/{id}."""

    def apply(self, connection: Connection, intent: Intent, data: object, seq: int) -> Applied:
        """Take the category out of our copy."""
        connection.execute(categories.delete().where(categories.c.id == intent.record_id))
        changes = {name: (old, None) for name, old in intent.before.items()}
        return Applied(intent.record_id, intent.label, changes)

    def recheck(self, intent: Intent, *, is_old: bool) -> Verdict:
        """Send it again; once the key is forgotten, look whether it is gone from the list."""
        if not is_old:
            return Verdict(Decision.RESEND)
        page = neropay().categories.list()
        is_there = any(category.id == intent.record_id for category in page.items)
        if is_there or page.set_aside:
            return Verdict(Decision.NOT_KNOWN)
        return Verdict(Decision.APPLIED)


def _completed(data: object, sent: Mapping[str, object]) -> object:
    """Add what was sent and not answered: NeroPay said yes to it."""
    if not isinstance(data, dict):
        return data
    return {**sent, **{name: value for name, value in data.items() if value is not None}}


def lock_copy(connection: Connection) -> None:
    """Queue writers of the copy; SQLite's write transactions queue by themselves."""
    connection.execute(select(category_sync.c.id).with_for_update()).all()
