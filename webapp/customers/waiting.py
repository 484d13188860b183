"""Customers' writes that wait for NeroPay: kept as a form's two sides, sent as any other.

What waits on a record is laid over what NeroPay last told us, so that the next person starts from
it; each write still sends only what its own author changed. Not here: the queue (`webapp.writes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from webapp.customers import candidates
from webapp.customers.conflicts import changes_of
from webapp.customers.corrections import KIND as UPDATE
from webapp.customers.corrections import Correction
from webapp.customers.models import FIELDS
from webapp.extensions import settings
from webapp.neropay import encode_body
from webapp.writes import service as writes
from webapp.writes import waiting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from webapp.activity.service import Actor
    from webapp.customers.conflicts import Values
    from webapp.writes.service import Guard, Outcome
    from webapp.writes.waiting import Held

CREATE: Final = "customer.create"
_TYPE: Final = "customer"


def hold_new(actor: Actor, intent_id: str | None, values: Values) -> Held | Outcome | None:
    """Keep a new customer until NeroPay is back.

    Args:
        actor: Who does it.
        intent_id: From the form.
        values: The six fields, validated.

    Returns:
        As `webapp.writes.waiting.hold`.
    """
    return waiting.hold(actor, _draft_of_new(intent_id, values))


def hold_change(
    actor: Actor, intent_id: str | None, customer_id: str, seen: Values, values: Values
) -> Held | Outcome | None:
    """Keep a correction until NeroPay is back; it is compared with the record as it leaves.

    Args:
        actor: Who does it.
        intent_id: From the form.
        customer_id: NeroPay's id.
        seen: What the form showed.
        values: What it holds, validated.

    Returns:
        As `webapp.writes.waiting.hold`.
    """
    return waiting.hold(actor, _draft_of_change(intent_id, customer_id, seen, values))


def change_held(actor: Actor, held: Held, seen: Values, values: Values) -> Held | None:
    """Put what a person made of a waiting write in its place; None when it moved."""
    if held.record_id is None:
        draft = _draft_of_new(held.id, values)
    else:
        draft = _draft_of_change(held.id, held.record_id, seen, values)
    return waiting.replace_held(actor, held, draft)


def held_on(customer_id: str) -> tuple[Held, ...]:
    """Give what waits on a record, in the order in which it is sent."""
    return waiting.list_held(record_type=_TYPE, record_id=customer_id)


def changes_in(held: Held) -> dict[str, str | None]:
    """Give what a waiting write changes."""
    return changes_of(seen_by(held), typed_in(held))


def seen_by(held: Held) -> dict[str, str | None]:
    """Give what its author's form showed."""
    return _fields(held.payload.get("seen", {}))


def typed_in(held: Held) -> dict[str, str | None]:
    """Give what its author's form held."""
    return _fields(held.payload.get("values", {}))


def laid_over(values: Mapping[str, str | None], held: Sequence[Held]) -> dict[str, str | None]:
    """Give a record's values with everything that waits laid over them."""
    shown = dict(values)
    for one in held:
        shown |= changes_in(one)
    return shown


def send_new(held: Held, guard: Guard) -> Outcome:
    """Send a new customer that waited, under its own id."""
    values = typed_in(held)
    return writes.submit(
        intent_id=held.id,
        actor=held.actor,
        kind=CREATE,
        method="POST",
        path="/customers",
        body=encode_body({name: values[name] for name in FIELDS if values.get(name) is not None}),
        record_type=_TYPE,
        label=held.label,
        before={},
        guard=guard,
        held_since=held.created_at,
    )


def send_change(held: Held, guard: Guard) -> Outcome:
    """Look at the record, and send what its author changed unless somebody else changed it too."""
    assert held.record_id is not None
    correction = Correction(
        held.actor,
        held.id,
        held.record_id,
        seen_by(held),
        typed_in(held),
        also=guard,
        held_since=held.created_at,
    )
    return correction.save(clear_with=None if settings().neropay_clear_with == "null" else "")


def register() -> None:
    """Tell the queue how customers' writes are sent, and where to look for what one made."""
    candidates.register()
    waiting.register(CREATE, send_new)
    waiting.register(UPDATE, send_change)


def _draft_of_new(intent_id: str | None, values: Values) -> waiting.Draft:
    return waiting.Draft(
        intent_id=intent_id,
        kind=CREATE,
        record_type=_TYPE,
        record_id=None,
        label=values.get("name") or "",
        payload={"values": dict(values)},
        changes={name: (None, value) for name, value in values.items() if value},
    )


def _draft_of_change(
    intent_id: str | None, customer_id: str, seen: Values, values: Values
) -> waiting.Draft:
    changed = changes_of(seen, values)
    return waiting.Draft(
        intent_id=intent_id,
        kind=UPDATE,
        record_type=_TYPE,
        record_id=customer_id,
        label=seen.get("name") or values.get("name") or "",
        payload={"seen": dict(seen), "values": dict(values)},
        changes={name: (seen.get(name), value) for name, value in changed.items()},
    )


def _fields(values: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: values[name] for name in FIELDS if name in values}
