"""Logs: one JSON object a line on standard error, from structlog and from `logging` alike.

Nothing of customers and no secret may get in: a traceback is written as the exception's type and
the places in the code, never with its message, since messages quote what was being worked on. JSON
escapes every control character and everything beyond ASCII, so no value can forge a line. What is
logged while a request is answered carries its id.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import structlog

from webapp.ops.requests import request_id

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from types import TracebackType

_ROOT = Path(__file__).parents[2]
_MAX_TEXT = 2_000  # characters of one value; a log is not a store
_MAX_FRAMES = 30
_MAX_CAUSES = 3
# They name paths, or say little; urllib3 quotes what it could not read in its warnings.
_QUIET = dict.fromkeys(("alembic", "asyncio", "werkzeug"), logging.WARNING)
_QUIET["urllib3"] = logging.ERROR
_HANDLER = "tillside"
_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def configure(level: str) -> None:
    """Send everything that is logged to standard error as JSON; may be called again.

    Args:
        level: `DEBUG`, `INFO`, `WARNING` or `ERROR`.
    """
    number = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[_stamp, _tell_exception, _bound, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Stderr(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if handler.name == _HANDLER]:
        root.removeHandler(handler)
    root.addHandler(json_handler())
    root.setLevel(number)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(number, least))


def json_handler() -> logging.Handler:
    """Make a handler for `logging` that writes the same lines as structlog here."""
    handler = _StderrHandler()
    handler.name = _HANDLER
    handler.setFormatter(JsonFormatter())
    return handler


def places(error: BaseException) -> list[str]:
    """Tell what was raised and where, without what it says.

    Args:
        error: The exception; its causes follow, three at most.

    Returns:
        Types and places, innermost last: `ValueError`, `webapp/customers/views.py:12 index`.
        The message is there only for failures of the system (files, network, database), whose
        words name no record.
    """
    lines: list[str] = []
    current: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if current is None:
            break
        lines.append(type(current).__name__ + _system_message(current))
        lines.extend(_frames(current.__traceback__))
        current = current.__cause__ or current.__context__
    return lines


class JsonFormatter(logging.Formatter):
    """Writes a record of `logging` as one JSON line."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, without its end."""
        event: dict[str, Any] = {"event": record.getMessage(), "logger": record.name}
        event |= {  # what `extra` gave
            name: value
            for name, value in record.__dict__.items()
            if name not in _PLAIN and isinstance(value, str | int | float | None)
        }
        if record.exc_info and record.exc_info[1]:
            event["exception"] = places(record.exc_info[1])
        level = record.levelname.lower()
        line = _RENDER(None, level, _bound(None, level, _stamp(None, level, event)))
        return line if isinstance(line, str) else line.decode()


_RENDER = structlog.processors.JSONRenderer()


def _stamp(_logger: object, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    stamped = {"at": at, "level": "error" if method == "exception" else method, **event}
    if answered := request_id():  # what support is told leads to every line of that request
        stamped.setdefault("request_id", answered)
    return stamped


def _tell_exception(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()[1]
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        event["exception"] = places(raised)
    return event


def _bound(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and len(value) > _MAX_TEXT:
            event[key] = value[:_MAX_TEXT] + "…"
    return event


def _system_message(error: BaseException) -> str:
    is_database = type(error).__name__ == "OperationalError"
    words = getattr(error, "orig", None) if is_database else None
    if isinstance(error, OSError):
        return f": {error.strerror or ''}"
    if is_database:
        return f": {words or error}"
    return ""


def _frames(traceback: TracebackType | None) -> list[str]:
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        path = Path(code.co_filename)
        name = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else Path(*path.parts[-2:])
        frames.append(f"{name}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return list(islice(frames, max(0, len(frames) - _MAX_FRAMES), None))


class _Stderr:
    """Writes lines to standard error as it is at that moment (tests and servers exchange it)."""

    def msg(self, line: str) -> None:
        with suppress(OSError):  # a log on a full disk must not fail what it tells of
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


class _StderrHandler(logging.StreamHandler[TextIO]):
    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Ignore the stream of the moment at which this handler was made."""
