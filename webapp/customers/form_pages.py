"""The customer's form as an answer: empty, refused, or holding what was typed since it was sent.

Not here: routes (`edit_views`), and forms that wait for NeroPay (`hold_views`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask import abort, request, url_for

from webapp.customers import service, words
from webapp.customers.conflict_pages import conflict_page
from webapp.customers.conflicts import changes_of
from webapp.customers.views import is_row_swap, list_place
from webapp.people.service import current_actor
from webapp.ui.htmx import redirect_to, render_page, return_place
from webapp.ui.refusals import explain_in
from webapp.ui.unseen import has_unseen
from webapp.writes.service import (
    NOT_CONFIRMED,
    Outcome,
    Refusal,
    State,
    author_of,
    find,
    is_intent_id,
    new_intent_id,
    sent_fields,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Response

    from webapp.customers.drafts import Draft
    from webapp.customers.forms import CustomerForm
    from webapp.customers.models import CustomerRow
    from webapp.ui.outcomes import Message

# It was saved before: what was changed since is offered, and is not saved yet.
_SAVED_BEFORE: Final = Refusal("saved_before", "saved_before")
# NeroPay has it no more: what was typed is offered as a new customer.
ADDING_AGAIN: Final = Refusal("adding_again", "adding_again")
# It was sent under the form's id and is not confirmed: that is found out before anything is sent.
CORRECTING: Final = Refusal("correcting", "correcting")
_UNDER_ITS_ID: Final = (*NOT_CONFIRMED, CORRECTING)
# What two people seldom share; of many names there are several.
_TELLING: Final = frozenset({"same_email", "same_mobile", "same_phone"})


def not_added(form: CustomerForm, outcome: Outcome) -> Response:
    """Answer a form that did not add a customer just now."""
    if outcome.state is State.REFUSED and outcome.record_id is not None:
        return _refused_correction(form, outcome.record_id, outcome)
    if outcome.state is State.REFUSED:
        return create_page(form, outcome)
    if outcome.state is State.APPLIED:  # Back, changed, sent again: an edit of what was added
        sent = sent_fields(outcome.intent_id)
        return offer_as_edit(form, str(outcome.record_id), _SAVED_BEFORE, sent)
    if outcome.is_changed_body:
        return create_page(form, refusal=outcome.why_not_again)
    return redirect_to(url_for("writes.show", intent_id=outcome.intent_id))


def not_saved(form: CustomerForm, row: CustomerRow, outcome: Outcome) -> Response:
    """Answer a form that did not change the customer just now."""
    if outcome.theirs:
        return conflict_page(form, row, outcome)
    if outcome.state is State.REFUSED:
        return edit_page(form, row, outcome)
    if outcome.state is State.APPLIED:  # Back, changed, sent again: an edit of what was saved
        return open_edit(form, row, _typed_since(form, outcome), _SAVED_BEFORE)
    if outcome.is_changed_body:
        return edit_page(form, row, refusal=outcome.why_not_again)
    service.leave_form(current_actor(), row.id)
    return redirect_to(url_for("writes.show", intent_id=outcome.intent_id))


def find_or_404(customer_id: str) -> CustomerRow:
    """Give the record, or answer that there is none."""
    row = service.get_customer(customer_id)
    if row is None:
        abort(404)
    return row


def _typed_since(form: CustomerForm, outcome: Outcome) -> dict[str, str | None]:
    """Give what a form changes of a record, and what it holds now of the fields that it sent."""
    values, sent = form.values(), sent_fields(outcome.intent_id)
    again = {name: value for name, value in values.items() if name in sent}
    return changes_of(form.seen_values(), values) | again


def _show_refusal(form: CustomerForm, refusal: Refusal | None, status: int) -> int:
    """Put a refusal into the form, which then is a new attempt; give the page's status."""
    if refusal is None:
        form.intent.data = form.intent.data or new_intent_id()
        return status
    if refusal not in _UNDER_ITS_ID:  # that one is settled when the same form comes again
        form.intent.data = new_intent_id()
    return explain_in(form, refusal.kind, refusal.fields)


def create_page(
    form: CustomerForm,
    outcome: Outcome | None = None,
    *,
    refusal: Refusal | None = None,
    draft: Draft | None = None,
    asked: Message | None = None,
    status: int = 200,
) -> Response:
    """Show the form of a new customer, with why it was not saved; a draft may be offered in it."""
    refusal = outcome.refusal if outcome else refusal
    status = _show_refusal(form, refusal, status)
    return render_page(
        "customers/new.html",
        "customers/_form.html",
        status=status,
        form=form,
        customer=None,
        refusal=refusal,
        open_write=None,
        draft=draft,
        is_offered=draft is not None or "offered" in request.form,
        back="",
        asked=asked,
        **likenesses(form),
    )


def ask_once(form: CustomerForm) -> Response | None:
    """Show who a new customer may already be before it is sent, to whom no script has shown it.

    Returns:
        The form with the question; None when there is none, or it was sent before.
    """
    if not has_unseen(_most_like(form)):
        return None
    intent_id = form.intent.data
    is_new = is_intent_id(intent_id) and find(intent_id) is None
    return create_page(form, asked=words.ASKED_ONCE, status=422) if is_new else None


def _most_like(form: CustomerForm) -> Iterator[str]:
    """Give the ids of records and writes with the same e-mail or phone."""
    found = likenesses(form)
    for twin in found["twins"]:
        if _TELLING.intersection(twin.reasons):
            yield twin.row.id
    for one in found["under_way"]:
        if _TELLING.intersection(one.reasons):
            yield one.line.intent_id


def likenesses(form: CustomerForm) -> dict[str, Any]:
    """Give who a new customer may already be: in our copy, or under way to NeroPay."""
    values = form.values()
    under_way = service.find_under_way(values, but=form.intent.data)
    return {"twins": service.find_twins(values), "under_way": under_way}


def is_correction(form: CustomerForm, intent_id: str) -> bool:
    """Tell whether a form corrects a new customer of this person's that is not confirmed.

    It keeps the id of what was sent then: so that one is settled first, and there is one record.
    """
    write = find(intent_id) if is_intent_id(intent_id) else None
    if write is None or not write.is_open or write.kind != "customer.create":
        return False
    if author_of(intent_id) != current_actor().person_id:
        return False
    form.intent.data = intent_id
    return True


def edit_page(
    form: CustomerForm,
    row: CustomerRow,
    outcome: Outcome | None = None,
    *,
    refusal: Refusal | None = None,
    notes: Mapping[str, str] = MappingProxyType({}),
    draft: Draft | None = None,
    status: int = 200,
) -> Response:
    """Show a record's form, with why it was not saved; `notes` stand under their fields."""
    refusal = outcome.refusal if outcome else refusal
    status = _show_refusal(form, refusal, status)
    return render_page(
        "customers/edit.html",
        "customers/_edit_row.html" if is_row_swap() else "customers/_form.html",
        status=status,
        form=form,
        customer=row,
        refusal=refusal,
        open_write=service.open_write_on(row.id),
        others=service.note_open(current_actor(), row.id),
        draft=draft,
        is_offered=draft is not None or "offered" in request.form,
        notes=notes,
        twins=(),
        back=return_place(request.form.get("back"), "") or list_place(),
    )


def _refused_correction(form: CustomerForm, customer_id: str, outcome: Outcome) -> Response:
    """Show the record that the form made already, with the refusal of what it sent since."""
    row = find_or_404(customer_id)
    if outcome.theirs:
        return conflict_page(form, row, outcome)
    form.remember(row.values())
    return edit_page(form, row, outcome)


def offer_as_edit(
    form: CustomerForm,
    customer_id: str,
    refusal: Refusal | None = None,
    sent: Mapping[str, object] = MappingProxyType({}),
) -> Response:
    """Show the record's form holding what was typed for a new one.

    Empty fields keep the record's value, but for those that were emptied since they were `sent`.
    """
    typed = {name: value for name, value in form.values().items() if value or sent.get(name)}
    return open_edit(form, find_or_404(customer_id), typed, refusal)


def open_edit(
    form: CustomerForm,
    row: CustomerRow,
    mine: Mapping[str, str | None],
    refusal: Refusal | None,
) -> Response:
    """Show a record's form anew, with some fields changed already."""
    form.show({**row.values(), **mine})
    form.remember(row.values())
    form.intent.data = new_intent_id()
    return edit_page(form, row, refusal=refusal)
