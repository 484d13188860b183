"""Streams of the trail: entries that one index has in their order, and what says so in SQL.

Not here: which streams a query needs (`listing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from webapp.activity.searching import NOTHING

if TYPE_CHECKING:
    from collections.abc import MutableMapping


class Who(Enum):
    """Who did it, when it is not one certain person."""

    ANYBODY = auto()
    NOBODY = auto()  # nobody who was signed in


ANYBODY: Final = Who.ANYBODY
NOBODY: Final = Who.NOBODY
ActorId: TypeAlias = "int | Who"


@dataclass(frozen=True, slots=True)
class Stream:
    """Entries that one index has in their order.

    Attributes:
        actor: Id of who did it, `ANYBODY` or `NOBODY`.
        kind: Of the entries; "" for any.
        record_type: Of the record that they are about; "" for any.
    """

    actor: ActorId = ANYBODY
    kind: str = ""
    record_type: str = ""

    def condition(
        self,
        number: int,
        values: MutableMapping[str, Any],
        record_id: str,
        *,
        is_plain: bool = True,
    ) -> str:
        """Say which entries are in it.

        Args:
            number: Of the stream in its statement, for the names of its values.
            values: Gets its values.
            record_id: Id of the record that they are about; read with a `record_type` only.
            is_plain: Whether "=" will do; see `_is`.
        """
        parts: list[str] = []
        if self.actor is NOBODY:
            parts.append("actor_id IS NULL")
        elif self.actor is not ANYBODY:
            parts.append(_is("actor_id", f"actor{number}", is_plain=is_plain))
            values[f"actor{number}"] = self.actor
        if self.kind:
            parts.append(_is("kind", f"kind{number}", is_plain=is_plain))
            values[f"kind{number}"] = self.kind
        if self.record_type:
            parts.append(f"record_type = :type{number} AND record_id = :record")
            values[f"type{number}"], values["record"] = self.record_type, record_id
        return " AND ".join(parts) or NOTHING

    def order(self, direction: str, *, is_plain: bool) -> str:
        """Give what to sort its entries by, as its index has them.

        Args:
            direction: "ASC" or "DESC".
            is_plain: As for `condition`.
        """
        columns = ["id"]
        if not is_plain:
            named = (("actor_id", self.actor is not ANYBODY), ("kind", self.kind))
            columns = [column for column, is_named in named if is_named] + columns
        return ", ".join(f"{column} {direction}" for column in columns)


def _is(column: str, value: str, *, is_plain: bool) -> str:
    """Say what a column is, so that the index which begins with it is the one that is walked.

    With "=", PostgreSQL may walk through everything by number instead, and guesses how far: to
    somebody who left long ago that is the whole trail. Two bounds and `order` leave it no choice.
    """
    return f"{column} = :{value}" if is_plain else f"{column} >= :{value} AND {column} <= :{value}"
