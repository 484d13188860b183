"""What pages see of the team, and the errors of this part.

Not here: anything that reads or writes.
"""
# ruff: noqa: N818 - an error's name says what happened, as in the rest of the project

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from webapp.people.models import PeopleError

if TYPE_CHECKING:
    from datetime import datetime

    from webapp.people.models import Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the table of people.

    Attributes:
        role: The lowest where the database has none of ours.
        has_role: Whether it has one of ours; otherwise the command line gives a new one.
        second_factor: What they have besides the password, in words; empty for nothing.
        is_me: Whether this is who looks at the table.
        is_manageable: Whether who looks may change anything here.
    """

    id: int
    name: str
    email: str
    role: Role
    is_active: bool
    last_seen_at: datetime | None
    second_factor: str
    is_me: bool
    is_manageable: bool
    has_role: bool = True


class InvitationStatus(StrEnum):
    """What became of an invitation."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation, without its token, which nobody but the invited person has."""

    id: int
    email: str
    name: str
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime
    status: InvitationStatus
    is_manageable: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was just made; the token is shown or sent once and kept by nobody.

    Attributes:
        token: 256 random bits as text.
        email: Whose link it is.
        name: What they are called; may be empty.
        role: What they will be, or are.
        expires_at: From when on it does nothing.
    """

    token: str
    email: str
    name: str
    role: Role
    expires_at: datetime


class NotAllowed(PeopleError):
    """Who asks stands not high enough, is suspended by now, or means their own account."""


class LastOwner(PeopleError):
    """Nobody would be left who may do everything."""


class NobodyThere(PeopleError):
    """No such person or invitation, or not in a state in which this can be done."""


class LinkRefused(PeopleError):
    """The token is wrong, used, too old or withdrawn: never told apart."""


class InvalidInvitation(PeopleError):
    """Details that no invitation can be made of.

    Attributes:
        fields: Field name to what is wrong with it, in words.
    """

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields
