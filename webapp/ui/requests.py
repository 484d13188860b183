"""How requests are taken: bodies that are no form, addresses and hosts that are none.

A form's bytes that are not UTF-8 become the sign for unreadable text. Werkzeug would leave them in
their percent form, "Jos%E9", which nobody typed and nothing could tell from typed text; a body with
such bytes unescaped would be no form at all. With the sign, the form's own rule refuses the field
(`forms.UNREADABLE`). Not here: what a form asks.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

import flask
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.utils import header_property

from webapp.ui.templating import Environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.datastructures import FileStorage, MultiDict

FORM_PARTS: Final = 100  # fields at most; no form of ours has half as many
_NOWHERE: Final = urlsplit("")


def split_address(sent: str | None) -> SplitResult:
    """Take an address apart that a client sent, in a header or in a form.

    Args:
        sent: Anything at all.

    Returns:
        Its parts, `port` too; all of them empty when it is no address.
    """
    try:
        return urlsplit(_address(sent or ""))
    except ValueError:
        return _NOWHERE


def _address(sent: str) -> str:
    _ = urlsplit(sent).port  # looked at only when it is asked for, and may be none
    return sent


@lru_cache(maxsize=256)
def is_host(sent: str) -> bool:
    """Tell whether a `Host` header, anything at all, is one that addresses can be made with.

    An empty one is: pages name no host. Whether it is ours is another matter (`create_app`).
    """
    try:
        sent.partition(":")[0].encode("idna")
    except UnicodeError:
        return False
    return not sent or bool(split_address(f"//{sent}").netloc)


class _FormParser(FormDataParser):
    """Werkzeug's, but for the bytes that are no text, and for bodies that the server refuses."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Read a body; the stream is limited to what we take at all."""
        body = _read(stream)
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(BytesIO(body), mimetype, content_length, options)
        try:
            items = parse_qsl(
                body.decode("utf-8", "replace"),
                keep_blank_values=True,
                errors="replace",
                max_num_fields=FORM_PARTS,
            )
        except ValueError as error:
            raise RequestEntityTooLarge from error
        return stream, self.cls(items), self.cls()


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read()
    except HTTPException:  # too large, or cut off
        raise
    except Exception as error:  # what each server raises for chunks that are none
        raise BadRequest from error


class Request(flask.Request):
    """Flask's request with our reading of forms and addresses."""

    form_data_parser_class = _FormParser

    # None as well when it is no address: Flask-WTF takes it apart, too.
    referrer = header_property[str]("Referer", load_func=_address, read_only=True)


class Application(flask.Flask):
    """Flask with our requests, and without what no application of ours needs."""

    request_class = Request
    jinja_environment = Environment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Give the function as it is: none is async, and looking takes 0.02 ms of a page."""
        return func
