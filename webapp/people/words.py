"""What staff read about passwords and accounts.

Not here: what every part says (webapp.ui.messages).
"""

from __future__ import annotations

from typing import Final

from webapp.people.models import ROLES
from webapp.people.passwords import LONGEST, SHORTEST, Weakness

WEAKNESS: Final[dict[str, str]] = {
    Weakness.TOO_SHORT: f"Use at least {SHORTEST} characters. A few words in a row do well.",
    Weakness.TOO_LONG: f"Use at most {LONGEST} characters.",
    Weakness.UNREADABLE: "This contains characters that cannot be typed. Please choose others.",
    Weakness.REPEATED: "This repeats itself too much. Please choose another.",
    Weakness.SEQUENCE: "This follows the alphabet or the keyboard. Please choose another.",
    Weakness.COMMON: "This is one of the passwords that are tried first. Please choose another.",
    Weakness.PERSONAL: "This is mostly your name, your e-mail address or ours. "
    "Please choose another.",
    Weakness.UNCHANGED: "Choose another password than the current one.",
}
NEW_PASSWORD: Final = (
    f"At least {SHORTEST} characters. A few words that only you would put together are good. "
    "You may paste it."
)
NOT_YOURS: Final = "This is not your password."
NOT_CURRENT: Final = "This is not your current password."
NOT_AN_EMAIL: Final = "Enter an e-mail address like name@example.com, in plain letters."
EMAIL_TAKEN: Final = "There is an account with this address already."
NAME_MISSING: Final = "Enter a name."
NAME_OF_NOBODY: Final = "In Activity this name stands for something else. Please choose another."
NAME_TAKEN: Final = "Somebody here has this name already. Add something to tell you two apart."
NOT_A_ROLE: Final = f"The role must be one of {', '.join(ROLES)}."
CROWDED: Final = "Too many sign-ins at this moment. Try again in a few seconds."
SESSION_ENDED: Final = "That device is signed out."
SESSION_GONE: Final = "That device was signed out already."


def sessions_ended(count: int) -> str:
    """Say how many other devices were signed out."""
    if not count:
        return "No other device was signed in."
    if count == 1:
        return "One other device is signed out."
    return f"{count} other devices are signed out."
