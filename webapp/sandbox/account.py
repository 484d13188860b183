"""/v2/account: the merchant whose key it is."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.sandbox.answers import render, respond
from webapp.sandbox.state import sandbox

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def show() -> Response:
    """The authenticated merchant (fields documented, values ours)."""
    account_id = sandbox().account_id
    merchant = {
        "account_id": account_id,
        "name": "The Corner Larder",
        "email": "hello@cornerlarder.example",
        "country": "GB",
        "status": "active",
        "neroconnect_enabled": account_id is not None,
    }
    return respond(200, render({"success": True, "data": merchant}))
