"""What other parts and templates see of the trail. Not here: anything that reads or writes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, or NeroPay itself.

    Attributes:
        person_id: Id in our table of people; None when nobody is signed in.
        name: The name as it was then.
        address: Network address the request came from.
    """

    person_id: int | None
    name: str
    address: str | None


NEROPAY = Actor(None, "NeroPay", None)
TILLSIDE = Actor(None, "Tillside", None)  # what the worker does by itself
COMMAND_LINE = Actor(None, "Command line", None)


def nobody(address: str | None) -> Actor:
    """Give who did what somebody does without being signed in.

    Args:
        address: Network address the request came from.
    """
    return Actor(None, "Not signed in", address)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as pages show it.

    Attributes:
        damage: What to say of it, when it is not as it was written and parts cannot be shown.
    """

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    address: str | None
    kind: str
    outcome: str
    record_type: str | None
    record_id: str | None
    label: str
    changes: dict[str, tuple[object, object]]
    intent_id: str | None
    damage: str = ""


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What verify() found.

    Attributes:
        ok: Whether every entry is as it was written.
        checked: Entries that were found sound before the first bad one.
        first_bad_id: Id of the first entry that is wrong or missing; None when all is well, or
            when it is the head.
        reason: "changed" (or moved), "removed", "added" or "cut_off"; None when all is well.
        last_id: Number of the newest entry, as the head has it; 0 when there is none.
        last_hash: Its hash.
    """

    ok: bool
    checked: int
    first_bad_id: int | None = None
    reason: str | None = None
    # Where the trail ends is told besides: two results that found the same are equal.
    last_id: int = field(default=0, compare=False)
    last_hash: str = field(default="", compare=False)

    @property
    def problem(self) -> str:
        """What is wrong, e.g. "entry 5: changed"; empty when all is well."""
        if self.ok:
            return ""
        where = "activity_head" if self.first_bad_id is None else f"entry {self.first_bad_id}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose entries somebody may see.

    Attributes:
        person_id: Who looks; their own entries are always theirs to see.
        is_all: Everything; otherwise the own entries, and those about customers and categories.
    """

    person_id: int
    is_all: bool

    def see(self, entry: Entry) -> Entry:
        """Give an entry as they may see it: of colleagues not where they were at the time."""
        may_know = self.is_all or entry.actor_id == self.person_id
        return entry if may_know or entry.address is None else replace(entry, address=None)


@dataclass(frozen=True, slots=True)
class Query:
    """What of the trail is asked for; all empty is everything.

    Attributes:
        person: Id of a person, "neropay", or "nobody" (not signed in, or a command).
        record_type: "customer", "category", "person", "invitation", or any when empty.
        record_id: Id of the record that entries are about.
        kind: A kind ("customer.update") or one of `words.GROUPS` ("customers").
        q: Words to find in names and in values, old and new.
        since: First day, where the merchant is.
        until: Last day, where the merchant is.
        before: Entries older than this number.
        after: Entries newer than this number, the nearest of them.
    """

    person: str = ""
    record_type: str = ""
    record_id: str = ""
    kind: str = ""
    q: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the trail, newest first.

    Attributes:
        entries: Of this page.
        older: Number to give as `before` for the next page; None on the last.
        newer: Number to give as `after` for the previous page; None on the first.
        is_too_short: The words looked for were too short, and were not looked for.
    """

    entries: tuple[Entry, ...]
    older: int | None
    newer: int | None
    is_too_short: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer.

    Attributes:
        people: Id and newest name of everybody who did something.
        kinds: Every kind there is, sorted.
    """

    people: tuple[tuple[int, str], ...]
    kinds: tuple[str, ...]
