"""What the customer pages are given: plain frozen values, no database rows and no queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from webapp.writes.waiting import Line

FIELDS = ("name", "email", "phone", "address1", "city", "postcode")

Sort = Literal["best", "name", "newest", "town"]
SyncStateName = Literal["never", "running", "ok", "stale", "failed"]


class CustomerRow(NamedTuple):
    """One customer, as NeroPay last told us.

    A named tuple: a list has fifty, which are made in a fifth of a frozen dataclass's time.
    """

    id: str
    name: str
    email: str | None
    phone: str | None
    address1: str | None
    city: str | None
    postcode: str | None
    created_at: datetime | None
    is_full: bool  # every field was told to us, not only those of a brief list row
    confirmed_at: datetime  # when NeroPay last told us

    def values(self) -> dict[str, str | None]:
        """Give the fields that staff can edit, by their name in NeroPay."""
        return {
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "address1": self.address1,
            "city": self.city,
            "postcode": self.postcode,
        }


@dataclass(frozen=True, slots=True)
class Query:
    """What a person looks for; every part may come from a URL as it is."""

    q: str = ""
    sort: str = "best"  # best, name, newest or town; best without words, or another, means name
    no_email: bool = False
    no_phone: bool = False
    added_since: date | None = None
    cursor: str | None = None  # from a Listing; one that was tampered with means the first page

    @property
    def is_filtered(self) -> bool:
        """Whether more than the words decides what is found."""
        return self.no_email or self.no_phone or self.added_since is not None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of customers."""

    rows: tuple[CustomerRow, ...]
    total: int  # of all pages
    total_is_capped: bool  # there are more than `total`
    customers_in_all: int  # in the copy, whatever was asked for
    next_cursor: str | None
    previous_cursor: str | None
    first_index: int | None  # 1-based position of the first row, when known
    terms: tuple[str, ...]  # folded words to mark in the rows

    @property
    def is_of_beginnings(self) -> bool:
        """Whether only beginnings of names were looked at: all that single characters find."""
        return bool(self.terms) and max(map(len, self.terms)) == 1


@dataclass(frozen=True, slots=True)
class Twin:
    """A customer that may be the same person as one being typed."""

    row: CustomerRow
    # same_email, same_mobile, same_phone, same_name_postcode, same_name: strongest first
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A new customer that NeroPay has not confirmed, and that may be the one being typed."""

    line: Line  # of the page of open writes
    reasons: tuple[str, ...]  # as those of a twin


@dataclass(frozen=True, slots=True)
class Overview:
    """Numbers about all customers."""

    total: int
    without_email: int
    without_phone: int
    new_per_month: tuple[tuple[date, int], ...]  # first day of each of the last 12 months


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """How fresh the copy is."""

    state: SyncStateName
    finished_at: datetime | None  # end of the last complete run
    started_at: datetime | None
    failed_at: datetime | None
    error_code: str | None
    pages: int  # read by the run that is going on, or by the last
    rows_seen: int
    rows_expected: int | None  # when NeroPay says a total
    row_count: int  # customers in the copy
    interval: int  # seconds between runs
    is_stretched: bool  # longer than the setting, so that syncing stays a small share
    held_back: int  # rows that were missing but too many to believe; kept
    set_aside: int  # unreadable records in the last run
