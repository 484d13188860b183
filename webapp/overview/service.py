"""Gathers the overview's numbers from the other features' services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from webapp.categories import service as categories
from webapp.customers import service as customers
from webapp.writes import service as writes

if TYPE_CHECKING:
    from datetime import date

    from webapp.customers.models import Overview, SyncStatus
    from webapp.writes.service import Outcome

_CHART_HEIGHT = 64  # pixels of the tallest bar


@dataclass(frozen=True, slots=True)
class Month:
    """One bar of the chart."""

    first_day: date
    added: int
    height: int  # pixels


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything that the overview shows."""

    customers: Overview
    months: tuple[Month, ...]
    categories: int
    active_categories: int
    status: SyncStatus
    open_writes: tuple[Outcome, ...]  # the oldest of them
    open_count: int
    not_known: tuple[Outcome, ...]


def numbers() -> Numbers:
    """Give the shop's numbers, from our copy."""
    overview = customers.overview()
    rows = categories.list_categories()
    most = max((added for _, added in overview.new_per_month), default=0)
    return Numbers(
        customers=overview,
        months=tuple(
            Month(day, added, round(_CHART_HEIGHT * added / most) if most else 0)
            for day, added in overview.new_per_month
        ),
        categories=len(rows),
        active_categories=sum(row.is_active for row in rows),
        status=customers.sync_status(),
        open_writes=writes.open_writes(),
        open_count=writes.count_open(),
        not_known=writes.list_not_known(),
    )
