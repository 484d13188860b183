"""What other parts and templates see of a person, and the errors of this feature.

Not here: anything that reads or writes.
"""
# ruff: noqa: N818 - an error's name says what happened, as in the rest of the project

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Theme = Literal["auto", "light", "dark"]


class Role(StrEnum):
    """What somebody is here; each role may all that the one before may."""

    VIEWER = "viewer"
    STAFF = "staff"
    MANAGER = "manager"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """Position from the lowest role, which is 0."""
        return ROLES.index(self)

    def outranks(self, other: Role) -> bool:
        """Whether this role stands above `other` (roles are granted below the own one only)."""
        return self.rank > other.rank


ROLES: tuple[Role, ...] = tuple(Role)  # lowest first


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in; also what Flask-Login calls a user.

    Attributes:
        id: Id in our table of people.
        email: The address as it was typed when the account was made.
        name: What colleagues call them.
        role: Decides what they may do.
        theme: `auto`, `light` or `dark`.
        has_shortcuts: Whether single keys do something on pages.
    """

    id: int
    email: str
    name: str
    role: Role
    theme: Theme = "auto"
    has_shortcuts: bool = True

    @property
    def is_authenticated(self) -> bool:
        """Flask-Login's question: yes, only signed-in people are loaded."""
        return True

    @property
    def is_active(self) -> bool:
        """Flask-Login's question: yes, a suspended person's session is not loaded."""
        return True

    @property
    def is_anonymous(self) -> bool:
        """Flask-Login's question: no."""
        return False

    def get_id(self) -> str:
        """Give the id as text, which is how Flask-Login wants it."""
        return str(self.id)


class PeopleError(Exception):
    """Base of this feature's errors."""


class SignInRefused(PeopleError):
    """No such account, a wrong password or a suspended account: never told apart."""


class Throttled(PeopleError):
    """Too many failures lately; nothing was checked.

    Attributes:
        retry_after: Seconds until the next try can be taken.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many failed sign-ins; try again in {retry_after} s")
        self.retry_after = retry_after


class Crowded(PeopleError):
    """Too many sign in at this moment; nothing was checked or counted."""


class WrongPassword(PeopleError):
    """The current password, asked for again, was wrong."""


class SessionEnded(PeopleError):
    """This browser's session was ended from elsewhere while its request was being answered."""


class WeakPassword(PeopleError):
    """A new password that is not taken.

    Attributes:
        reason: Why, as a code; see `passwords.Weakness`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidPerson(PeopleError):
    """Details that no account can be made of.

    Attributes:
        fields: Field name to what is wrong with it, in words.
    """

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in fields.items()))
        self.fields = fields
