"""Which second factors people have, and taking them away.

Not here: how each kind works (totp.py, passkeys.py, recovery.py), and the sign-in that asks for
one (second_step.py). Only `webapp.people` uses this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, update

from webapp.extensions import db
from webapp.people import sessions, trail
from webapp.people.factors import totp
from webapp.people.factors.models import STEP_LIFETIME, FactorInfo, LastFactor, NoSuchFactor
from webapp.people.factors.required import HAS_FACTOR, must_have_factor
from webapp.people.tables import passkeys, people, recovery_codes, second_steps

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Select, Table

    from webapp.people.models import Person

_WITH_FACTOR = select(people.c.id).where(people.c.id == bindparam("person_id"), HAS_FACTOR)


def has_factor(connection: Connection, person_id: int) -> bool:
    """Tell whether somebody has a second factor set up."""
    return connection.execute(_WITH_FACTOR, {"person_id": person_id}).first() is not None


def factors_of(person_ids: Iterable[int]) -> dict[int, FactorInfo]:
    """Give what each of these people has; three queries whatever their number.

    Returns:
        By person id, for every id that was given.
    """
    ids = list(person_ids)
    with db.read() as connection:
        with_totp = set(
            connection.execute(
                select(people.c.id).where(
                    people.c.id.in_(ids), people.c.totp_confirmed_at.is_not(None)
                )
            ).scalars()
        )
        keys = _count(connection, ids, select(passkeys.c.person_id, func.count()), passkeys)
        codes = _count(
            connection,
            ids,
            select(recovery_codes.c.person_id, func.count()).where(
                recovery_codes.c.used_at.is_(None)
            ),
            recovery_codes,
        )
    return {one: FactorInfo(one in with_totp, keys.get(one, 0), codes.get(one, 0)) for one in ids}


def reset_factors(connection: Connection, person_id: int) -> None:
    """Take every second factor of somebody away, end their sessions, and write it down.

    Args:
        connection: An open write transaction; whoever is signed in becomes the actor.
        person_id: Whose; nothing happens when there is no such person.
    """
    name = connection.execute(
        update(people)
        .where(people.c.id == person_id)
        .values(totp_seed=None, totp_confirmed_at=None)
        .returning(people.c.name)
    ).scalar_one_or_none()
    if name is None:
        return
    for table in (passkeys, recovery_codes):
        connection.execute(delete(table).where(table.c.person_id == person_id))
    sessions.end_all(connection, person_id)
    trail.note(connection, "factor.reset", person_id, name)


def remove_totp(person: Person) -> None:
    """Forget the app.

    Raises:
        LastFactor: It is the only factor of somebody who must have one.
        NoSuchFactor: There is none.
        SessionEnded: From elsewhere, meanwhile.
    """
    with db.write() as connection:
        hold(connection, person.id)
        totp.take_away(connection, person)
        _after_removal(connection, person)


def remove_passkey(person: Person, passkey_id: int) -> None:
    """Forget a passkey.

    Raises:
        LastFactor: It is the only factor of somebody who must have one.
        NoSuchFactor: There is no such passkey of theirs.
        SessionEnded: From elsewhere, meanwhile.
    """
    with db.write() as connection:
        hold(connection, person.id)
        name = connection.execute(
            delete(passkeys)
            .where(passkeys.c.id == passkey_id, passkeys.c.person_id == person.id)
            .returning(passkeys.c.name)
        ).scalar_one_or_none()
        if name is None:
            raise NoSuchFactor
        changes = {"passkey": (name, None)}
        trail.note(connection, "factor.removed", person.id, person.name, changes=changes)
        _after_removal(connection, person)


def hold(connection: Connection, person_id: int) -> None:
    """Let changes of one's own factors happen one after the other, on PostgreSQL too.

    Args:
        connection: An open write transaction, in which nothing was done yet.
        person_id: Who is signed in.

    Raises:
        SessionEnded: The change before this one ended the session that asks for it.
    """
    connection.execute(
        update(people).where(people.c.id == person_id).values(totp_step=people.c.totp_step)
    )
    sessions.check_current(connection)


def purge(connection: Connection, moment: datetime) -> int:
    """Delete sign-ins that were never finished; give how many."""
    is_over = second_steps.c.created_at <= moment - STEP_LIFETIME
    return connection.execute(delete(second_steps).where(is_over)).rowcount


def _after_removal(connection: Connection, person: Person) -> None:
    """Refuse to leave somebody without what they must have; codes alone are no factor."""
    if has_factor(connection, person.id):
        return
    if must_have_factor(person.role):
        raise LastFactor
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person.id))
    connection.execute(delete(second_steps).where(second_steps.c.person_id == person.id))


def _count(
    connection: Connection, ids: list[int], query: Select[Any], table: Table
) -> dict[int, int]:
    grouped = query.where(table.c.person_id.in_(ids)).group_by(table.c.person_id)
    return {int(row[0]): int(row[1]) for row in connection.execute(grouped).all()}
