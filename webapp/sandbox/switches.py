"""What this NeroPay can and cannot do: the switches, their values and where they are kept.

Each one stands for something the vendor's documentation leaves open. They survive a
restart, since a merchant's NeroPay does not change its mind when it restarts.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from webapp.sandbox.answers import Refusal
from webapp.sandbox.store import Store

NOT_ENABLED_STATUSES = (403, 404, 405, 409, 422, 501)

DEFAULTS: dict[str, Any] = {
    "list_rows": "full",
    "paging": "page",
    "max_limit": 100,
    "order": "asc",
    "get_by_id": True,
    "patch": True,
    "category_delete": True,
    "id_type": "int",
    "clears": "both",
    "key_memory": 86_400,
}

CHOICES: dict[str, tuple[Any, ...]] = {
    "list_rows": ("full", "brief"),
    "paging": ("none", "page", "meta", "next_page", "links"),
    "order": ("asc", "desc"),
    "id_type": ("int", "string"),
    "clears": ("both", "null", "empty"),
    "get_by_id": (True, False, *NOT_ENABLED_STATUSES),
    "patch": (True, False, *NOT_ENABLED_STATUSES),
    "category_delete": (True, False, *NOT_ENABLED_STATUSES),
}


class Switches:
    """The switches in force; read on each call, so kept in memory beside the file.

    Args:
        store: the file they are kept in.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        with store.reading() as connection:
            rows = connection.execute("SELECT name, value FROM switches").fetchall()
        self._values = DEFAULTS | {row["name"]: json.loads(row["value"]) for row in rows}

    def __getitem__(self, name: str) -> Any:
        """Return the value in force."""
        return self._values[name]

    def as_dict(self) -> dict[str, Any]:
        """Return every switch with its value."""
        return dict(self._values)

    def set(self, changes: Mapping[str, Any]) -> None:
        """Change some switches.

        Raises:
            ValueError: an unknown switch or value; nothing is changed then.
        """
        for name, value in changes.items():
            _check(name, value)
        with self._lock, self._store.transaction() as connection:
            for name, value in changes.items():
                connection.execute(
                    "INSERT OR REPLACE INTO switches VALUES (?, ?)", (name, json.dumps(value))
                )
            self._values = self._values | dict(changes)

    def reset(self) -> None:
        """Put every switch back to its default."""
        with self._lock, self._store.transaction() as connection:
            connection.execute("DELETE FROM switches")
            self._values = dict(DEFAULTS)

    def require(self, name: str) -> None:
        """Refuse the call when a function is switched off.

        False means 403; a number is the status to refuse with (none is documented).

        Raises:
            Refusal: the function is not enabled for this merchant.
        """
        value = self._values[name]
        if value is True:
            return
        status = 403 if value is False else int(value)
        raise Refusal(
            status, "not_enabled", "This function is not enabled for your NeroPay account."
        )


def _check(name: str, value: Any) -> None:
    if name not in DEFAULTS:
        raise ValueError(f"unknown switch {name!r}; known: {', '.join(DEFAULTS)}")
    choices = CHOICES.get(name)
    if choices is None:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} takes a whole number from 1")
    elif not any(value == choice and type(value) is type(choice) for choice in choices):
        raise ValueError(f"{name} takes one of {list(choices)}")
