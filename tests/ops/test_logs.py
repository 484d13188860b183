"""What is logged, by whatever library, is one line of JSON each."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from flask import Flask
from werkzeug.test import Client

from webapp.ops import logs
from webapp.ops.requests import RequestLayer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _configured() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    logs.configure("INFO")
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_both_kinds_of_logger_write_the_same_shape(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().warning("one", count=3)
    logging.getLogger("some.library").warning("two %s", "and", extra={"count": 3})
    first, second = written(capsys)
    assert first["event"] == "one"
    assert second["event"] == "two and"
    for line in (first, second):
        assert line["level"] == "warning"
        assert line["count"] == 3
        assert line["at"].endswith("+00:00")


def test_configuring_twice_does_not_write_twice(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    logging.getLogger("some.library").warning("once")
    assert len(written(capsys)) == 1


def test_the_level_holds_for_both(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("ERROR")
    structlog.get_logger().warning("quiet")
    logging.getLogger("some.library").warning("quiet")
    assert written(capsys) == []


@pytest.mark.parametrize("name", ["urllib3", "alembic", "werkzeug"])
def test_libraries_that_name_paths_are_quiet(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("DEBUG")
    logging.getLogger(name).info("GET /v2/customers/1001?secret")
    assert written(capsys) == []


@pytest.mark.parametrize("text", ['a\nb {"event": "forged"}', "a\r\nb", "a\u2028b", "a\x1b[31mb"])
def test_no_value_breaks_its_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info(text, value=text)
    logging.getLogger("some.library").info(text)
    output = capsys.readouterr().err
    assert len(output.splitlines()) == 2
    assert output.isascii()
    assert "\x1b" not in output


def test_a_long_value_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("x" * 100_000)
    assert len(capsys.readouterr().err) < 3_000


def test_exceptions_are_told_without_their_words(capsys: pytest.CaptureFixture[str]) -> None:
    for log in (structlog.get_logger(), logging.getLogger("some.library")):
        try:
            int("Ada Lovelace")
        except ValueError:
            log.exception("failed")
    told = written(capsys)
    assert [line["level"] for line in told] == ["error", "error"]
    for line in told:
        assert line["exception"][0] == "ValueError"
        assert any("test_logs.py:" in place for place in line["exception"])
        assert "Lovelace" not in json.dumps(line)


def test_what_is_logged_while_a_request_is_answered_carries_its_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = Flask("small")
    layer = RequestLayer(
        app.wsgi_app,
        takes_ids=False,
        has_hsts=True,
        reraises=lambda: True,
        count_calls=lambda: 0,
        count_request=lambda *_: None,
    )

    @app.get("/")
    def index() -> str:
        logging.getLogger("tillside.neropay").warning("call failed")
        structlog.get_logger().warning("another", request_id="given")
        return ""

    answered = Client(layer).get("/").headers["X-Request-ID"]
    logging.getLogger("tillside.neropay").warning("by itself")
    told = {line["event"]: line.get("request_id") for line in written(capsys)}
    assert told == {
        "call failed": answered,
        "another": "given",
        "request": answered,
        "by itself": None,
    }
