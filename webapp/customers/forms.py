"""The customer form and the list's query, validated before anything is asked or sent."""

from __future__ import annotations

import re
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from email_validator import EmailNotValidError, validate_email
from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.validators import ValidationError

from webapp.customers.conflicts import (
    Note,
    changes_of,
    dump_note,
    load_note,
    load_seen,
    resolve,
)
from webapp.customers.models import FIELDS, Query
from webapp.ui import messages
from webapp.ui.forms import NO_BREAKS, Form, TextField, clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wtforms import Field

_BRITISH_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})")
_SORTS = ("best", "name", "newest", "town")
_QUERY_LENGTH = 200
_NOTHING = Note({}, ())


def tidy_postcode(value: str | None) -> str | None:
    """Write a British-looking postcode in capitals with one space; leave any other as typed."""
    if not value:
        return value
    match = _BRITISH_POSTCODE.fullmatch(re.sub(r"\s+", "", value).upper())
    return f"{match[1]} {match[2]}" if match else value


class CustomerForm(Form):
    """A new customer, or a correction of one.

    `intent` is the id of the intended write; `seen` is what an edit form showed when it was
    opened, so that a change made by somebody else meanwhile can be told. In an edit, a field that
    comes back exactly as it was shown keeps the record's value, whatever our own rules say of it.

    Attributes:
        passed_over: What was typed in fields for which something else was chosen just now.
    """

    name = TextField("Name", max_chars=255, required=True)  # lengths: neropay.md
    email = TextField("E-mail", max_chars=254)
    phone = TextField("Phone", max_chars=32)
    address1 = TextField("Address", max_chars=255)
    city = TextField("Town or city", max_chars=120)
    postcode = TextField("Postcode", max_chars=16, filters=[tidy_postcode])
    intent = HiddenField()
    seen = HiddenField()
    passed_over: Mapping[str, str | None] = MappingProxyType({})

    def __init__(self, formdata: Any = None, *, is_edit: bool = False, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        # A form for a new customer was shown nothing: its `seen` would be an invention.
        self._untouched = self._keep_untouched() if is_edit else frozenset()

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        """Check what was touched; as in `Form`."""
        super().validate(extra_validators)
        for name in self._untouched:
            self[name].errors = ()
        return not self.errors

    def values(self) -> dict[str, str | None]:
        """Give what was typed, an empty field as None."""
        return {name: self[name].data or None for name in FIELDS}

    def is_typed(self) -> bool:
        """Whether the fields hold more than they showed at first: a draft, or another form's."""
        seen, values = self.seen_values(), self.values()
        return bool(changes_of(seen, values)) if seen else any(values.values())

    def seen_values(self) -> dict[str, str | None]:
        """Give what the form showed when it was opened; empty when that did not arrive whole."""
        return load_seen(self.seen.data)

    def note(self) -> Note:
        """Give what the form knows of a conflict that it was shown for."""
        return load_note(self.seen.data)

    def chosen(self, choices: Mapping[str, str]) -> CustomerForm:
        """Give the form that holds what was chosen between the sides of a conflict.

        Args:
            choices: Field to "mine", "theirs" or "before".
        """
        typed = self.values()
        values = resolve(typed, self.seen_values(), self.note(), choices)
        shown = {name: (values.get(name) or "").translate(NO_BREAKS) for name in FIELDS}
        kept = {"intent": self.intent.data or "", "seen": self.seen.data or ""}
        form = CustomerForm(MultiDict({**shown, **kept}), is_edit=True)
        form.passed_over = {
            name: typed[name] for name in self.note().asked if choices.get(name) != "mine"
        }
        return form

    def show(self, values: Mapping[str, str | None]) -> None:
        """Fill the fields with a record's values."""
        for name in FIELDS:
            self[name].data = values.get(name) or ""

    def remember(self, values: Mapping[str, str | None], note: Note = _NOTHING) -> None:
        """Note what the form shows, for the comparison when it is saved."""
        self.seen.data = dump_note({name: values.get(name) for name in FIELDS}, note)

    def validate_email(self, field: Field) -> None:
        """Refuse what is no e-mail address."""
        if not field.data:
            return
        try:
            validate_email(field.data, check_deliverability=False)
        except EmailNotValidError:
            raise ValidationError(messages.NOT_AN_EMAIL) from None

    def _keep_untouched(self) -> frozenset[str]:
        """Give the fields that came back as they were shown, with the record's own values."""
        untouched = {
            name: value or ""
            for name, value in self.seen_values().items()
            if name not in self._repeated and self[name].came_back_as(value or "")
        }
        for name, value in untouched.items():
            self[name].data = value
        return frozenset(untouched)


def query_from_request() -> Query:
    """Read the list's query from the URL; what makes no sense counts as not given."""
    args = request.args
    sort = args.get("sort", "best")
    return Query(
        q=typed_words(args.get("q", "")),
        sort=sort if sort in _SORTS else "best",
        no_email=args.get("no_email") == "1",
        no_phone=args.get("no_phone") == "1",
        added_since=_date(args.get("added_since", "")),
        cursor=args.get("page") or None,
    )


def query_arguments(query: Query) -> dict[str, Any]:
    """Give the URL arguments that stand for `query`, without the page."""
    given = {
        "q": query.q,
        "sort": "" if query.sort == "best" else query.sort,
        "no_email": "1" if query.no_email else "",
        "no_phone": "1" if query.no_phone else "",
        "added_since": query.added_since.isoformat() if query.added_since else "",
    }
    return {name: value for name, value in given.items() if value}


def typed_words(raw: str) -> str:
    """Give what was typed into the search box, as far as it is looked for."""
    return clean_text(raw)[:_QUERY_LENGTH]


def unread_date() -> str:
    """Give what the URL has for the day to filter by, when it is none; empty otherwise."""
    typed = clean_text(request.args.get("added_since", ""))[:_QUERY_LENGTH]
    return "" if _date(typed) else typed


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
