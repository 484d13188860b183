"""The columns of the list, ready for its template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.ui.cells import Rows, show_rows
from webapp.ui.filters import days_of, phone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from webapp.customers.models import CustomerRow


def cells_of(customers: Sequence[CustomerRow], terms: tuple[str, ...] = ()) -> Rows:
    """Give each row's id, name, e-mail, phone, town, postcode, and the day it was added.

    Args:
        customers: Of one page.
        terms: Folded words to mark.
    """
    days = days_of([row.created_at for row in customers])
    rows = [
        (row.name, row.email or "", phone(row.phone), row.city or "", row.postcode or "", day)
        for row, day in zip(customers, days, strict=True)
    ]
    return show_rows([row.id for row in customers], rows, terms)
