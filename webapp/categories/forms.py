"""The forms of categories, validated before anything is sent."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField

from webapp.ui.forms import Form, TextField, WholeNumberField

_LARGEST_POSITION = 1_000_000  # not documented; far above any till's number of categories


class CategoryForm(Form):
    """A new category."""

    name = TextField("Name", max_chars=120, required=True)  # length: neropay.md
    sort_order = WholeNumberField(
        "Position", least=-_LARGEST_POSITION, most=_LARGEST_POSITION, required=True
    )
    is_active = BooleanField("Active", default=True)
    intent = HiddenField()


class DeleteForm(Form):
    """The one question before a category is deleted."""

    intent = HiddenField()
