"""Forms: one rule for text, and field classes that keep it.

The rule: NFC; no control characters, lone surrogates or characters that could not be read;
trimmed; bounded in characters; text of nothing but invisible characters counts as empty. A field
that fails keeps what was typed.

Not here: what a certain form asks (each feature's forms.py), its words (`messages`), and CSRF,
which `csrf` checks for every unsafe request before a form is made.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import wtforms
from wtforms.validators import StopValidation

from webapp.ui import messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

UNREADABLE = "\ufffd"

# Look like nothing although their Unicode category says letter, mark or symbol.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_JOINED = frozenset("\u200d\u180b\u180c\u180d\u180f")  # may end a word: they shape its last letter
_INVISIBLE = frozenset({"Cf", "Zs", "Zl", "Zp"})
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})
# A box of one line drops line breaks out of the value that it is given (HTML standard).
NO_BREAKS = {ord(char): None for char in "\n\r"}
_TABLE = {ord(char): None for char in "\t\n\r"}


def clean_text(raw: str, *, multiline: bool = False) -> str:
    """Bring text into the one form that we keep and send.

    Args:
        raw: As typed.
        multiline: Whether line breaks may stay; they become a plain line feed.

    Returns:
        NFC text that begins and ends with what can be seen; empty when nothing in it can be.
    """
    text = _trimmed(unicodedata.normalize("NFC", raw))
    if multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def is_invisible(text: str) -> bool:
    """Say whether nothing in `text` can be seen (control characters are not invisible: wrong)."""
    return all(
        char in _BLANK or _is_variation(char) or unicodedata.category(char) in _INVISIBLE
        for char in text
    )


def text_problem(text: str, max_chars: int, *, multiline: bool = False) -> str | None:
    """Say what is wrong with cleaned text.

    Args:
        text: What `clean_text` gave.
        max_chars: The most characters allowed (code points, not bytes).
        multiline: Whether tabs and line breaks are allowed.

    Returns:
        A sentence for staff, or None when nothing is wrong.
    """
    if len(text) > max_chars:
        return messages.too_long(len(text), max_chars)
    if UNREADABLE in text:
        return messages.UNREADABLE_CHARACTERS
    looked_at = text.translate(_TABLE) if multiline else text
    if any(unicodedata.category(char) in _CONTROL for char in looked_at):
        return messages.CONTROL_CHARACTERS
    return None


def _trimmed(text: str) -> str:
    """Take away what cannot be seen at either end, but not what the last character needs."""
    start, end = 0, len(text)
    while start < end and _is_nothing(text[start]):
        start += 1
    while end > start and _is_nothing(text[end - 1]):
        end -= 1
    last = text[end - 1 : end]
    # An emoji, a Han or an Arabic letter may have a form of its own; A, é and 1 have none.
    if not last.isascii() and last.lower() == last.upper():
        while text[end : end + 1] in _JOINED or _is_variation(text[end : end + 1]):
            end += 1
    return text[start:end]


def _is_nothing(char: str) -> bool:
    return char.isspace() or is_invisible(char)


def _is_variation(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0000" <= char <= "\U000e0fff"


class TextField(wtforms.StringField):  # type: ignore[misc]  # WTForms ships no types
    """One line of text under the one rule.

    Attributes:
        data: Cleaned text, never None once a form was sent.
        shown: What the page shows in the box: as typed while there is an error.
    """

    data: str | None

    def __init__(  # noqa: D417  # the rest is WTForms' own
        self,
        label: str = "",
        validators: Sequence[object] = (),
        *,
        max_chars: int = 255,
        required: bool = False,
        missing: str | None = None,
        multiline: bool = False,
        **kwargs: Any,
    ) -> None:
        """Make a field.

        Args:
            label: What staff call it.
            validators: More WTForms validators, run when the text itself is in order.
            max_chars: The most characters allowed.
            required: Whether empty is an error; otherwise the page marks it "optional".
            missing: The sentence for empty; by default made from the label.
            multiline: Whether line breaks are allowed.
        """
        super().__init__(label, validators, **kwargs)
        self.max_chars = max_chars
        self.multiline = multiline
        self.missing = missing
        if required:
            self.flags.required = True
        self._typed: str | None = None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was sent: keep it as typed, and cleaned in `data`."""
        if valuelist:
            # A lone surrogate cannot be written into a page at all.
            self._typed = valuelist[0].encode("utf-8", "replace").decode("utf-8")
            readable = "".join(UNREADABLE if "\ud800" <= c <= "\udfff" else c for c in valuelist[0])
            self.data = clean_text(readable, multiline=self.multiline)
        elif self.data is None:
            self.data = ""

    def pre_validate(self, form: object) -> None:
        """Apply the one rule, then whether it may be empty."""
        text = self.data or ""
        if not text:
            if self.flags.required:
                raise StopValidation(self.missing or messages.required(str(self.label.text)))
            raise StopValidation  # nothing more to check in an empty optional field
        problem = text_problem(text, self.max_chars, multiline=self.multiline)
        if problem:
            raise StopValidation(problem)

    def came_back_as(self, shown: str) -> bool:
        """Say whether what was sent is what a box that showed `shown` sends by itself."""
        return self._typed is not None and self._typed == shown.translate(NO_BREAKS)

    @property
    def shown(self) -> str:
        """What belongs in the box."""
        if self.errors and self._typed is not None:
            return self._typed
        return self.data or ""

    def _value(self) -> str:
        return self.shown


class WholeNumberField(TextField):
    """A whole number, typed as people do ("1,200"); `number` is None when empty or wrong."""

    def __init__(
        self, label: str = "", *, least: int = 0, most: int = 10**9, **kwargs: Any
    ) -> None:
        """Make a field for `least` to `most`, both included."""
        super().__init__(label, max_chars=20, **kwargs)
        self.least = least
        self.most = most
        self.number: int | None = None

    def process_data(self, value: object) -> None:
        """Take the value that a page starts with."""
        super().process_data(None if value is None else str(value))
        self.number = value if isinstance(value, int) else None

    def pre_validate(self, form: object) -> None:
        """Apply the text rule, then read the number."""
        self.number = None
        super().pre_validate(form)
        digits = (self.data or "").replace(",", "").replace(" ", "")
        if not digits.isascii() or not digits.removeprefix("-").isdigit():
            raise StopValidation(messages.NOT_A_WHOLE_NUMBER)
        number = int(digits)
        if not self.least <= number <= self.most:
            raise StopValidation(messages.number_range(self.least, self.most))
        self.number = number


class Form(wtforms.Form):  # type: ignore[misc]  # WTForms ships no types
    """The base of every form: no token of its own, and each single field at most once."""

    class Meta:
        """WTForms' settings."""

        csrf = False  # webapp.ui.csrf checks every unsafe request

    def __init__(
        self, formdata: Any = None, obj: object = None, prefix: str = "", **kwargs: Any
    ) -> None:
        self._repeated: frozenset[str] = frozenset()
        super().__init__(formdata, obj, prefix, **kwargs)
        if formdata is not None:
            self._repeated = frozenset(
                name
                for name, field in self._fields.items()
                if not isinstance(field, wtforms.SelectMultipleField | wtforms.FieldList)
                and len(formdata.getlist(field.name)) > 1
            )

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        """Check every field.

        Args:
            extra_validators: As WTForms has it.

        Returns:
            Whether all is in order. Each field's `errors` holds sentences for staff.
        """
        is_valid = bool(super().validate(extra_validators))
        for name in sorted(self._repeated):
            self._fields[name].errors = [messages.REPEATED_FIELD]
            is_valid = False
        return is_valid

    def add_errors(self, errors: Mapping[str, Iterable[str]]) -> None:
        """Put sentences that NeroPay or a service gave at their fields.

        One that belongs to no field that can be seen goes into `form_errors`, which the summary
        above the form shows.

        Args:
            errors: By field name.
        """
        for name, sentences in errors.items():
            field = self._fields.get(name)
            if field is None or isinstance(field, wtforms.HiddenField):
                self.form_errors.extend(sentences)
            else:
                field.errors = [*field.errors, *sentences]
