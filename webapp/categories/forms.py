"""The forms of categories, validated before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wtforms import BooleanField, HiddenField

from webapp.categories import words
from webapp.ui.forms import Form, TextField, WholeNumberField

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST_POSITION = 1_000_000  # not documented; far above any till's number of categories
_YES: Final = frozenset({"1", "true", "on", "yes", "y"})
_NO: Final = frozenset({"0", "false", "off", "no", "n", ""})


class YesNoField(BooleanField):  # type: ignore[misc]  # WTForms ships no types
    """A checkbox: absent means no, as browsers have it; a script says 1 or 0, or a plain word."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was sent; what is neither yes nor no is an error at the field."""
        sent = valuelist[0].strip().casefold() if valuelist else ""
        self.data = sent in _YES
        if sent not in _YES | _NO:
            raise ValueError(words.NEITHER_ACTIVE_NOR_NOT)


class CategoryForm(Form):
    """A new category."""

    name = TextField("Name", max_chars=120, required=True)  # length: neropay.md
    sort_order = WholeNumberField(
        "Position", least=-_LARGEST_POSITION, most=_LARGEST_POSITION, required=True
    )
    is_active = YesNoField("Active", default=True)
    intent = HiddenField()


class DeleteForm(Form):
    """The one question before a category is deleted."""

    intent = HiddenField()
