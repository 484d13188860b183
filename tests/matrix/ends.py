"""How an operation may end under a fault, and what staff then see: the matrix's columns."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

READS = ("refresh", "open", "sync", "categories")
WRITES = ("create", "update", "look", "category_create", "category_delete")
OPERATIONS = (*READS, *WRITES)
# Kind of a refusal: our status, and what the page says.
REFUSED: dict[str, tuple[int, str]] = {
    "unavailable": (503, "Nothing was sent"),
    "rate_limited": (429, "asks for a pause"),
    "misconfigured": (502, "is not set up properly"),
    "refused": (409, "does not allow this"),
    "not_found": (409, "No longer at NeroPay"),
    "idempotency_conflict": (409, "Already sent once"),
    "invalid": (422, "Please check the details"),
    "bad_response": (502, "could not be read"),
}
# Kind of a failed read: what the page says beside our copy.
UNREAD: dict[str, str] = {
    "unavailable": "NeroPay cannot be reached",
    "rate_limited": "NeroPay asks for a pause",
    "misconfigured": "not set up properly",
    "refused": "NeroPay does not allow this",
    "not_found": "No longer at NeroPay",
    "invalid": "Please check the details",
    "idempotency_conflict": "Already sent once",
    "bad_response": "could not be read",
}


@dataclass(frozen=True)
class End:
    """What comes of an operation while the fault is on.

    Attributes:
        kind: "saved" (or read), "unknown", "gone" (there was nothing left to delete), or the kind
            of a refusal; "a|b" where it depends on which of two packets comes first.
        code: NeroPay's or ours, a regular expression; empty when there is none.
        effects: How often the write took effect by then.
    """

    kind: str
    code: str = ""
    effects: int = 0


def saved(effects: int = 1) -> End:
    """It went well, the fault notwithstanding."""
    return End("saved", "", effects)


def unknown(code: str, effects: int = 0) -> End:
    """It was sent, and there is no clear answer."""
    return End("unknown", code, effects)


def refused(kind: str, code: str) -> End:
    """Nothing was changed, for certain."""
    return End(kind, code)


@dataclass(frozen=True)
class Fault:
    """One row.

    Attributes:
        name: For the test's id.
        spec: Of the sandbox, for every call that is meant; empty when the fault is elsewhere.
        write: How writes end.
        read: How reads end.
        ends: How some operations end otherwise; None where the fault does not apply.
        place: Where the client is pointed at: a name of `places.PLACES`.
        most_seconds: That a call may take.
        ahead: Seconds that our clock is ahead of NeroPay's.
        is_warm: The connection has been used before.
        is_spoiling: What NeroPay says is not what it has: our copy is right after the next sync.
    """

    name: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    write: End = End("saved", "", 1)
    read: End = End("saved")
    ends: Mapping[str, End | None] = field(default_factory=lambda: MappingProxyType({}))
    place: str = ""
    most_seconds: float = math.inf
    ahead: float = 0.0
    is_warm: bool = False
    is_spoiling: bool = False

    def end(self, operation: str) -> End | None:
        """Say how an operation ends; None where the fault does not apply to it."""
        if operation in self.ends:
            return self.ends[operation]
        if operation == "look":
            return _of_look(self.read)
        return self.read if operation in READS else self.write


def _of_look(read: End) -> End:
    """The look before a change is a read: without it nothing is sent.

    Where NeroPay has not enabled it, our copy is what the change is compared with.
    """
    if read.kind in {"saved", "refused", "idempotency_conflict"}:
        return saved()
    return End(read.kind, read.code)


def cases(faults: tuple[Fault, ...], operations: tuple[str, ...]) -> list[tuple[Fault, str]]:
    """Give each fault with each operation that it applies to."""
    return [
        (fault, operation)
        for fault in faults
        for operation in operations
        if fault.end(operation) is not None
    ]


def name_of(value: object) -> str:
    """Name a parameter of a test."""
    return value.name if isinstance(value, Fault) else str(value)
