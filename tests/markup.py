"""HTML as the standard has it: what a browser mends in silence is an error here.

Not here: what our own pages must have (`page`).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Whitespace before each attribute, no quote or < in a name, every value in quotes.
_START_TAG = re.compile(r"""<[a-zA-Z][a-zA-Z0-9-]*(\s+[^\s"'<>/=]+(="[^"]*"|='[^']*')?)*\s*/?>""")
_TEXT_ALLOWS = re.compile(r"&(?!#\d+;|#x[0-9a-fA-F]+;|[a-zA-Z][a-zA-Z0-9]*;)|<")
# They have no end tag.
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_FOREIGN = frozenset({"svg", "path", "rect", "circle", "line", "g", "polyline"})
_ENDS_A_PARAGRAPH = frozenset(
    {"article", "aside", "details", "dialog", "div", "dl", "fieldset", "footer", "form", "h1", "h2"}
    | {"h3", "header", "hr", "main", "nav", "ol", "p", "pre", "search", "section", "table", "ul"}
)
_NOT_IN_ITSELF = frozenset({"a", "button", "form", "label"})
_PARENTS = {
    "li": frozenset({"ul", "ol", "menu"}),
    "dt": frozenset({"dl", "div"}),
    "dd": frozenset({"dl", "div"}),
    "tr": frozenset({"thead", "tbody", "tfoot"}),
    "td": frozenset({"tr"}),
    "th": frozenset({"tr"}),
    "option": frozenset({"select", "optgroup", "datalist"}),
    "summary": frozenset({"details"}),
    "legend": frozenset({"fieldset"}),
}
# A part of htmx's is a template to the browser: that is what it is made before it is read.
_TAKES_ANYTHING = frozenset({"template", "hx-partial"})
_CHILDREN = {
    "ul": frozenset({"li", "template", "script"}),
    "ol": frozenset({"li", "template", "script"}),
    "tr": frozenset({"td", "th", "template", "script"}),
    "table": frozenset({"caption", "colgroup", "thead", "tbody", "tfoot"}),
    "tbody": frozenset({"tr", "template", "script"}),
    "select": frozenset({"option", "optgroup"}),
}


def find_errors(html: str) -> list[str]:
    """Give what is wrong with a page, or with a part that stands alone."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.errors += [f"<{tag}> is never closed" for tag in reader.open]
    if "<html" in html and not html.startswith("<!DOCTYPE html>"):
        reader.errors.append("no doctype")
    return reader.errors


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.errors: list[str] = []
        self.open: list[str] = []
        self._ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._check_tag(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._check_tag(tag, attrs)
        if tag not in _VOID | _FOREIGN:
            self.errors.append(f"<{tag}/> does not close")

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
            return
        self._say(f"</{tag}> where {self.open[-1:]} is open")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        is_script = self.open[-1:] in (["script"], ["style"])
        if not is_script and (found := _TEXT_ALLOWS.search(data)):
            self._say(f"not escaped: {data[found.start() :][:40]!r}")
        if data.strip() and self.open and self.open[-1] in _CHILDREN:
            self._say(f"text right in <{self.open[-1]}>: {data.strip()[:40]!r}")

    def _check_tag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        if not _START_TAG.fullmatch(text):
            self._say(f"not a proper tag: {text}")
        names = [name for name, _ in attrs]
        self.errors += [f"{name} twice: {text}" for name in {*names} if names.count(name) > 1]
        for name, value in attrs:
            if name == "id":
                if not value or value in self._ids or re.search(r"\s", value):
                    self._say(f"id empty, with a space, or twice: {text}")
                self._ids.add(value or "")
        parent = self.open[-1] if self.open else None
        if parent in _TAKES_ANYTHING:
            parent = None
        if parent and parent not in _PARENTS.get(tag, {parent}):
            self._say(f"<{tag}> in <{parent}>")
        if parent and tag not in _CHILDREN.get(parent, {tag}):
            self._say(f"<{tag}> in <{parent}>")
        if "p" in self.open and tag in _ENDS_A_PARAGRAPH and "button" not in self.open:
            self._say(f"<{tag}> ends the paragraph that it is in")
        if tag in _NOT_IN_ITSELF and tag in self.open:
            self._say(f"<{tag}> in <{tag}>")

    def _say(self, error: str) -> None:
        line, column = self.getpos()
        self.errors.append(f"{error} ({line}:{column})")
