"""What the page of the trail calls things; the deeds themselves are in `ui.messages`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from webapp.activity import models
from webapp.ui import messages

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a filter may ask for, and the beginnings of the kinds that belong to it; the last one is
# everything else.
GROUPS: Final[Mapping[str, str]] = {
    "customers": "Customers",
    "categories": "Categories",
    "sign_ins": "Signing in and out",
    "people": "People",
}
_GROUP_OF: Final[Mapping[str, str]] = {
    "customer": "customers",
    "category": "categories",
    "sign_in": "sign_ins",
    "sign_out": "sign_ins",
    "session": "sign_ins",
}
SHARED: Final = ("customer.", "category.")  # kinds about what everybody may see
_KINDS: Final[Mapping[str, str]] = {
    "customer.changed_in_neropay": "Changed in NeroPay",
    "customer.gone_in_neropay": "Gone from NeroPay",
    "sign_in.failed": "Sign-in failed",
    "activity.trimmed": "Removed old entries",
    "activity.exported": "Exported activity",
}
_OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {  # words and tone
    "refused": ("Refused, nothing changed", "warning"),
    "failed": ("Failed", "danger"),
    "unknown": ("Not confirmed", "warning"),
}
DAMAGED: Final = "Damaged: run “activity verify”"
NOBODY: Final = "Nobody signed in"
NEROPAY: Final = models.NEROPAY.name
# Whom the trail names when it was none of the people, and what its filter calls them.
NOBODYS: Final = (
    *(NEROPAY, models.TILLSIDE.name, models.COMMAND_LINE.name),
    *(models.nobody(None).name, NOBODY),
)


@lru_cache(maxsize=256)
def kind_text(kind: str) -> str:
    """Say what a kind of entry is about, e.g. "Changed customer"."""
    text = _KINDS.get(kind) or messages.activity(kind, "").replace(" this ", " ")
    return text[:1].upper() + text[1:]


def outcome_text(outcome: str) -> tuple[str, str]:
    """Say how it ended, and in which tone; empty where it went well."""
    return _OUTCOMES.get(outcome, ("", ""))


def group_of(kind: str) -> str:
    """Give the group of `GROUPS` that a kind belongs to."""
    return _GROUP_OF.get(kind.partition(".")[0], "people")
