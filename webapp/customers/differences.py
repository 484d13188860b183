"""What NeroPay keeps otherwise than it was sent, as long as it does.

Not here: how the answer is compared with what was sent (settled.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from webapp.writes import service as writes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from webapp.activity.models import Entry
    from webapp.customers.models import CustomerRow

_OWN: Final = frozenset({"customer.create", "customer.update", "customer.undo"})
_MOST = 5  # writes that are looked at: each is a row of the journal


def differences_in(
    history: Iterable[Entry], row: CustomerRow
) -> Mapping[str, tuple[object, object]]:
    """Find the fields that stand as NeroPay answered, and not as they were sent.

    Args:
        history: Entries about one record, newest first.
        row: The record as it is now.

    Returns:
        Field to (sent, stored). A field that was sent again since counts as that left it.
    """
    here = row.values()
    told: dict[str, tuple[object, object] | None] = {}
    own = (e for e in history if e.kind in _OWN and e.outcome == "applied")
    ids = [entry.intent_id for entry in own]
    for intent_id in [one for one in ids if one][:_MOST]:
        outcome = writes.find(intent_id)
        for name in writes.sent_fields(intent_id) if outcome else ():
            told.setdefault(name, outcome.fields_differing.get(name) if outcome else None)
    return {
        name: (sent, stored)
        for name, (sent, stored) in ((n, pair) for n, pair in told.items() if pair)
        if name in here and (here[name] or None) == (stored or None)
    }
