"""What the sign-in page and the own account ask.

Not here: whether a password is right or taken (the service says), and words.
"""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, PasswordField, RadioField
from wtforms.validators import StopValidation

from webapp.people.addresses import LONGEST
from webapp.people.models import Theme
from webapp.people.service import NAME_LENGTH
from webapp.people.words import NEW_PASSWORD
from webapp.ui import messages
from webapp.ui.forms import Form, TextField

_THEME_NAMES: dict[Theme, str] = {"auto": "Automatic", "light": "Light", "dark": "Dark"}


class SecretField(PasswordField):  # type: ignore[misc]  # WTForms ships no types
    """A password: taken exactly as typed, never trimmed, never put back into a page."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        """Make a field that may not be empty."""
        super().__init__(label, **kwargs)
        self.flags.required = True

    def pre_validate(self, form: object) -> None:  # WTForms' signature
        """Ask for it when it is empty."""
        if not self.data:
            raise StopValidation(messages.required(str(self.label.text)))


class SignInForm(Form):
    """Who is there?"""

    email = TextField("E-mail", max_chars=LONGEST, required=True, missing="Enter your e-mail.")
    password = SecretField("Password")


class UnlockForm(Form):
    """Is it still the same person?"""

    password = SecretField("Password")


class NameForm(Form):
    """The own name."""

    name = TextField("Name", max_chars=NAME_LENGTH, required=True)


class PasswordForm(Form):
    """The own password, changed by whoever knows the current one."""

    current_password = SecretField("Current password")
    new_password = SecretField("New password", description=NEW_PASSWORD)


class PreferencesForm(Form):
    """How pages look and work."""

    theme = RadioField("Theme", choices=_THEME_NAMES, invalid_choice_message="Choose one of these.")
    shortcuts = BooleanField("Single-key shortcuts")
