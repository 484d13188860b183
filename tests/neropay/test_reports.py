"""What the log and `health` say, and what they never say."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from contextlib import suppress
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from tests.neropay.conftest import KEY, SECRET
from tests.neropay.servers import JANE, answer, failure, success
from webapp.neropay import Misconfigured, NeroPayError, encode_body

if TYPE_CHECKING:
    from tests.neropay.conftest import Connect, Serve, Times

BODY = encode_body({"name": "Jane Customer", "email": "jane@example.com"})


def test_a_line_names_what_is_needed_and_no_more(
    serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    details = {"email": ["jane@example.com is taken."]}
    refusal = failure(422, "validation_failed", message="Jane Customer is there", details=details)
    client = connect(serve(answer(503, b""), refusal, success([JANE])))
    with pytest.raises(NeroPayError):
        client.customers.update("4711", BODY, key=KEY)
    list(client.customers.pages())
    first, second, third, *_rest = caplog.messages
    assert first.startswith(
        "neropay call failed method=PATCH path=/customers/{id} status=503 code=http_503 ms="
    )
    assert first.endswith("attempt=1")
    assert "status=422 code=validation_failed" in second
    assert second.endswith("attempt=2")
    assert third.startswith("neropay call method=GET path=/customers status=200 code=ok ms=")
    for secret in (SECRET, KEY, "4711", "jane", "Jane", "page="):
        assert secret not in caplog.text


def test_the_alarm_rings_once_in_five_minutes(
    serve: Serve, connect: Connect, times: Times, caplog: pytest.LogCaptureFixture
) -> None:
    client = connect(serve(failure(401, "authentication_failed")))

    def alarms() -> int:
        for _ in range(3):
            with pytest.raises(Misconfigured):
                client.account.get()
        return sum(record.levelno == logging.CRITICAL for record in caplog.records)

    assert alarms() == 1
    times.ahead += 299.0
    assert alarms() == 1
    times.ahead += 2.0
    assert alarms() == 2


@pytest.mark.parametrize(("ahead", "warnings"), [(-90, 1), (30, 0), (90, 1)])
def test_the_clock_is_measured(
    serve: Serve, connect: Connect, caplog: pytest.LogCaptureFixture, ahead: int, warnings: int
) -> None:
    date = formatdate(time.time() - ahead, usegmt=True)
    client = connect(serve(success(JANE, f"Date: {date}")))
    assert client.health.clock_offset is None
    for _ in range(2):
        client.customers.get("1001")
    assert client.health.clock_offset == pytest.approx(ahead, abs=10)
    assert sum("clock" in message for message in caplog.messages) == warnings


def test_health_names_the_last_trouble_until_it_is_over(serve: Serve, connect: Connect) -> None:
    trouble = [failure(401, "invalid_signature"), failure(429, "rate_limited")]
    client = connect(serve(*trouble, failure(404, "resource_not_found"), success(JANE)))
    codes = []
    for _ in range(4):
        with suppress(NeroPayError):
            client.customers.get("1001")
        codes.append(client.health.last_error_code)
    assert codes == ["invalid_signature", "rate_limited", None, None]


def test_background_calls_keep_to_the_budget(serve: Serve, connect: Connect, times: Times) -> None:
    client = connect(serve(success(JANE)), calls_per_minute=2)
    for _ in range(3):
        client.customers.get("1001")
    assert times.slept == []
    with client.background():
        client.customers.get("1001")
    assert times.slept == [pytest.approx(60, abs=5)]


def test_background_calls_wait_when_neropay_asks_for_it(
    serve: Serve, connect: Connect, times: Times
) -> None:
    client = connect(serve(failure(429, "rate_limited", "Retry-After: 40"), success(JANE)))
    for _ in range(2):
        with suppress(NeroPayError):
            client.customers.get("1001")
    assert times.slept == []
    with client.background():
        client.customers.get("1001")
    assert times.slept == [pytest.approx(40, abs=5)]


def test_listing_everything_is_background_work(
    serve: Serve, connect: Connect, times: Times
) -> None:
    client = connect(serve(success([JANE])), calls_per_minute=1)
    assert len(list(client.customers.pages())) == 2
    assert len(times.slept) == 1


def test_a_web_process_starts_without_requests() -> None:
    program = "import sys, webapp.neropay.client; sys.exit('requests' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
