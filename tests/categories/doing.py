"""What is done with categories by service, in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.activity.service import Actor, Entry, history
from webapp.categories import service

if TYPE_CHECKING:
    from webapp.writes.service import Outcome

ID = "89abcdef01234567" * 2


def add(actor: Actor, name: str = "Drinks", intent_id: str = ID) -> Outcome:
    return service.create_category(actor, intent_id, name, 5, False)


def names() -> list[str]:
    return [row.name for row in service.list_categories()]


def last(category_id: object) -> Entry:
    return history("category", str(category_id))[0]
