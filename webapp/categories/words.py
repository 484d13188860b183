"""What staff read about categories that were deleted.

Not here: what every part says (webapp.ui.messages).
"""

from __future__ import annotations

from typing import Final

NO_PRODUCTS: Final = "Its products do not come back by themselves."
NOTHING_SENT: Final = "A category of that name is there already, or on its way. Nothing was sent."


def deleted(label: str) -> str:
    """Say that a category is gone, and what adding it again would mean, for a toast."""
    return f"Deleted: {label}. It can be added again; its products will not come back with it."


def added_again(label: str) -> str:
    """Say that a category is there again, for a toast."""
    return f"Added again: {label}. {NO_PRODUCTS}"
