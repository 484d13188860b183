"""What a check finds: one line for each rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "wrong", "warning", "not known"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one rule.

    Attributes:
        rule: Its short name: a setting's, or what it is about.
        state: "not known" when another fault keeps it from being looked at, which is no pass.
        text: What is; when it is not right, also what would be.
    """

    rule: str
    state: State
    text: str

    @property
    def is_passed(self) -> bool:
        """Whether the rule is met; a warning is about something outside, or that will pass."""
        return self.state in {"ok", "warning"}


def ok(rule: str, text: str) -> Finding:
    """Say that a rule is met."""
    return Finding(rule, "ok", text)


def wrong(rule: str, text: str) -> Finding:
    """Say that a rule is not met, and what would be right."""
    return Finding(rule, "wrong", text)


def warning(rule: str, text: str) -> Finding:
    """Say what is worth a look."""
    return Finding(rule, "warning", text)


def not_known(rule: str, text: str) -> Finding:
    """Say that a rule could not be looked at, and why."""
    return Finding(rule, "not known", text)
