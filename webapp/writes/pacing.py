"""At most two calls a second to NeroPay while a backlog is worked off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from webapp.extensions import neropay

if TYPE_CHECKING:
    from collections.abc import Callable

_A_CALL: Final = 0.5  # seconds


class Pace:
    """Counts this thread's calls, and waits for as long as they should have taken."""

    def __init__(self, pause: Callable[[float], object]) -> None:
        self._pause = pause
        self._made = neropay().calls_made()

    def goes_on(self) -> bool:
        """Wait for what was called since the last time; False when the worker is to stop."""
        made = neropay().calls_made()
        calls, self._made = made - self._made, made
        return not calls or self._pause(_A_CALL * calls) is not True
