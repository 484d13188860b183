"""Toasts: short messages that go by themselves, some of which take what was done back.

Not here: how they look (macros/page.html), their words.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from flask import flash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Action:
    """A form of one button in a toast.

    Attributes:
        text: On the button.
        busy: On it while it is being sent.
        url: A path of ours that takes a POST.
        intent: Id of the write that it makes.
        fields: What else is sent.
    """

    text: str
    busy: str
    url: str
    intent: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Toast:
    """One message.

    Attributes:
        text: What it says.
        tone: "success", "info", "warning" or "danger"; the last two stay.
        action: What can be done about it.
    """

    text: str
    tone: str = "success"
    action: Action | None = None


def flash_toasts(toasts: Iterable[Toast]) -> None:
    """Have the next page show toasts; until then they are in the session, as plain values."""
    for toast in toasts:
        action = asdict(toast.action) if toast.action else None
        flash({"text": toast.text, "action": action} if action else toast.text, toast.tone)  # type: ignore[arg-type]  # the session takes any plain value
