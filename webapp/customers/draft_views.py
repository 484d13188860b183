"""Keeping what is typed in a customer form, and throwing it away when it is not wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request, url_for

from webapp.customers import service
from webapp.customers.models import FIELDS
from webapp.customers.views import bp
from webapp.people.service import Permission, current_actor, requires
from webapp.ui.htmx import redirect_to

if TYPE_CHECKING:
    from webapp.customers.drafts import Draft
    from webapp.customers.forms import CustomerForm

_LONGEST = 2000  # characters of a field; more than any may have, so that what is wrong is kept too


def offer_draft(form: CustomerForm, customer_id: str) -> Draft | None:
    """Fill a form with what its person typed before, if that was asked for.

    Args:
        form: As the record is; what it was shown is compared when it is saved.
        customer_id: "" for a new customer.

    Returns:
        The draft, when there is one that was not asked for yet.
    """
    draft = service.find_draft(current_actor(), customer_id)
    if draft is None or "draft" not in request.args:
        return draft
    form.show(draft.values)
    form.seen.data = draft.seen
    return None


def spare_offered(customer_id: str) -> None:
    """Keep a draft that was offered and not taken up, while another text is saved.

    Args:
        customer_id: "" for a new customer.
    """
    if "offered" in request.form:
        service.spare_draft(current_actor(), customer_id)


@bp.post("/new/draft", defaults={"customer_id": ""})
@bp.post("/<record_id:customer_id>/draft")
@requires(Permission.CUSTOMERS_WRITE)
def keep_draft(customer_id: str) -> Response:
    """Keep what is being typed; the form asks this by itself. A form that was sent is no draft."""
    values = {name: request.form.get(name, "")[:_LONGEST] for name in FIELDS}
    intent_id, seen = request.form.get("intent", ""), request.form.get("seen", "")
    service.keep_draft(current_actor(), customer_id, intent_id, values, seen)
    return Response(status=204)


@bp.post("/new/draft/discard", defaults={"customer_id": ""})
@bp.post("/<record_id:customer_id>/draft/discard")
@requires(Permission.CUSTOMERS_WRITE)
def discard_draft(customer_id: str) -> Response:
    """Throw away what was typed and show the form as it is without."""
    service.discard_draft(current_actor(), customer_id)
    if customer_id:
        return redirect_to(url_for("customers.edit", customer_id=customer_id))
    return redirect_to(url_for("customers.new"))
