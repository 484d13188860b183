"""Whoever changes people has given the password or second factor in the last 15 minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Clock, Member
    from tests.page import Page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_change_asks_again_after_a_while(
    page_as: Callable[[str], Page], cast: dict[str, Member], clock: Clock
) -> None:
    page, staff = page_as("owner"), cast["staff"].id
    clock.advance(minutes=16)
    assert page.get("/team").status == 200  # looking is free
    for path in (f"/team/{staff}", "/team/invitations/new"):
        assert page.get(path).location.startswith("/account/step-up")
    deeds = ("role", "suspend", "reactivate", "sign-out", "second-factor", "password-link")
    invitations = ("new", "1/renew", "1/cancel")
    paths = [f"/team/{staff}/{deed}" for deed in deeds]
    for path in [*paths, *(f"/team/invitations/{one}" for one in invitations)]:
        answer = page.client.post(path, data={"csrf_token": page.csrf_token(), "role": "viewer"})
        assert answer.status_code == 401, path
    assert "staff@shop.example Staff Active" in page.get("/team").text
