"""What ends a session ends it on the very next request of each of four workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSWORD
from tests.team.conftest import NEW_PASSWORD
from tests.workers.conftest import WORKERS, Shop, email_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workers.browser import Browser

pytestmark = pytest.mark.server

ACCOUNT = "/account"


@pytest.fixture
def windows(shop: Shop) -> list[Browser]:
    """Windows of one browser, in which the manager is signed in, one at each worker."""
    first = shop.browser("198.51.100.7").sign_in(email_of("manager"))
    found = shop.at_every_worker(first)
    assert len(found) == WORKERS
    assert all(window.is_in() for window in found)
    return found


def by_the_owner(path: str, **fields: str) -> Callable[[Shop, Browser], None]:
    def act(shop: Shop, _window: Browser) -> None:
        owner = shop.browser().sign_in(email_of("owner"))
        answer = owner.post(f"/team/{shop.ids['manager']}{path}", fields)
        assert answer.status == 303, answer.html

    return act


def sign_out(_shop: Shop, window: Browser) -> None:
    window.get(ACCOUNT)
    cookies = window.cookies.copy()
    assert window.post("/logout").status == 303
    window.cookies.update(cookies)  # somebody has copied it


def end_all_others(shop: Shop, _window: Browser) -> None:
    other = shop.browser("198.51.100.8").sign_in(email_of("manager"))
    assert other.post("/account/sessions/end-others").status == 303


def change_password(shop: Shop, _window: Browser) -> None:
    other = shop.browser("198.51.100.8").sign_in(email_of("manager"))
    fields = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert other.post("/account/password", fields).status == 303
    assert other.is_in()


ENDINGS = {
    "another role": by_the_owner("/role", role="viewer"),
    "suspended": by_the_owner("/suspend"),
    "signed out everywhere": by_the_owner("/sign-out"),
    "factor taken away": by_the_owner("/second-factor"),
    "signed out": sign_out,
    "all others ended": end_all_others,
    "another password": change_password,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_over_at_every_worker(shop: Shop, windows: list[Browser], ending: str) -> None:
    ENDINGS[ending](shop, windows[0])
    for window in windows:
        answer = window.get(ACCOUNT)
        assert (answer.status, answer.location.partition("?")[0]) == (303, "/login")
        assert window.get("/customers", HX_Request="true").status == 401


def test_a_lock_holds_at_every_worker(shop: Shop, windows: list[Browser]) -> None:
    windows[0].get(ACCOUNT)
    assert windows[0].post("/lock").status == 303
    for window in windows:
        assert window.get(ACCOUNT).location.startswith("/lock")


def test_a_new_role_is_there_at_every_worker(shop: Shop, windows: list[Browser]) -> None:
    by_the_owner("/role", role="viewer")(shop, windows[0])
    viewer = shop.browser().sign_in(email_of("manager"))
    for window in shop.at_every_worker(viewer):
        assert window.get("/customers").status == 200
        assert window.get("/team").status == 403
