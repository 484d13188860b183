"""Where links lead that are shown to somebody who hands them over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from webapp.people.team import links

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

AT = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("env", "public_url", "site"),
    [
        ("development", "http://localhost", "http://localhost"),
        ("development", None, ""),
        ("demo", None, AT),
        ("demo", "http://localhost", "http://localhost"),
    ],
)
def test_links_lead_to_our_own_address_and_nowhere_else(
    make_app: Callable[..., Flask],
    env: Literal["development", "demo"],
    public_url: str | None,
    site: str,
) -> None:
    app = make_app(app_env=env, public_url=public_url)
    with app.test_request_context("/team", base_url=AT):
        assert links.invitation_link("abc") == f"{site}/invitations/abc"
        assert links.reset_link("abc") == f"{site}/reset/abc"
        assert bool(links.qr_code(links.invitation_link("abc"))) is bool(site)
