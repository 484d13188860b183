"""The one rule for ids in paths."""

from __future__ import annotations

from werkzeug.routing import BaseConverter


class RecordIdConverter(BaseConverter):
    """An id of NeroPay's; anything else does not match, which is our 404, without a call."""

    regex = "[A-Za-z0-9_-]{1,64}"
