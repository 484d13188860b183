"""The one rule for ids in paths."""

from __future__ import annotations

import re
from typing import Final

from werkzeug.routing import BaseConverter, ValidationError

# What stands where an id could stand, in paths of our own.
WORDS: Final = frozenset({"add-again", "near", "new", "open", "sync", "twins", "waiting"})


class RecordIdConverter(BaseConverter):
    """An id of NeroPay's; anything else does not match, which is our 404, without a call."""

    regex = "[A-Za-z0-9_-]{1,64}"

    def to_python(self, value: str) -> str:
        """Take it, unless it is a word of our own paths."""
        if value in WORDS:
            raise ValidationError
        return value


def record_id_in(text: str) -> str | None:
    """Give the id that a form names; None when it is none."""
    return text if re.fullmatch(RecordIdConverter.regex, text, re.ASCII) else None
