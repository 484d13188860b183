"""What `flask check --deploy` says about NeroPay, the clock, mail and queue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from webapp.ops.checks import of_services
from webapp.people import mail

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from webapp.ops.checks import Finding
    from webapp.sandbox.testing import Sandbox
    from webapp.settings import Settings

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def ask(settings: Settings) -> tuple[Finding, Finding]:
    neropay, clock = of_services.check_neropay(settings)
    return neropay, clock


def test_neropay_and_the_clock_are_right(settings: Settings, sandbox: Sandbox) -> None:
    sandbox.forget_requests()
    neropay, clock = ask(settings)
    assert (neropay.state, clock.state) == ("ok", "ok")
    assert [call["method"] for call in sandbox.requests()] == ["GET"]


def test_a_key_that_neropay_refuses_is_wrong(settings: Settings) -> None:
    neropay, _ = ask(replace(settings, neropay_secret_key="sk_another_key"))
    assert neropay.state == "wrong"
    assert "sk_another_key" not in neropay.text


def test_neropay_away_is_a_warning_and_nothing_is_claimed(
    settings: Settings, no_neropay: None
) -> None:
    neropay, clock = ask(settings)
    assert (neropay.state, clock.state) == ("warning", "warning")
    assert "not tried" in neropay.text


@pytest.mark.parametrize(("offset", "state"), [(0, "ok"), (-600, "wrong"), (600, "wrong")])
def test_a_clock_that_is_off_is_wrong(
    settings: Settings, sandbox: Sandbox, offset: int, state: str
) -> None:
    sandbox.fault(action="date", offset=offset, times=0)
    _, clock = ask(settings)
    assert clock.state == state


def test_mail_and_queue_that_nobody_answers_are_wrong(make_app: Callable[..., Flask]) -> None:
    app = make_app(smtp_url="smtp://127.0.0.1:1", redis_url="redis://127.0.0.1:1/0")
    settings = app.extensions["tillside.settings"]
    with app.app_context():
        assert of_services.check_mail(settings, mail.problem).state == "wrong"
        assert of_services.check_queue(settings).state == "wrong"
        assert of_services.check_mail(replace(settings, smtp_url=None), mail.problem).state == "ok"
