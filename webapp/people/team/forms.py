"""What the pages of the team, of invitations and of forgotten passwords ask.

Not here: whether it is allowed (the services say).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import SelectField
from wtforms.validators import ValidationError

from webapp.people.addresses import LONGEST
from webapp.people.forms import SecretField
from webapp.people.service import NAME_LENGTH
from webapp.people.team import words
from webapp.people.words import NEW_PASSWORD
from webapp.ui.forms import Form, TextField

if TYPE_CHECKING:
    from typing import Any

    from webapp.people.service import Role


class RoleForm(Form):
    """A role below the own one."""

    role = SelectField("Role", validate_choice=False)

    def __init__(self, *args: Any, roles: tuple[Role, ...], **kwargs: Any) -> None:
        """Offer `roles`, lowest first."""
        super().__init__(*args, **kwargs)
        self.role.choices = [(role.value, role.value.capitalize()) for role in roles]
        self.role.flags.required = True

    def validate_role(self, field: SelectField) -> None:
        """Refuse what was not offered."""
        if field.data not in {value for value, _ in field.choices}:
            raise ValidationError(words.NOT_YOURS_TO_GIVE)


class InvitationForm(RoleForm):
    """Whom to invite."""

    email = TextField("E-mail", max_chars=LONGEST, required=True, missing="Enter their e-mail.")
    name = TextField("Name", max_chars=NAME_LENGTH)


class AcceptForm(Form):
    """Who joins."""

    name = TextField("Your name", max_chars=NAME_LENGTH, required=True, missing="Enter your name.")
    password = SecretField("Password", description=NEW_PASSWORD)


class ForgottenForm(Form):
    """Who has forgotten the password."""

    email = TextField("E-mail", max_chars=LONGEST, required=True, missing="Enter your e-mail.")


class NewPasswordForm(Form):
    """The new password."""

    password = SecretField("New password", description=NEW_PASSWORD)
