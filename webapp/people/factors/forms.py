"""What the pages of second factors ask.

Not here: whether a code is right (the services say), and words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import HiddenField, PasswordField

from webapp.people.factors import words
from webapp.people.factors.passkeys import NAME_LENGTH
from webapp.ui.forms import Form, TextField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CODE_LENGTH = 64  # characters: a recovery code with spaces in it


class CodeField(TextField):
    """A code, which may still open something: no page gives back what was typed."""

    @property
    def shown(self) -> str:
        """What belongs in the box: nothing."""
        return ""


class CodeForm(Form):
    """A code from the app, or a recovery code."""

    code = CodeField("Code", max_chars=CODE_LENGTH, required=True, missing="Enter the code.")


class StepUpForm(Form):
    """The password, or a code."""

    password = PasswordField("Password")
    code = CodeField("Code", max_chars=CODE_LENGTH)

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        """Ask for one of the two."""
        is_valid = super().validate(extra_validators)
        if is_valid and not self.password.data and not self.code.data:
            self.add_errors({"password": (words.NEED_ONE,)})
            return False
        return is_valid


class PasskeyForm(Form):
    """What the browser answered; anything at all."""

    credential = HiddenField("Passkey")


class PasskeyNameForm(Form):
    """What somebody calls a passkey."""

    name = TextField(
        "Name", max_chars=NAME_LENGTH, required=True, missing="Enter a name, like “Work phone”."
    )


class NewPasskeyForm(PasskeyNameForm):
    """A new passkey and its name."""

    credential = HiddenField("Passkey")
