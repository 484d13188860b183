"""What a manager or an owner may do to an account.

Each change looks at who asks and who is meant once more, in its own transaction and with both
rows locked: a manager who is being suspended at this moment changes nothing any more. Sessions of
whoever was changed end in the same transaction. Not here: who is there (listing.py), invitations,
links, who may whom (rules.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, select, update

from webapp.activity.service import COMMAND_LINE, Actor, record
from webapp.clock import now
from webapp.extensions import db
from webapp.people import sessions, trail
from webapp.people.addresses import email_key
from webapp.people.factors.service import reset_factors
from webapp.people.models import ROLES, Role
from webapp.people.tables import invitations, password_resets, people
from webapp.people.team.models import LastOwner, NobodyThere, NotAllowed
from webapp.people.team.rules import grantable_roles, may_change_role, may_manage

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Connection, Row

    from webapp.activity.service import Changes as ActivityChanges


@dataclass(frozen=True, slots=True)
class _Both:
    """The locked rows of who asks and who is meant."""

    own: Row[Any]
    other: Row[Any]


def change_role(actor: Actor, person_id: int, role: str) -> tuple[str, bool]:
    """Give somebody another role; they sign in anew, and what they may no longer give is void.

    Args:
        actor: Who asks.
        person_id: Who is meant.
        role: One of `ROLES`, below the own one.

    Returns:
        The person's name, and whether they had another role until now.

    Raises:
        NotAllowed: The person's role or the new one is not below the own.
        NobodyThere: No such person.
    """
    if role not in ROLES:
        raise NotAllowed
    new = Role(role)
    with db.write() as connection:
        both = _lock(connection, actor, person_id)
        own, old = Role(both.own.role), Role(both.other.role)
        if not may_change_role(both.own.id, own, person_id, old) or not own.outranks(new):
            raise NotAllowed
        if new is not old:
            _give_role(connection, actor, both.other, new)
    return str(both.other.name), new is not old


def set_role(email: str, role: Role) -> str:
    """Give somebody any role, from the command line, which stands above every role.

    Args:
        email: Their address, typed in any way.
        role: The new role.

    Returns:
        The person's name.

    Raises:
        NobodyThere: No such account.
        LastOwner: No other active owner would be left.
    """
    by_email = select(people.c.id).where(people.c.email_key == email_key(email))
    with db.write() as connection:
        person_id = connection.execute(by_email).scalar_one_or_none()
        if person_id is None:
            raise NobodyThere
        rows = lock_people(connection, person_id)
        row = rows.pop(person_id)
        is_owner = [one for one in rows.values() if one.role == Role.OWNER and one.is_active]
        if row.role == Role.OWNER and role is not Role.OWNER and not is_owner:
            raise LastOwner
        if row.role != role:
            _give_role(connection, COMMAND_LINE, row, role)
    return str(row.name)


def suspend(actor: Actor, person_id: int) -> str:
    """Shut somebody out at once, with every link they have given to others.

    Args:
        actor: Who asks.
        person_id: Who is meant.

    Returns:
        The person's name.

    Raises:
        NotAllowed: The person is not below the own role, or oneself.
        NobodyThere: No such person.
    """
    return _set_active(actor, person_id, "person.suspended", is_active=False)


def reactivate(actor: Actor, person_id: int) -> str:
    """Let somebody in again; arguments, result and errors as in `suspend`."""
    return _set_active(actor, person_id, "person.reactivated", is_active=True)


def sign_out_everywhere(actor: Actor, person_id: int) -> str:
    """End every session and password link of somebody; as in `suspend`."""
    with db.write() as connection:
        both = _lock(connection, actor, person_id)
        sessions.end_everything(connection, person_id)
        _note(connection, actor, "person.signed_out", both.other)
    return str(both.other.name)


def reset_second_factor(actor: Actor, person_id: int) -> str:
    """Take away codes, passkeys and recovery codes; as in `suspend`, and they sign in anew."""
    with db.write() as connection:
        both = _lock(connection, actor, person_id)
        reset_factors(connection, person_id)  # ends the sessions and writes it down
    return str(both.other.name)


def lock_people(connection: Connection, *ids: int) -> dict[int, Row[Any]]:
    """Lock rows of people, and every active owner's, until the transaction ends.

    Everybody takes the locks in one order, so nobody waits in a circle; SQLite has one writer.

    Args:
        connection: An open write transaction.
        *ids: Whom it is about.

    Returns:
        The rows that are there, by id.
    """
    is_owner = and_(people.c.role == Role.OWNER.value, people.c.is_active.is_(True))
    query = (
        select(people)
        .where(or_(people.c.id.in_(ids), is_owner))
        .order_by(people.c.id)
        .with_for_update(key_share=True)
    )
    return {row.id: row for row in connection.execute(query)}


def lock_both(connection: Connection, actor: Actor, person_id: int) -> Row[Any]:
    """Lock who asks and who is meant, for another part's change; give the row of who is meant.

    Raises:
        NotAllowed: Who asks may not manage who is meant, or is suspended.
        NobodyThere: No such person.
    """
    return _lock(connection, actor, person_id).other


def _lock(connection: Connection, actor: Actor, person_id: int) -> _Both:
    own_id = actor.person_id or 0
    rows = lock_people(connection, own_id, person_id)
    own, other = rows.get(own_id), rows.get(person_id)
    if own is None or not own.is_active:
        raise NotAllowed
    if other is None:
        raise NobodyThere
    if not may_manage(own.id, Role(own.role), other.id, Role(other.role)):
        raise NotAllowed
    return _Both(own, other)


def _give_role(connection: Connection, actor: Actor, row: Row[Any], role: Role) -> None:
    connection.execute(update(people).where(people.c.id == row.id).values(role=role.value))
    sessions.end_all(connection, row.id)
    _withdraw_links(connection, actor, row.id, grantable_roles(role))
    changes = {"role": (row.role, role.value)}
    _note(connection, actor, "person.role_changed", row, changes)


def _set_active(actor: Actor, person_id: int, kind: str, *, is_active: bool) -> str:
    with db.write() as connection:
        both = _lock(connection, actor, person_id)
        if both.other.is_active == is_active:
            return str(both.other.name)
        connection.execute(
            update(people).where(people.c.id == person_id).values(is_active=is_active)
        )
        sessions.end_all(connection, person_id)
        if not is_active:
            _withdraw_links(connection, actor, person_id, ())
        _note(connection, actor, kind, both.other)
    return str(both.other.name)


def _withdraw_links(
    connection: Connection, actor: Actor, person_id: int, kept: tuple[Role, ...]
) -> None:
    """Void what somebody gave to others: invitations to roles not in `kept`, and password links.

    The links to set their own password go as well: a new one is made when it is needed.
    """
    withdrawn = connection.execute(
        update(invitations)
        .where(
            invitations.c.invited_by == person_id,
            invitations.c.used_at.is_(None),
            invitations.c.cancelled_at.is_(None),
            invitations.c.role.not_in([role.value for role in kept]),
        )
        .values(cancelled_at=now())
        .returning(invitations.c.id, invitations.c.name, invitations.c.email)
    )
    for row in withdrawn.all():
        record(
            connection,
            actor=actor,
            kind="invitation.cancelled",
            outcome="ok",
            record_type="invitation",
            record_id=str(row.id),
            label=row.name or row.email,
        )
    resets = password_resets.c
    connection.execute(
        delete(password_resets).where(
            or_(resets.created_by == person_id, resets.person_id == person_id)
        )
    )


def _note(
    connection: Connection,
    actor: Actor,
    kind: str,
    row: Row[Any],
    changes: ActivityChanges | None = None,
) -> None:
    trail.note(connection, kind, row.id, row.name, actor=actor, changes=changes)
