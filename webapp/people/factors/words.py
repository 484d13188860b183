"""What staff read about second factors.

Not here: headings and labels, which are in the templates.
"""

from __future__ import annotations

from typing import Final

from webapp.people.factors.passkeys import MOST

WRONG_CODE: Final = (
    "This code is not right, or it has been used already. Wait for the next one and try that."
)
WRONG_SETUP_CODE: Final = (
    "This code does not fit. Check that the app shows Tillside, and that your phone's time is set "
    "automatically; then enter the newest code."
)
WRONG_PASSKEY: Final = "That passkey did not work. Try again, or choose another way."
PASSKEY_REFUSED: Final = (
    f"The passkey was not added. It may be here already, or you have {MOST}, or it took too long. "
    "Nothing has changed."
)
STEP_OVER: Final = "That took too long, or there were too many tries. Please sign in again."
APP_ADDED: Final = "Codes from your app are on."
APP_REMOVED: Final = "Codes from your app are off."
PASSKEY_ADDED: Final = "The passkey is added."
PASSKEY_RENAMED: Final = "The passkey has its new name."
PASSKEY_REMOVED: Final = "The passkey is removed. Delete it on your device as well."
LAST_FACTOR: Final = (
    "This is your only second factor, and your role needs one. Add another one first."
)
GONE: Final = "It was removed already."
CODES_GONE: Final = "Recovery codes are shown only once. Make new ones if you did not keep them."
CODES_KEPT: Final = "Your recovery codes are set."
PRESS_AGAIN: Final = "Confirmed. Press Export again for the file."
NEED_ONE: Final = "Give your password or a code."
