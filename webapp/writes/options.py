"""What an owner decides about writing, kept in the database; each change is in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from webapp.activity.service import record
from webapp.clock import now
from webapp.db.upsert import upsert
from webapp.extensions import db
from webapp.writes.held_tables import options

if TYPE_CHECKING:
    from webapp.activity.service import Actor

HOLD: Final = "send_when_back"  # whether writes may wait for NeroPay
KIND: Final = "option.changed"
_DEFAULTS: Final = {HOLD: True}
_WORDS: Final = {True: "on", False: "off"}


def is_on(name: str) -> bool:
    """Tell whether an option is on."""
    query = select(options.c.value).where(options.c.name == name)
    with db.read() as connection:
        value = connection.execute(query).scalar_one_or_none()
    return _DEFAULTS[name] if value is None else value == _WORDS[True]


def turn(actor: Actor, name: str, *, is_on: bool) -> None:
    """Turn an option on or off; nothing is noted when it is so already.

    Args:
        actor: Who does it.
        name: One of this module's.
        is_on: What it is to be.
    """
    with db.write() as connection:
        query = select(options.c.value).where(options.c.name == name).with_for_update()
        value = connection.execute(query).scalar_one_or_none()
        before = _DEFAULTS[name] if value is None else value == _WORDS[True]
        if before == is_on:
            return
        row = {"name": name, "value": _WORDS[is_on], "changed_at": now()}
        upsert(connection, options, {**row, "changed_by": actor.name})
        record(
            connection,
            actor=actor,
            kind=KIND,
            outcome="ok",
            label=name,
            changes={name: (_WORDS[before], _WORDS[is_on])},
        )
