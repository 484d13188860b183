"""The fields of a form in a page that came over the wire."""

from __future__ import annotations

from html.parser import HTMLParser


class Fields(HTMLParser):
    """Reads the fields of the form that a page sends to its own address."""

    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self._action = action
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._is_inside = str(found.get("action")).split("?")[0] == self._action
        is_sent = found.get("type") != "checkbox" or "checked" in found
        if tag == "input" and self._is_inside and found.get("name") and is_sent:
            self.found[str(found["name"])] = found.get("value") or ""
