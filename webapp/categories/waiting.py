"""Categories' writes that wait for NeroPay: additions, and deletions of what is still the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from webapp.categories.merging import take_out
from webapp.categories.models import FIELDS
from webapp.categories.tables import categories
from webapp.neropay import encode_body
from webapp.writes import service as writes
from webapp.writes import waiting
from webapp.writes.service import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from webapp.activity.service import Actor
    from webapp.categories.models import CategoryRow
    from webapp.writes.service import Guard, Outcome
    from webapp.writes.waiting import Held

CREATE: Final = "category.create"
_DELETE: Final = "category.delete"
_TYPE: Final = "category"
_GONE: Final = Refusal("not_found", "not_found")
_RENAMED: Final = Refusal("renamed_meanwhile", "renamed_meanwhile")


def hold_new(
    actor: Actor, intent_id: str | None, name: str, sort_order: int, is_active: bool
) -> Held | Outcome | None:
    """Keep a new category until NeroPay is back.

    Args:
        actor: Who does it.
        intent_id: From the form.
        name: Validated.
        sort_order: Its place at the tills.
        is_active: Whether the tills show it.

    Returns:
        As `webapp.writes.waiting.hold`.
    """
    return waiting.hold(actor, _draft_of_new(intent_id, name, sort_order, is_active))


def change_held(
    actor: Actor, held: Held, name: str, sort_order: int, is_active: bool
) -> Held | None:
    """Put what a person made of a waiting category in its place; None when it moved."""
    draft = _draft_of_new(held.id, name, sort_order, is_active)
    return waiting.replace_held(actor, held, draft)


def is_new(held: Held) -> bool:
    """Whether it adds a category."""
    return held.kind == CREATE


def typed_in(held: Held) -> Mapping[str, Any]:
    """Give what the form of a new category held: name, sort_order, is_active (1 or 0)."""
    values: Mapping[str, Any] = held.payload["values"]
    return values


def hold_deletion(
    actor: Actor, intent_id: str | None, category: CategoryRow
) -> Held | Outcome | None:
    """Keep a deletion until NeroPay is back; it decides then.

    Args:
        actor: Who does it.
        intent_id: From the form.
        category: As it was shown.

    Returns:
        As `webapp.writes.waiting.hold`.
    """
    payload = {"before": {name: getattr(category, name) for name in FIELDS}}  # to add it again
    draft = waiting.Draft(intent_id, _DELETE, _TYPE, category.id, category.name, payload)
    return waiting.hold(actor, draft)


def send_new(held: Held, guard: Guard) -> Outcome:
    """Send a new category that waited, under its own id."""
    return writes.submit(
        intent_id=held.id,
        actor=held.actor,
        kind=CREATE,
        method="POST",
        path="/categories",
        body=encode_body(held.payload["values"]),
        record_type=_TYPE,
        label=held.label,
        before={},
        guard=guard,
        held_since=held.created_at,
    )


def send_deletion(held: Held, guard: Guard) -> Outcome:
    """Send a deletion that waited, unless our copy has it no more, or under another name."""

    def is_the_same(connection: Connection) -> Refusal | None:
        query = select(categories.c.name).where(categories.c.id == held.record_id)
        name = connection.execute(query).scalar_one_or_none()
        if name is None:
            return _GONE
        return guard(connection) if name == held.label else _RENAMED

    outcome = writes.submit(
        intent_id=held.id,
        actor=held.actor,
        kind=_DELETE,
        method="DELETE",
        path=f"/categories/{held.record_id}",
        body=b"",
        record_type=_TYPE,
        record_id=held.record_id,
        label=held.label,
        before=held.payload["before"],
        guard=is_the_same,
        held_since=held.created_at,
    )
    take_out_gone(outcome)
    return outcome


def take_out_gone(outcome: Outcome) -> None:
    """Take what was to be deleted out of our copy when NeroPay has just said that it is gone."""
    is_gone = outcome.refusal is not None and outcome.refusal.kind == "not_found"
    if is_gone and outcome.record_id is not None:
        take_out(outcome.record_id)


def register() -> None:
    """Tell the queue how categories' writes are sent."""
    waiting.register(CREATE, send_new)
    waiting.register(_DELETE, send_deletion)


def _draft_of_new(
    intent_id: str | None, name: str, sort_order: int, is_active: bool
) -> waiting.Draft:
    # is_active is 1 or 0 on the wire (documented).
    values = {"name": name, "sort_order": sort_order, "is_active": int(is_active)}
    changes = {field: (None, value) for field, value in values.items()}
    return waiting.Draft(intent_id, CREATE, _TYPE, None, name, {"values": values}, changes)
