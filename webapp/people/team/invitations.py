"""Invitations: made for one address and role, valid for seven days, used once.

Not here: accepting one (accepting.py), and the letter (people/mail.py).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from webapp.activity.service import Actor, record
from webapp.clock import now
from webapp.extensions import db
from webapp.people.addresses import checked_email, email_key
from webapp.people.models import Person, Role
from webapp.people.tables import invitations, people
from webapp.people.team import words
from webapp.people.team.models import (
    InvalidInvitation,
    Invitation,
    InvitationStatus,
    Link,
    NobodyThere,
    NotAllowed,
)
from webapp.people.team.rules import grantable_roles
from webapp.people.team.service import lock_people
from webapp.people.team.tokens import make_token, token_hash
from webapp.people.words import NOT_AN_EMAIL

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import ColumnElement, Connection, Row


LIFETIME = timedelta(days=7)
KEPT = timedelta(days=365)  # after one was used or cancelled, or ran out
MOST_CLOSED = 100  # shown of those that were accepted or cancelled
_row = invitations.c
IS_OPEN: ColumnElement[bool] = _row.used_at.is_(None) & _row.cancelled_at.is_(None)


def invite(actor: Actor, *, email: str, name: str, role: str) -> Link:
    """Invite somebody.

    Args:
        actor: Who asks.
        email: The address that the account will have.
        name: What the inviter calls them, cleaned; may be empty.
        role: One below the inviter's own.

    Returns:
        The link, whose token cannot be read again.

    Raises:
        InvalidInvitation: With what is wrong, by field.
        NotAllowed: Who asks may not manage people.
    """
    address = checked_email(email)
    if address is None:
        raise InvalidInvitation({"email": NOT_AN_EMAIL})
    key, token, moment = email_key(address), make_token(), now()
    with db.write() as connection:
        may_give = _roles_to_give(connection, actor)
        if role not in may_give:
            raise InvalidInvitation({"role": words.NOT_YOURS_TO_GIVE})
        _refuse_known(connection, key, moment)
        made = connection.execute(
            insert(invitations)
            .values(
                token_hash=token_hash(token),
                email=address,
                email_key=key,
                name=name,
                role=role,
                invited_by=actor.person_id,
                created_at=moment,
                expires_at=moment + LIFETIME,
            )
            .returning(*_row)
        ).one()
        note_invitation(connection, actor, "person.invited", made, changes={"role": (None, role)})
    return Link(token, address, name, Role(role), made.expires_at)


def renew(actor: Actor, invitation_id: int) -> Link:
    """Make a new link for an invitation that is open or ran out; the old link stops working.

    Args:
        actor: Who asks, and answers for it from now on.
        invitation_id: Which.

    Raises:
        NotAllowed: The role is not below the own one.
        NobodyThere: No such invitation, or it was accepted or cancelled.
        InvalidInvitation: There is an account with the address by now.
    """
    token, moment = make_token(), now()
    with db.write() as connection:
        may_give = _roles_to_give(connection, actor)
        found = _find_open(connection, invitation_id, may_give)
        _refuse_known(connection, found.email_key, moment, but=invitation_id)
        made = connection.execute(
            update(invitations)
            .where(_row.id == invitation_id, IS_OPEN)
            .values(
                token_hash=token_hash(token),
                invited_by=actor.person_id,
                expires_at=moment + LIFETIME,
            )
            .returning(*_row)
        ).one_or_none()
        if made is None:  # accepted or cancelled between the two
            raise NobodyThere
        note_invitation(connection, actor, "invitation.renewed", made)
    return Link(token, made.email, made.name, Role(made.role), made.expires_at)


def cancel(actor: Actor, invitation_id: int) -> str:
    """Withdraw an invitation; give its address. Arguments and errors as in `renew`."""
    with db.write() as connection:
        may_give = _roles_to_give(connection, actor)
        found = _find_open(connection, invitation_id, may_give)
        done = connection.execute(
            update(invitations).where(_row.id == invitation_id, IS_OPEN).values(cancelled_at=now())
        )
        if not done.rowcount:  # as above
            raise NobodyThere
        note_invitation(connection, actor, "invitation.cancelled", found)
    return str(found.email)


def list_invitations(viewer: Person) -> tuple[Invitation, ...]:
    """List every open invitation, then the newest hundred of the others; each newest first."""
    query = (
        select(invitations, people.c.name.label("inviter"))
        .join_from(invitations, people, _row.invited_by == people.c.id, isouter=True)
        .order_by(_row.id.desc())
    )
    with db.read() as connection:
        rows = list(connection.execute(query.where(IS_OPEN)))
        rows += connection.execute(query.where(~IS_OPEN).limit(MOST_CLOSED))
    may_give, moment = grantable_roles(viewer.role), now()
    return tuple(read_invitation(row, row.inviter or "", moment, may_give) for row in rows)


def purge(connection: Connection, moment: datetime) -> int:
    """Delete the invitations that were over a year ago; give how many."""
    over_since = func.coalesce(_row.used_at, _row.cancelled_at, _row.expires_at)
    is_old = over_since <= moment - KEPT
    return connection.execute(delete(invitations).where(is_old)).rowcount


def _roles_to_give(connection: Connection, actor: Actor) -> tuple[Role, ...]:
    """Lock who asks, and give the roles that they may give now."""
    own_id = actor.person_id or 0
    own = lock_people(connection, own_id).get(own_id)
    roles = grantable_roles(Role(own.role)) if own is not None and own.is_active else ()
    if not roles:
        raise NotAllowed
    return roles


def _find_open(connection: Connection, invitation_id: int, may_give: tuple[Role, ...]) -> Row[Any]:
    query = select(invitations).where(_row.id == invitation_id, IS_OPEN)
    found = connection.execute(query).one_or_none()
    if found is None:
        raise NobodyThere
    if found.role not in may_give:
        raise NotAllowed
    return found


def _refuse_known(
    connection: Connection, key: str, moment: datetime, *, but: int | None = None
) -> None:
    """Refuse an address that has an account, or another invitation that could be accepted."""
    account = select(people.c.id).where(people.c.email_key == key)
    if connection.execute(account).first():
        raise InvalidInvitation({"email": words.ACCOUNT_THERE})
    waiting = select(_row.id).where(
        _row.email_key == key, IS_OPEN, _row.expires_at > moment, _row.id != (but or 0)
    )
    if connection.execute(waiting).first():
        raise InvalidInvitation({"email": words.INVITED_ALREADY})


def read_invitation(
    row: Row[Any], inviter: str, moment: datetime, may_give: tuple[Role, ...]
) -> Invitation:
    """Make an invitation of its row."""
    status = _status(row, moment)
    is_open = status in {InvitationStatus.PENDING, InvitationStatus.EXPIRED}
    return Invitation(
        *(row.id, row.email, row.name, Role(row.role), inviter, row.created_at, row.expires_at),
        status=status,
        is_manageable=is_open and row.role in may_give,
    )


def _status(row: Row[Any], moment: datetime) -> InvitationStatus:
    if row.used_at:
        return InvitationStatus.ACCEPTED
    if row.cancelled_at:
        return InvitationStatus.CANCELLED
    return InvitationStatus.EXPIRED if row.expires_at <= moment else InvitationStatus.PENDING


def note_invitation(
    connection: Connection,
    actor: Actor,
    kind: str,
    row: Row[Any],
    *,
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    """Append to the audit trail what happened to an invitation."""
    record(
        connection,
        actor=actor,
        kind=kind,
        outcome="ok",
        record_type="invitation",
        record_id=str(row.id),
        label=row.name or row.email,
        changes=changes,
    )
