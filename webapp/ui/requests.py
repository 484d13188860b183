"""How requests are taken: a form's bytes that are not UTF-8 become the sign for unreadable text.

Werkzeug would leave them in their percent form, "Jos%E9", which nobody typed and nothing could
tell from typed text; a body with such bytes unescaped would be no form at all. With the sign, the
form's own rule refuses the field (`forms.UNREADABLE`). Not here: what a form asks.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import flask
from werkzeug.formparser import FormDataParser

from webapp.ui.templating import Environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.datastructures import FileStorage, MultiDict


class _FormParser(FormDataParser):
    """Werkzeug's, but for the bytes that are no text."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Read a body; the stream is limited to what we take at all."""
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        body = stream.read().decode("utf-8", "replace")
        items = parse_qsl(body, keep_blank_values=True, errors="replace")
        return stream, self.cls(items), self.cls()


class Request(flask.Request):
    """Flask's request with our reading of forms."""

    form_data_parser_class = _FormParser


class Application(flask.Flask):
    """Flask with our requests, and without what no application of ours needs."""

    request_class = Request
    jinja_environment = Environment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Give the function as it is: none is async, and looking takes 0.02 ms of a page."""
        return func
