"""What other parts and templates see of somebody's second factors, and what can go wrong.

Not here: anything that reads or writes.
"""
# ruff: noqa: N818 - an error's name says what happened, as in the rest of the project

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from webapp.people.models import PeopleError

if TYPE_CHECKING:
    from datetime import datetime


STEP_LIFETIME = timedelta(minutes=10)  # from the password to the second factor


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactorInfo:
    """What somebody can prove themselves with besides the password.

    Attributes:
        has_totp: Whether an app gives them codes.
        passkeys: How many passkeys they have.
        codes_left: Recovery codes that are not used yet; no factor of their own.
    """

    has_totp: bool = False
    passkeys: int = 0
    codes_left: int = 0

    @property
    def count(self) -> int:
        """How many second factors there are."""
        return int(self.has_totp) + self.passkeys

    @property
    def has_any(self) -> bool:
        """Whether there is a second factor at all."""
        return self.count > 0


class WrongCode(PeopleError):
    """A code or passkey that is wrong, used already, or not theirs: never told apart."""


class StepOver(PeopleError):
    """The sign-in ran out of time or tries, or is done: it has to begin again."""


class LastFactor(PeopleError):
    """The only second factor of somebody whose role must have one."""


class NoSuchFactor(PeopleError):
    """There is no such factor (any more), or it is somebody else's."""


class PasskeyRefused(PeopleError):
    """What a browser sent is no new passkey that we can keep."""
