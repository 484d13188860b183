"""A browser without a screen: asks the application and checks what every answer must have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.markup import find_errors

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
_UNLABELLED = frozenset({"hidden", "submit", "button"})
_SCHEMES = frozenset({"", "mailto", "tel"})
_WITH_A_FORM = ("/account", "/login", "/account/second-factor")
_REFERENCE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ · \w+( · [\w-]+)?$")
_ADDRESSES = ("href", "action", "formaction", "src", "hx-get", "hx-post")


class _Reader(HTMLParser):
    """Collects of a page what the checks and the tests ask about."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.title = ""
        self.text: list[str] = []
        self._inside: list[str] = []
        self.forms: list[dict[str, object]] = []
        self._open_form: dict[str, object] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag in {"h1", "title", "script", "style"}:
            self._inside.append(tag)
        if tag == "h1":
            self.headings.append("")
        if tag == "form":
            assert self._open_form is None, "a form inside a form"
            self._open_form = {"attributes": attributes, "fields": {}}
            self.forms.append(self._open_form)
        is_own = self._open_form is not None and "form" not in attributes
        if tag in {"input", "textarea"} and is_own and attributes.get("name"):
            assert self._open_form is not None
            fields = self._open_form["fields"]
            assert isinstance(fields, dict)
            if attributes.get("type") not in {"checkbox", "radio"} or "checked" in attributes:
                fields[attributes["name"]] = attributes.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open_form = None
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "title":
            self.title += data
        elif self._inside and self._inside[-1] == "h1":
            self.headings[-1] += data
        if not self._inside or self._inside[-1] == "h1":
            self.text.append(data)


@dataclass
class Answer:
    """One answer, read."""

    response: TestResponse
    reader: _Reader

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.reader.text)).strip()

    @property
    def location(self) -> str:
        """Where it leads, for a browser or for htmx."""
        headers = self.response.headers
        return headers.get("Location") or headers.get("HX-Redirect") or ""

    def form(self, action: str) -> dict[str, str]:
        """Give the fields of the form whose action begins with `action`."""
        for form in self.reader.forms:
            attributes = form["attributes"]
            assert isinstance(attributes, dict)
            if str(attributes.get("action", "")).startswith(action):
                fields = form["fields"]
                assert isinstance(fields, dict)
                return dict(fields)
        raise AssertionError(f"no form for {action}")

    def has(self, tag: str, **attributes: str) -> bool:
        """Tell whether a tag with these attributes is there (`data_x` means `data-x`)."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return any(
            name == tag and all(found.get(key) == value for key, value in wanted.items())
            for name, found in self.reader.tags
        )


class Page:
    """A signed-in or anonymous visitor."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, *, htmx: bool = False, **headers: str) -> Answer:
        return self._read(
            self.client.get(url, headers={**(HTMX if htmx else {}), **_headers(headers)}), htmx=htmx
        )

    def post(
        self, url: str, fields: dict[str, str] | None = None, *, htmx: bool = False, **headers: str
    ) -> Answer:
        """Send a form; with the CSRF token of a page of this visitor's, unless it has one."""
        data = dict(fields or {})
        if "csrf_token" not in data:
            data["csrf_token"] = self.csrf_token()
        response = self.client.post(
            url, data=data, headers={**(HTMX if htmx else {}), **_headers(headers)}
        )
        return self._read(response, htmx=htmx)

    def csrf_token(self) -> str:
        bodies = (self.client.get(url).get_data(as_text=True) for url in _WITH_A_FORM)
        body = next((body for body in bodies if 'name="csrf_token"' in body), "")
        match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body)
        assert match, "no CSRF token on the page"
        return match[1]

    def _read(self, response: TestResponse, *, htmx: bool) -> Answer:
        reader = _Reader()
        if response.mimetype == "text/html":
            reader.feed(response.get_data(as_text=True))
        answer = Answer(response, reader)
        check_headers(answer)
        if response.mimetype == "text/html" and response.status_code not in {204, 303}:
            check_html(answer, is_part=htmx)
        return answer


def check_headers(answer: Answer) -> None:
    """What security.md asks of every answer."""
    headers = answer.response.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Request-ID"]
    assert "no-store" in headers["Cache-Control"]
    assert "HX-Request" in headers["Vary"]
    # Headers are Latin-1 on the wire, and gunicorn answers 500 to anything else.
    assert all(value.isascii() and value.isprintable() for value in headers.values())
    if answer.location:
        assert urlsplit(answer.location).netloc == ""


def check_html(answer: Answer, *, is_part: bool) -> None:
    """What interface.md asks of every page, and of every part that stands alone."""
    reader = answer.reader
    errors = find_errors(answer.html)
    assert not errors, "\n".join(errors)
    ids = [str(found["id"]) for _, found in reader.tags if found.get("id")]
    assert "{{" not in answer.html.replace("{{7*7}}", ""), "an unrendered template"
    labelled = {found.get("for") for name, found in reader.tags if name == "label"}
    for name, found in reader.tags:
        assert name != "style", "inline style sheet"
        assert "style" not in found, f"inline style at <{name}>"
        assert not any(key.startswith(("on", "hx-on")) for key in found), (
            f"inline script at <{name}>"
        )
        assert name != "script" or found.get("src"), "inline script"
        if name in {"input", "select", "textarea"} and found.get("type") not in _UNLABELLED:
            if found.get("aria-hidden") == "true":
                continue
            is_named = found.get("id") in labelled or found.get("aria-label")
            assert is_named or found.get("aria-labelledby"), f"no label: {found}"
        for attribute in _ADDRESSES:
            address = found.get(attribute) or ""
            if name == "img" and address.startswith("data:image/"):
                continue  # a QR code
            assert urlsplit(address).scheme in _SCHEMES, f"{attribute}={address}"
            assert urlsplit(address).netloc == "", f"{attribute}={address}"
        for described in (found.get("aria-describedby") or "").split():
            assert described in ids, f"describes nothing: {described}"
    for form in reader.forms:
        attributes, fields = form["attributes"], form["fields"]
        assert isinstance(attributes, dict)
        assert isinstance(fields, dict)
        if str(attributes.get("method", "get")).lower() == "post":
            assert fields.get("csrf_token"), f"no CSRF token in {attributes}"
    for shown in re.findall(r'class="reference">For support: <code>([^<]*)', answer.html):
        assert _REFERENCE.match(shown), f"not a whole reference: {shown}"
    if is_part:
        assert "<html" not in answer.html, "a whole page for a part"
    else:
        check_page(answer, ids)


def check_page(answer: Answer, ids: list[str]) -> None:
    """What a whole page has beyond its parts: a heading, a title, landmarks, whole references."""
    reader = answer.reader
    assert len(reader.headings) == 1, f"h1: {reader.headings}"
    name = reader.title.strip().split(" · ")[0]
    assert name, "no title"
    assert reader.headings[0].strip().startswith(name), f"{reader.title} / {reader.headings}"
    assert [tag for tag, _ in reader.tags].count("main") == 1, "one main landmark"
    assert answer.has("html", lang="en-GB")
    for tag, found in reader.tags:
        for attribute in ("for", "form", "popovertarget", "aria-labelledby", "aria-controls"):
            target = found.get(attribute)
            assert not target or target in ids, f"<{tag} {attribute}={target}> leads nowhere"
        if (found.get("href") or "").startswith("#"):
            assert str(found["href"])[1:] in ids, f"{found['href']} leads nowhere"


def _headers(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}
