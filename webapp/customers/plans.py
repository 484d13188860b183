"""What searching passes between its parts: a plan of the terms, filters, and the page wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from webapp.customers.rows import AnyRow

CAP = 200  # hits that are counted one by one; more are "200+"


@dataclass(frozen=True, slots=True)
class Plan:
    """How one dialect looks for terms; only that dialect's module reads the expressions.

    Attributes:
        terms: Folded terms; rows found hold all of them.
        unchecked: Terms that the expressions narrow down but do not decide.
        anywhere: Expression for rows that hold the terms.
        beginnings: Expression for rows in which each term begins a word.
    """

    terms: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    anywhere: str = ""
    beginnings: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows that hold the terms, as far as looked for.

    Attributes:
        count: How many; more than `CAP` stands for any number of that kind.
        begin: Numbers of those in which every term begins a word.
        other: Numbers of the others.
        known_below: Where there are too many hits: all those of smaller numbers are named.
    """

    count: int = 0
    begin: list[int] = field(default_factory=list)
    other: list[int] = field(default_factory=list)
    known_below: int = 0


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions of the filters, each beginning with AND, and their values."""

    sql: str = ""
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of rows in the order of `pk`.

    Attributes:
        pk: Begin after this row, or before it when going backwards.
        limit: Rows at most.
        is_backwards: Read towards smaller numbers.
        leave_out: Rows that are shown elsewhere.
        is_dense: Hits are so many that walking from row to row finds enough of them soon.
    """

    pk: int
    limit: int
    is_backwards: bool = False
    leave_out: tuple[int, ...] = ()
    is_dense: bool = False


def lookup_part(term: str) -> str:
    """Give the part of a term to look up; the rest is checked in the rows found.

    Of an e-mail address that is what comes before the @: the trigrams of a mail provider's name
    are in nearly every row, and each costs a long list to walk.
    """
    at = term.find("@")
    return term[: at + 1] if at >= 2 else term


class Dialect(Protocol):
    """What `search_sqlite` and `search_postgresql` both offer."""

    def plan(self, connection: Connection, terms: Sequence[str]) -> Plan | None:
        """Decide how to look for terms; None when nothing can hold them all."""

    def find(self, connection: Connection, plan: Plan, where: Where) -> Hits:
        """Find the rows that hold every term; a few more than `CAP` may do for all of them."""

    def read_tier(
        self, connection: Connection, plan: Plan, where: Where, page: Page, *, is_beginnings: bool
    ) -> list[AnyRow]:
        """Read rows of one tier in the order of `pk`."""

    def matching_pks(self, plan: Plan) -> tuple[str, dict[str, object]]:
        """Give a condition on `c.pk`, and its values, for the rows that hold every term."""

    def among(self, pks: Iterable[int]) -> tuple[str, dict[str, object]]:
        """Give a condition on `c.pk`, and its value, for these rows."""
