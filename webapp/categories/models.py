"""What the category pages are given: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

FIELDS: Final = ("name", "sort_order", "is_active")  # all that NeroPay takes (documented)


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category, as NeroPay last told us."""

    id: str
    name: str
    sort_order: int
    is_active: bool
    confirmed_at: datetime  # when NeroPay last told us
    open_state: str | None  # "pending" or "unknown" while a write on it is not settled


@dataclass(frozen=True, slots=True)
class CategoryFreshness:
    """How fresh the copy of the categories is."""

    state: str  # unknown (never fetched), ok or failed
    finished_at: datetime | None  # when the list was last fetched whole
    failed_at: datetime | None  # when it last could not be; None after one that worked
    error_code: str | None


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What came of fetching the list."""

    is_complete: bool
    count: int  # categories in the list
    set_aside: int  # unreadable ones
    error_code: str | None = None
