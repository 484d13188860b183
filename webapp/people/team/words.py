"""What managers and invited people read on the pages of the team.

Not here: what every part says (webapp.ui.messages).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from webapp.people.models import ROLES, Role
from webapp.people.permissions import PERMISSIONS, Permission

if TYPE_CHECKING:
    from webapp.people.factors.models import FactorInfo

NOT_YOURS_TO_GIVE: Final = "Choose a role below your own."
ACCOUNT_THERE: Final = "There is an account with this address already; see the list of people."
INVITED_ALREADY: Final = (
    "There is an open invitation for this address already. Make a new link for it in the list of "
    "invitations, or cancel it there."
)
ALREADY_JOINED: Final = "There is an account with this address already. Sign in with it."

_DEEDS: Final[tuple[tuple[Permission, str], ...]] = (
    (Permission.SELF, "Their own account: name, password, second factor, sessions"),
    (Permission.CUSTOMERS_READ, "See customers and categories"),
    (Permission.CUSTOMERS_WRITE, "Add and change customers"),
    (Permission.CATEGORIES_WRITE, "Add and delete categories"),
    (Permission.EXPORT, "Export lists to a file"),
    (Permission.ACTIVITY_ALL, "See what everybody did"),
    (Permission.PEOPLE_MANAGE, "Invite and manage people"),
    (Permission.WRITES_ALL, "Change or give up what others have sent to NeroPay"),
    (Permission.OPTIONS, "Decide whether changes may wait for NeroPay"),
)
_LIMITS: Final[dict[tuple[Permission, Role], str]] = {
    (Permission.PEOPLE_MANAGE, Role.MANAGER): "Staff and viewers",
    (Permission.PEOPLE_MANAGE, Role.OWNER): "Everybody",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the table of who may do what.

    Attributes:
        text: What may be done.
        cells: For each role, highest first: whether they may, and how far in words.
    """

    text: str
    cells: tuple[tuple[bool, str], ...]


def permission_table() -> tuple[Deed, ...]:
    """Put the table in code (`PERMISSIONS`) into words; columns are the roles, highest first."""
    return tuple(
        Deed(
            text,
            tuple(
                (permission in PERMISSIONS[role], _LIMITS.get((permission, role), ""))
                for role in reversed(ROLES)
            ),
        )
        for permission, text in _DEEDS
    )


def second_factor(info: FactorInfo) -> str:
    """Say what somebody has besides the password; empty for nothing."""
    parts = ["App"] if info.has_totp else []
    if info.passkeys:
        parts.append("1 passkey" if info.passkeys == 1 else f"{info.passkeys} passkeys")
    return ", ".join(parts)


def role_changed(name: str, role: str, *, is_new: bool) -> str:
    """Say what somebody's role is now, for a toast."""
    if not is_new:
        return f"{name} is {role} already. Nothing has changed."
    return f"{name} is {role} now, and has to sign in again."


def suspended(name: str) -> str:
    """Say that somebody is shut out, for a toast."""
    return f"{name} is suspended and signed out everywhere."


def reactivated(name: str) -> str:
    """Say that somebody may sign in again, for a toast."""
    return f"{name} can sign in again."


def signed_out(name: str) -> str:
    """Say that somebody's sessions are over, for a toast."""
    return f"{name} is signed out everywhere."


def factor_reset(name: str) -> str:
    """Say that somebody's second factor is gone, for a toast."""
    return f"{name} has no second factor any more, and is signed out everywhere."


def cancelled(email: str) -> str:
    """Say that an invitation no longer works, for a toast."""
    return f"The invitation for {email} is cancelled."
