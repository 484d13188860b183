"""A role that comes to need a second factor while its people are signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factors.conftest import FACTORS, Someone
from tests.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


@pytest.fixture
def restart(make_app: Callable[..., Flask]) -> Callable[[Someone], Page]:
    """Starts the server anew with the setting; gives somebody's browser, signed in as before."""
    strict = make_app(require_second_factor=("owner", "staff"))

    def go_on(who: Someone) -> Page:
        page = Page(strict.test_client())
        cookie = who.page.client.get_cookie("session")
        assert cookie
        page.client.set_cookie("session", cookie.value)
        return page

    return go_on


def test_whoever_is_in_without_one_has_to_set_one_up(
    owner: Someone, restart: Callable[[Someone], Page]
) -> None:
    owner.page = restart(owner)
    assert owner.page.get("/customers").location == f"{FACTORS}?next=/customers"
    assert "Your role here needs a second factor" in owner.page.get(FACTORS).text
    assert owner.set_up_app().location == f"{FACTORS}/codes"
    assert len(owner.codes) == 10
    assert owner.is_in()


@pytest.mark.parametrize("kind", ["app", "passkey"])
def test_whoever_has_one_goes_on(
    owner: Someone, restart: Callable[[Someone], Page], kind: str
) -> None:
    assert {"app": owner.set_up_app, "passkey": owner.add_passkey}[kind]().status == 303
    assert restart(owner).get("/customers").status == 200


def test_other_roles_go_on(
    someone: Callable[[str], Someone], restart: Callable[[Someone], Page]
) -> None:
    assert restart(someone("viewer").sign_in()).get("/customers").status == 200


def test_a_colleagues_factor_is_not_theirs(
    owner: Someone, someone: Callable[[str], Someone], restart: Callable[[Someone], Page]
) -> None:
    staff = someone("staff").sign_in()
    assert owner.add_passkey().status == 303
    assert restart(staff).get("/customers").location == f"{FACTORS}?next=/customers"
    assert restart(owner).get("/customers").status == 200
