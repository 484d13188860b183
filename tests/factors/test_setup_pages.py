"""Somebody who has to set up a second factor first: their pages lock themselves like all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSWORD
from tests.factors.conftest import FACTORS, Someone

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

PAGES = (FACTORS, f"{FACTORS}/app", f"{FACTORS}/passkeys/new", "/account/step-up")


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(idle_lock=5, require_second_factor=("owner",))


@pytest.mark.parametrize("path", PAGES)
def test_it_is_told_the_time_with_javascript_and_without(owner: Someone, path: str) -> None:
    answer = owner.page.get(path)
    assert answer.has("body", data_idle="300", data_person=str(owner.member.id))
    assert answer.has("dialog", id="over")
    assert '<meta http-equiv="refresh"\n' in answer.html
    assert 'content="305; url=/lock?unused=1' in answer.html


@pytest.mark.parametrize("path", PAGES)
def test_it_can_be_locked_and_left(owner: Someone, path: str) -> None:
    page = owner.page.get(path)
    assert page.form("/logout")
    owner.page.post("/lock", page.form("/lock"))
    assert owner.page.get(path).location == f"/lock?next={path}"
    fields = {**owner.page.get("/lock").form("/unlock"), "password": PASSWORD}
    assert owner.page.post(f"/unlock?next={path}", fields).location == path


def test_pages_of_nobody_in_particular_are_not_kept(owner: Someone) -> None:
    owner.page.post("/lock", {})
    locked = owner.page.get("/lock")
    assert not locked.has("form", action="/lock")
    assert "data-session" not in locked.html
