"""Scripted faults: which calls meet one, and the waits that belong to them.

A script is a list of specs; each call to the API takes the first spec that matches and has
turns left. What each action then does is in misbehave.py. Faults live in memory only.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from webapp.sandbox.delivery import Abandoned

CANNED = {"status", "effect", "content_type", "headers"}
ACTIONS: dict[str, set[str]] = {
    "refuse": set(),
    "wait": set(),
    "reset": set(),
    "close": set(),
    "cut": {"at", "part"},
    "status": CANNED | {"code", "message", "details", "retry_after"},
    "html": CANNED | {"body", "retry_after"},
    "broken": CANNED | {"body"},
    "empty": CANNED,
    "shape": CANNED | {"data"},
    "contradict": CANNED | {"code", "message"},
    "redirect": CANNED | {"location"},
    "huge": CANNED | {"bytes", "declare"},
    "gzip_bomb": CANNED | {"bytes"},
    "drip": {"rate", "part"},
    "hostile": {"kind", "set", "raw", "record"},
    "date": {"offset"},
    "idle": set(),
    "page": {"serve", "loop", "shift"},
}
COMMON = {"action", "match", "times", "skip", "seconds", "when"}
WHENS = {
    "reset": ("before", "after", "during", "sent"),
    "close": ("before", "after"),
    "idle": ("now", "next"),
}
HOSTILE_KINDS = (
    *("markup", "rtl", "control", "surrogate", "long"),
    *("digits", "nested", "nan", "duplicate"),
)
UNTIL_RELEASED = 3600.0
NUMBERS = {
    *("times", "skip", "seconds", "at", "status", "bytes", "rate"),
    *("offset", "serve", "loop", "shift"),
}
SIGNED = {"offset", "shift"}
POSITIVE = {"rate", "serve", "loop"}


class BadControl(ValueError):  # noqa: N818 (what was asked for, not what went wrong)
    """A control or fault that cannot be understood."""


@dataclass(frozen=True)
class Fault:
    """One fault; the README of the parameters is in the docstring of misbehave.py."""

    action: str
    match: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0
    seconds: float = 0
    when: str = "before"
    effect: bool = False
    status: int | None = None
    code: str | None = None
    message: str | None = None
    details: Mapping[str, list[str]] | None = None
    retry_after: str | int | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    data: Any = None
    location: str = "/v2/account"
    at: float = 0.5
    part: str = "body"
    bytes: int | None = None
    declare: bool = True
    rate: float = 1
    kind: str | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    record: int | None = None
    offset: float = 0
    serve: int | None = None
    loop: int | None = None
    shift: int = 0


def parse(spec: object) -> Fault:
    """Return the fault that a spec describes.

    Raises:
        BadControl: unknown action or parameter, or a value that cannot be meant.
    """
    if not isinstance(spec, Mapping):
        raise BadControl("a fault is a JSON object")
    action = spec.get("action")
    if action not in ACTIONS:
        raise BadControl(f"unknown action {action!r}; known: {', '.join(ACTIONS)}")
    unknown = set(spec) - COMMON - ACTIONS[action]
    if unknown:
        raise BadControl(f"{action} does not take {', '.join(sorted(unknown))}")
    for name in NUMBERS & set(spec):
        _check_number(name, spec[name])
    _check_match(spec.get("match", {}))
    whens = WHENS.get(action, ("before", "after"))
    when = spec.get("when", whens[0])
    if when not in whens:
        raise BadControl(f"when of {action} takes one of {', '.join(whens)}")
    if spec.get("part", "body") not in ("head", "body"):
        raise BadControl("part takes head or body")
    if spec.get("kind") not in (None, *HOSTILE_KINDS):
        raise BadControl(f"kind takes one of {', '.join(HOSTILE_KINDS)}")
    seconds = spec.get("seconds", UNTIL_RELEASED if action == "wait" else 0)
    return Fault(**{**spec, "when": when, "seconds": seconds})


def _check_number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadControl(f"{name} takes a number")
    if (value < 0 and name not in SIGNED) or (value == 0 and name in POSITIVE):
        raise BadControl(f"{name} takes a larger number")
    if name == "at" and value > 1:
        raise BadControl("at takes a fraction, 0 to 1")


def _check_match(match: object) -> None:
    if not isinstance(match, Mapping) or set(match) - {"method", "path"}:
        raise BadControl("match takes method and path")
    try:
        re.compile(match.get("path", ""))
    except re.error as error:
        raise BadControl(f"path takes a regular expression: {error}") from None


@dataclass
class Scripted:
    """A fault with its turns; `left` is None when it goes on until it is cleared."""

    fault: Fault
    left: int | None
    to_skip: int

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a call is one of those meant."""
        match = self.fault.match
        return match.get("method", method) == method and bool(
            re.search(match.get("path", ""), path)
        )


class Faults:
    """The script, and the waits in progress."""

    def __init__(self) -> None:
        self._script: list[Scripted] = []
        self._change = threading.Condition()
        self._waiting = 0
        self._releases = 0
        self._abandonments = 0
        self._is_stopped = False

    def add(self, specs: Iterable[object]) -> None:
        """Put faults at the end of the script: all of them, or none when one is wrong.

        Raises:
            BadControl: a spec that cannot be understood.
        """
        faults = [parse(spec) for spec in specs]
        with self._change:
            for fault in faults:
                left = fault.times or None
                self._script.append(Scripted(fault, left, fault.skip))

    def clear(self) -> None:
        """Forget the script; waits in progress go on."""
        with self._change:
            self._script.clear()

    def as_list(self) -> list[dict[str, Any]]:
        """Return the script: each fault with the turns it has left (None: for ever)."""
        with self._change:
            return [
                {key: value for key, value in asdict(scripted.fault).items() if value is not None}
                | {"left": scripted.left}
                for scripted in self._script
            ]

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that a call meets, and use up one of its turns."""
        with self._change:
            for scripted in self._script:
                if not scripted.matches(method, path):
                    continue
                if scripted.to_skip:
                    scripted.to_skip -= 1
                    continue
                if scripted.left is not None:
                    scripted.left -= 1
                    if not scripted.left:
                        self._script.remove(scripted)
                return scripted.fault
        return None

    def pause(self, seconds: float) -> None:
        """Wait; ends early on release, on reset and when the sandbox stops.

        Raises:
            Abandoned: reset or stopped.
        """
        with self._change:
            releases, abandonments = self._releases, self._abandonments
            self._waiting += 1
            self._change.notify_all()
            self._change.wait_for(
                lambda: (
                    self._is_stopped
                    or self._releases != releases
                    or self._abandonments != abandonments
                ),
                timeout=seconds,
            )
            self._waiting -= 1
            if self._is_stopped or self._abandonments != abandonments:
                raise Abandoned

    def release(self) -> None:
        """Let every waiting call go on now, as if its time were over."""
        with self._change:
            self._releases += 1
            self._change.notify_all()

    def abandon(self) -> None:
        """End every waiting call without an effect and without an answer."""
        with self._change:
            self._abandonments += 1
            self._change.notify_all()

    def stop(self) -> None:
        """Abandon every wait, now and from now on."""
        with self._change:
            self._is_stopped = True
            self._change.notify_all()

    def wait_until_waiting(self, calls: int, timeout: float) -> bool:
        """Block until so many calls are waiting; False when that did not come about in time."""
        with self._change:
            return self._change.wait_for(lambda: self._waiting >= calls, timeout=timeout)
