"""What stays under way: a change that NeroPay does not answer, and one that waits for it."""

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


def send_unclear(
    page: Page, copied: Sandbox, url: str, *, when: str = "before", **typed: str
) -> str:
    """Send a form without an answer; give the write's page.

    Args:
        when: "before" or "after" NeroPay has carried it out.
    """
    form = page.get(url).form(url)
    for method in ("PATCH", "POST", "DELETE"):
        copied.fault(action="reset", when=when, times=0, match={"method": method})
    place = page.post(url, {**form, **typed}).location
    assert place.startswith("/writes/")
    copied.clear_faults()
    return place


def give_up(page: Page, place: str) -> None:
    """Stop looking for what became of a write."""
    url = f"{place}/give-up"
    assert page.post(url, {**page.get(url).form(url), "reason": "too long"}).location == place


def drain(app: Flask) -> int:
    """Send what can go; give how many have left."""
    with app.app_context():
        return send_held(lambda _: None)
