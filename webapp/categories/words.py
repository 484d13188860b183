"""What staff read about categories that were deleted, or may have been made.

Not here: what every part says (webapp.ui.messages).
"""

from __future__ import annotations

from typing import Final

from webapp.ui.outcomes import Message

NO_PRODUCTS: Final = "Its products do not come back by themselves."
NOTHING_SENT: Final = "A category of that name is there already, or on its way. Nothing was sent."
ASKED_ONCE: Final = Message(
    "Is it the same?",
    "A category of this name is there already. Nothing was sent yet.",
    "If there are to be two of them, add it all the same.",
    "warning",
)
# Only a script can send such a thing: its author reads this.
NEITHER_ACTIVE_NOR_NOT: Final = "Send 1 for active or 0 for not active."
# Why a category may be the one that a write made or deleted.
SAME_NAME: Final = "same name"
NEAR_NAME: Final = "much the same name"
STILL_THERE: Final = "still there"


def detail(position: int, is_active: bool) -> str:
    """Say what tells a category from others of its name."""
    return f"position {position}{'' if is_active else ', not active'}"


def deleted(label: str) -> str:
    """Say that a category is gone, and what adding it again would mean, for a toast."""
    return f"Deleted: {label}. It can be added again; its products will not come back with it."


def deleted_already(label: str, name: str) -> str:
    """Say who has deleted what was to be deleted, for a toast."""
    return f"{label} is deleted already, by {name}."


def was_gone(label: str) -> str:
    """Say that NeroPay did not have what was to be deleted, for a toast."""
    return f"{label} was no longer at NeroPay, so it is out of this list as well."


def added_again(label: str) -> str:
    """Say that a category is there again, for a toast."""
    return f"Added again: {label}. {NO_PRODUCTS}"


def waits_now(name: str, value: object) -> str:
    """Say under a field what waits for NeroPay in it by now."""
    if name == "is_active":
        return f"Waits now: {'active' if value else 'not active'}."
    return f"Waits now: “{value}”."
