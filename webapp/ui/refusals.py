"""A write that NeroPay, or our own check, did not carry out, shown in the form that asked for it.

Not here: the words (`messages`), and what counts as refused (the journal of writes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from webapp.ui.forms import Form

_STATUS = {
    "saved_before": 200,
    "adding_again": 200,
    "correcting": 200,
    "invalid": 422,
    "rate_limited": 429,
    "misconfigured": 502,
    "bad_response": 502,
    "unavailable": 503,
}
_CONFLICT = 409  # everything else: the record, or its state, does not allow it


def status_of(kind: str) -> int:
    """Give the HTTP status of a page that explains a refusal.

    Args:
        kind: The refusal's kind, like `invalid` or `changed_meanwhile`.
    """
    return _STATUS.get(kind, _CONFLICT)


def explain_in(form: Form, kind: str, fields: Mapping[str, Iterable[str]]) -> int:
    """Put the reasons at their fields, or above the form.

    Args:
        form: The form that was sent.
        kind: The refusal's kind.
        fields: Reasons by field name.

    Returns:
        The page's HTTP status.
    """
    form.add_errors(fields)
    return status_of(kind)
