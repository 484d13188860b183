"""/_sandbox: what tests and the demo do to the sandbox behind the API's back.

No key, no signature: whoever reaches the port may use it, one more reason why the sandbox
never runs in production.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from webapp.sandbox import operations
from webapp.sandbox.answers import failure, render, respond
from webapp.sandbox.faults import BadControl
from webapp.sandbox.state import sandbox

blueprint = Blueprint("controls", __name__)

MOST_SEEDED = 2_000_000


@blueprint.get("/faults")
def list_faults() -> Response:
    """The faults still to come."""
    return _data(sandbox().faults.as_list())


@blueprint.post("/faults")
def add_faults() -> Response:
    """Add a JSON list of faults (or one) to the script."""
    specs = request.get_json()
    sandbox().faults.add(specs if isinstance(specs, list) else [specs])
    return list_faults()


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Forget the script; waits in progress go on."""
    sandbox().faults.clear()
    return list_faults()


@blueprint.post("/release")
def release() -> Response:
    """Let every waiting call go on now."""
    sandbox().faults.release()
    return _data(None)


@blueprint.post("/reset")
def reset() -> Response:
    """Empty everything; switches go back to their defaults."""
    operations.reset(sandbox())
    return _data(None)


@blueprint.post("/seed")
def seed() -> Response:
    """Replace every record by made-up ones: ?customers=2000&categories=12."""
    customers = int(request.args.get("customers", "2000"))
    categories = int(request.args.get("categories", "12"))
    if not (0 <= customers <= MOST_SEEDED and 0 <= categories <= MOST_SEEDED):
        raise ValueError(f"from 0 to {MOST_SEEDED}")
    operations.seed(sandbox(), customers=customers, categories=categories)
    return _data({"customers": customers, "categories": categories})


@blueprint.get("/ledger")
def ledger() -> Response:
    """Every effect, in order."""
    return _data(operations.read_ledger(sandbox()))


@blueprint.get("/requests")
def requests() -> Response:
    """Every request that reached the API, in order, the latest 20,000."""
    return _data(sandbox().requests.as_list())


@blueprint.get("/switches")
def list_switches() -> Response:
    """The switches in force."""
    return _data(sandbox().switches.as_dict())


@blueprint.post("/switches")
def set_switches() -> Response:
    """Change some switches: a JSON object of name and value."""
    sandbox().switches.set(_object())
    return list_switches()


@blueprint.post("/customers/<int:customer_id>")
def set_customer(customer_id: int) -> Response:
    """Change a record as somebody else would, without a ledger row."""
    return _data(operations.set_customer(sandbox(), customer_id, _object()))


@blueprint.delete("/customers/<int:customer_id>")
def delete_customer(customer_id: int) -> Response:
    """Make a record vanish, as only NeroPay itself could."""
    operations.delete_customer(sandbox(), customer_id)
    return _data(None)


@blueprint.post("/categories/<int:category_id>")
def set_category(category_id: int) -> Response:
    """Change a category as somebody else would; `in_use` too."""
    return _data(operations.set_category(sandbox(), category_id, _object()))


@blueprint.errorhandler(ValueError)
def explain(problem: ValueError) -> Response:
    """Answer a control that could not be understood."""
    return respond(400, render(failure("bad_control", str(problem))))


def _object() -> dict[str, Any]:
    content = request.get_json()
    if not isinstance(content, dict):
        raise BadControl("a JSON object, please")
    return content


def _data(data: object) -> Response:
    return respond(200, render({"success": True, "data": data}))
