"""What follows a conflict: the choices that were made, the way back to the form, adding again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from webapp.customers import service, words
from webapp.customers.conflict_pages import unanswered_page
from webapp.customers.conflicts import Note, changes_of, unanswered
from webapp.customers.edit_views import bp, gone, save
from webapp.customers.form_pages import ADDING_AGAIN, create_page, edit_page
from webapp.customers.forms import CustomerForm
from webapp.people.service import Permission, requires
from webapp.writes.service import new_intent_id

if TYPE_CHECKING:
    from flask import Response

    from webapp.customers.models import CustomerRow

__all__ = ["bp"]


@bp.post("/<record_id:customer_id>/resolve")
@requires(Permission.CUSTOMERS_WRITE)
def resolve(customer_id: str) -> Response:
    """Save what was chosen, field by field, between one's own words and what NeroPay has."""
    form = CustomerForm(request.form, is_edit=True)
    row = service.get_customer(customer_id)
    if row is None:
        return gone(form)
    choices = {name: request.form.get(f"keep_{name}", "") for name in form.note().asked}
    if "to_form" in request.form:
        return _back_to_form(form.chosen(choices), row)
    if unanswered(form.note(), choices):
        return unanswered_page(form, row, choices)
    return save(form.chosen(choices), row)


@bp.post("/add-again")
@requires(Permission.CUSTOMERS_WRITE)
def add_again() -> Response:
    """Offer what was typed for a record that NeroPay has no more as a new customer."""
    return create_page(CustomerForm(request.form), refusal=ADDING_AGAIN)


def _back_to_form(form: CustomerForm, row: CustomerRow) -> Response:
    """Show the form again with everything that was typed and chosen, and with others' changes."""
    seen, note, here = form.seen_values(), form.note(), row.values()
    mine = changes_of(seen, form.values())
    form.show({**here, **mine})
    shown = {name: seen[name] if name in mine else here[name] for name in here if name in seen}
    form.remember(shown, Note(note.before, ()))
    form.intent.data = new_intent_id()
    notes = {name: words.theirs_now(seen.get(name)) for name in note.asked if name in mine}
    return edit_page(form, row, notes=notes)
