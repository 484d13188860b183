"""What NeroPay has switched on for this merchant, as far as the answers to this process told.

Three calls are there "where enabled" or "if allowed" (documented). How a refusal looks is not
documented: 403, 405, 501, and 404 with another code than `resource_not_found`, are taken as
"not here"; 409 and 422 are about the one record. Nothing is asked to find out.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from webapp.neropay.errors import IdempotencyConflict, Invalid, Refused

if TYPE_CHECKING:
    from webapp.neropay.errors import NeroPayError

OPERATIONS: Final = {
    ("GET", "/account"): "account.get",
    ("GET", "/customers"): "customers.list",
    ("POST", "/customers"): "customers.create",
    ("GET", "/customers/{id}"): "customers.get",
    ("PATCH", "/customers/{id}"): "customers.update",
    ("GET", "/categories"): "categories.list",
    ("POST", "/categories"): "categories.create",
    ("DELETE", "/categories/{id}"): "categories.delete",
}
_NOT_HERE: Final = frozenset({403, 404, 405, 501})


@dataclass(frozen=True, slots=True)
class Told:
    """What the last telling answer to one operation said.

    Attributes:
        is_allowed: Whether NeroPay carried it out, or would have with other values.
        code: Of the refusal; empty when it is allowed.
        status: The HTTP status of the refusal.
        message: NeroPay's own words, cleaned and bounded; may be empty.
    """

    is_allowed: bool
    code: str = ""
    status: int | None = None
    message: str = ""


class Abilities:
    """What the answers told; safe across threads.

    Attributes:
        events: How many answers have told something: a change means that there may be news.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, tuple[int, Told]] = {}  # with the number of the answer
        self.events = 0

    def note(self, method: str, template: str, error: NeroPayError | None) -> None:
        """Note what an answer told, if anything.

        Args:
            method: The HTTP method.
            template: The path without ids.
            error: What the answer was; None when it went well.
        """
        name = OPERATIONS.get((method, template))
        told = _told_by(error)
        if name is None or told is None:
            return
        with self._lock:
            self.events += 1
            self._told[name] = (self.events, told)

    def told(self, since: int = 0) -> dict[str, Told]:
        """Give what was told, by operation.

        Args:
            since: A former number of `events`: only what was told after it.
        """
        with self._lock:
            return {name: told for name, (number, told) in self._told.items() if number > since}


def _told_by(error: NeroPayError | None) -> Told | None:
    if error is None or isinstance(error, Invalid):
        return Told(is_allowed=True)
    if not isinstance(error, Refused) or isinstance(error, IdempotencyConflict):
        return None
    if error.status not in _NOT_HERE:
        return None
    return Told(False, error.code, error.status, error.message)
