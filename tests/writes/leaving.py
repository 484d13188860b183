"""Leaving a change here while NeroPay does not answer, and sending what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.writes.waiting import list_held, send_held

if TYPE_CHECKING:
    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox


def leave(page: Page, copied: Sandbox, app: Flask, url: str, **typed: str) -> str:
    """Keep a form's contents for later; give the id of what waits now."""
    fields = {**page.get(url).form(url), **typed}
    copied.fault(action="status", status=503, times=0)
    assert page.post(url, {**fields, "hold": "1"}).status == 303
    copied.clear_faults()
    with app.app_context():
        return list_held()[-1].id


def drain(app: Flask) -> int:
    """Send what can go; give how many have left."""
    with app.app_context():
        return send_held(lambda _: None)
