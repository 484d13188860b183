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
}
NOT_CURRENT: Final = "This is not your current password."
NOT_AN_EMAIL: Final = "Enter an e-mail address like name@example.com, in plain letters."
EMAIL_TAKEN: Final = "There is an account with this address already."
NAME_MISSING: Final = "Enter a name."
NOT_A_ROLE: Final = f"The role must be one of {', '.join(ROLES)}."
