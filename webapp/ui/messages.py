"""Every word that staff read in messages: errors, outcomes, fields, freshness.

Plain British English: what happened, what is known, what to do. No codes and no stack words in a
sentence; a reference for support stands beside it. Features bring a kind as a string ("refused",
or the class name "Refused"); this module knows no feature and no exception class.

Not here: labels and headings of a page, which are in its template; how messages look.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from webapp.ui.outcomes import CSRF_FAILED, ERRORS, NOT_A_FORM, NOTHING_SENT, OUTCOMES, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# And everything below.
__all__ = ["CSRF_FAILED", "ERRORS", "NOTHING_SENT", "NOT_A_FORM", "OUTCOMES", "Message"]


_FALLBACK: Final = Message(
    "That did not work",
    "It could not be carried out. Nothing was changed as far as we know.",
    "Try again. If it happens again, pass the reference on to support.",
)
NOT_KNOWN: Final = Message(
    "It will never be known for certain",
    "This was sent to NeroPay without a clear answer, and it can no longer be found out from here.",
    "Please look the record up in NeroPay before you enter it again.",
    "warning",
)
LOOKED_UP: Final = "Noted that you have looked. It is no longer listed on the overview."
_ALIASES: Final = {"unknown": "outcome_unknown"}
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def for_status(status: int) -> Message:
    """Give the words for an HTTP status; any other 4xx reads as 400, any other 5xx as 500."""
    return ERRORS.get(status) or ERRORS[400 if 400 <= status < 500 else 500]


def for_kind(kind: str) -> Message:
    """Give the words for an outcome.

    Args:
        kind: "refused", "outcome_unknown"…, or the class name ("OutcomeUnknown"). A kind that is
            not known reads as a plain failure.
    """
    name = _CAMEL.sub("_", kind).lower()
    return OUTCOMES.get(_ALIASES.get(name, name), _FALLBACK)


# --- saving ------------------------------------------------------------------------------------

NO_CHANGE: Final = "Nothing was different, so nothing was sent."
UNSAVED: Final = "There are changes here that are not saved. Leave without them?"
STILL_HERE: Final = "What you typed is still here. After this you go on where you were."
OFFLINE: Final = "The server cannot be reached. What you typed is still here; try again."


def saved(label: str) -> str:
    """Say that NeroPay has confirmed a change, for a toast."""
    return f"Saved: {label}"


def undone(label: str) -> str:
    """Say that NeroPay has confirmed that a change is taken back, for a toast."""
    return f"Undone: {label}"


def added(label: str) -> str:
    """Say that NeroPay has confirmed a new record, for a toast."""
    return f"Added: {label}"


def deleted(label: str) -> str:
    """Say that NeroPay has confirmed a deletion, for a toast."""
    return f"Deleted: {label}"


def confirmed(kind: str, label: str) -> str:
    """Say that NeroPay has confirmed a write of a kind, like "category.delete", for a toast."""
    deed = kind.rpartition(".")[2]
    return {"create": added, "delete": deleted, "undo": undone}.get(deed, saved)(label)


def stored_differently(fields: Iterable[str]) -> str:
    """Say which fields NeroPay keeps otherwise than they were sent; nothing for none."""
    names = ", ".join(field(name) for name in fields)
    return (
        f"NeroPay keeps this otherwise than it was typed: {names}. Please check." if names else ""
    )


STORED_DIFFERENTLY: Final = "NeroPay keeps this otherwise than it was typed"
CONTROL_CHARACTERS: Final = (
    "This contains characters that cannot be seen or printed, perhaps from copying. "
    "Please type it again."
)
UNREADABLE_CHARACTERS: Final = "Some characters could not be read. Please type them again."
REPEATED_FIELD: Final = "This was sent more than once. Please fill it in once and save again."
NOT_A_WHOLE_NUMBER: Final = "Enter a whole number, like 10."


def required(label: str) -> str:
    """Ask for a field that may not be empty."""
    name = label.strip()
    if not name:
        return "Fill this in."
    article = "an" if name[0].lower() in "aeiou" else "a"
    return f"Enter {article} {name[0].lower()}{name[1:]}."


def too_long(count: int, limit: int) -> str:
    """Say that text is longer than its field takes."""
    return f"This is {count:,} characters long; at most {limit:,} fit."


def number_range(least: int, most: int) -> str:
    """Say between which numbers a field has to be."""
    return f"Enter a whole number from {least:,} to {most:,}."


def error_count(count: int) -> str:
    """Head the summary above a form."""
    return "One thing needs a look" if count == 1 else f"{count} things need a look"


# --- sign-in -----------------------------------------------------------------------------------

SIGN_IN_FAILED: Final = "The e-mail address and the password do not go together. Please try again."
PASSWORD_CHANGED: Final = "Your password is changed. Other windows have been signed out."  # noqa: S105  # a sentence
NAME_SAVED: Final = "Your name is saved."
PREFERENCES_SAVED: Final = "Your settings are saved."


def sign_in_throttled(seconds: int) -> str:
    """Say that there were too many failed attempts."""
    return f"There were too many attempts. Try again in {duration(seconds)}."


# --- records -----------------------------------------------------------------------------------

NOT_AN_EMAIL: Final = "Enter an e-mail address like name@example.com, or leave it empty."
SEARCH_CUT: Final = "Only the first 200 characters were looked for."
SYNC_REQUESTED: Final = "A fresh copy from NeroPay is on its way. This takes a moment."
_FIELDS: Final[Mapping[str, str]] = {
    "name": "Name",
    "email": "E-mail",
    "phone": "Phone",
    "address1": "Address",
    "city": "Town or city",
    "postcode": "Postcode",
    "sort_order": "Position",
    "is_active": "Active",
    "role": "Role",
    "theme": "Theme",
}
_TWINS: Final[Mapping[str, str]] = {
    "same_mobile": "same mobile",
    "same_phone": "same phone",
    "same_email": "same e-mail",
    "same_name_postcode": "same name and postcode",
    "same_name": "same name",
}
_WRITES: Final[Mapping[str, str]] = {
    "customer.create": "New customer",
    "customer.update": "Change of customer",
    "customer.undo": "Undoing a change of customer",
    "category.create": "New category",
    "category.delete": "Deletion of category",
}
_DEEDS: Final[Mapping[str, str]] = {
    "customer.create": "added this customer",
    "customer.update": "changed this customer",
    "customer.undo": "undid a change of this customer",
    "customer.changed_in_neropay": "had a change made elsewhere",
    "customer.gone_in_neropay": "no longer has this customer",
    "category.create": "added this category",
    "category.delete": "deleted this category",
    "write.looked_up": "looked up what became of a change",
    "option.changed": "changed what holds for everybody",
    "sign_in.ok": "signed in",
    "sign_in.failed": "could not sign in",
    "sign_out": "signed out",
    "password.changed": "changed the password",
    "password.change_failed": "could not change the password",
    "person.created": "created this account",
    "person.renamed": "changed the name",
    "step_up.ok": "confirmed who they are",
    "step_up.failed": "could not confirm who they are",
    "factor.added": "added a second factor",
    "factor.removed": "removed a second factor",
    "factor.renamed": "renamed a passkey",
    "factor.reset": "took all second factors away",
    "recovery.made": "made new recovery codes",
    "recovery.used": "used a recovery code",
    "session.ended": "signed out another device",
    "session.unlock_failed": "could not unlock",
    "person.invited": "invited somebody",
    "person.role_changed": "changed the role",
    "person.suspended": "suspended this account",
    "person.reactivated": "let this account in again",
    "person.signed_out": "signed this account out everywhere",
    "invitation.renewed": "made a new invitation link",
    "invitation.cancelled": "cancelled an invitation",
    "invitation.accepted": "accepted an invitation",
    "password.reset_requested": "asked for a link to set a new password",
    "password.reset": "set a new password with a link",
    "backup.restored": "restored a backup",
}
_WAITING: Final[Mapping[str, str]] = {  # whatever the record is
    "held": "left a change here to be sent later",
    "hold_changed": "changed what waits to be sent",
    "hold_cancelled": "threw away what waited to be sent",
    "hold_clashed": "has to decide about what waits to be sent",
    "hold_stopped": "may no longer send what they left here",
    "hold_taken_over": "took over what somebody had left here to be sent",
    "given_up": "gave up a change that was not confirmed",
    "decided": "decided what became of a change",
}
_ENDS: Final[Mapping[str, str]] = {
    "refused": ", refused: nothing changed",
    "unknown": ", not confirmed",
}


def field(name: str) -> str:
    """Give what staff call a field, e.g. "Town or city" for `city`."""
    return _FIELDS.get(name, name.replace("_", " ").capitalize())


def twin_reason(reason: str) -> str:
    """Say why two customers may be one, e.g. "same mobile"."""
    return _TWINS.get(reason, reason.replace("_", " "))


def write_kind(kind: str) -> str:
    """Say what a write was to do, e.g. "New customer" for `customer.create`."""
    return _WRITES.get(kind, "Change")


def activity(kind: str, outcome: str) -> str:
    """Say what somebody did, to follow the name: "changed this customer"."""
    deed = _DEEDS.get(kind) or _WAITING.get(kind.partition(".")[2])
    return (deed or kind.replace(".", " ").replace("_", " ")) + _ENDS.get(outcome, "")


def for_refresh(kind: str) -> Message:
    """Say why a record could not be fetched anew; what is shown is our copy."""
    words = for_kind(kind)
    return Message(words.title, "What you see is our own copy, as last confirmed.", tone="warning")


def refreshed(changes: int) -> str:
    """Say what came of fetching a record anew, for a toast."""
    if not changes:
        return "Confirmed by NeroPay just now; nothing has changed."
    return (
        f"Fetched from NeroPay: {changes} {'field has' if changes == 1 else 'fields have'} changed."
    )


# --- freshness ---------------------------------------------------------------------------------

FRESHNESS: Final[Mapping[str, str]] = {
    "ok": "Up to date with NeroPay.",
    "stale": "No fresh copy has come from NeroPay lately. What you see may be out of date.",
    "unknown": "Not copied from NeroPay yet.",
    "failed": "The last copy from NeroPay did not work. What you see may be out of date.",
}
FRESHNESS_WORDS: Final[Mapping[str, str]] = {
    "ok": "Up to date",
    "stale": "Out of date",
    "unknown": "Not known yet",
    "failed": "Copying failed",
}
SANDBOX: Final = "Sandbox: made-up data. Nothing here reaches NeroPay."


def copy_from(moment: str) -> str:
    """Say how old our copy is.

    Args:
        moment: As `filters.clock_time` gives it, e.g. "11:04".
    """
    return f"Copy from {moment}"


def duration(seconds: int) -> str:
    """Say a length of time in the words people use: "20 seconds", "3 minutes", "2 hours"."""
    for size, name in ((3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = -(-seconds // size)
            return f"{count} {name}" + ("" if count == 1 else "s")
    count = max(seconds, 1)
    return f"{count} second" + ("" if count == 1 else "s")
