"""What staff read when something did not work: for each HTTP status and for each kind of outcome.

Data only; `messages` is what the others import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Message:
    """What a page says about one event.

    Attributes:
        title: Two to five words, a heading.
        text: What happened, and what is known.
        advice: What to do next; empty when there is nothing to do.
        tone: How it looks: "success", "info", "warning" or "danger".
    """

    title: str
    text: str
    advice: str = ""
    tone: str = "danger"


# --- error pages, by HTTP status ---------------------------------------------------------------

ERRORS: Final[Mapping[int, Message]] = {
    400: Message(
        "That did not arrive properly",
        "Something in the request could not be read, so nothing was done.",
        "Go back, load the page again and repeat what you did.",
        "warning",
    ),
    401: Message(
        "Please sign in",
        "You are signed out. That happens after half an hour without use, or when you sign out "
        "in another window. Nothing was saved just now.",
        "Sign in and you are back on this page.",
        "info",
    ),
    403: Message(
        "Not open to you",
        "Your role does not include this, so nothing was done.",
        "If you need it for your work, ask the owner of this account.",
        "warning",
    ),
    404: Message(
        "Nothing here",
        "There is no page or record at this address. It may have been typed or copied with a "
        "piece missing, or the record is no longer there.",
        "Search for it by name instead.",
        "info",
    ),
    405: Message(
        "That does not work this way",
        "This address cannot be used like that, so nothing was done.",
        "Go back and use the buttons on the page.",
        "info",
    ),
    413: Message(
        "Too much at once",
        "What was sent is larger than we take, so nothing was saved.",
        "Go back, shorten it and try again.",
        "warning",
    ),
    414: Message(
        "Too long an address",
        "What was asked for does not fit into an address, so nothing was done. A search takes up "
        "to two hundred characters.",
        "Go back, shorten it and try again.",
        "warning",
    ),
    429: Message(
        "One moment, please",
        "There were too many attempts in a short time, so this one was not carried out.",
        "Wait a little and try again.",
        "warning",
    ),
    500: Message(
        "Something went wrong on our side",
        "The fault is ours and has been recorded.",
        "Try again. If it happens again, pass the reference on to support.",
    ),
    502: Message(
        "NeroPay gave no proper answer",
        "Customers and categories can still be found here, from our own copy.",
        "Try again in a minute. If it goes on, pass the reference on to support.",
    ),
    503: Message(
        "Back in a moment",
        "This is busy or being updated just now.",
        "Try again in a minute.",
        "warning",
    ),
}

# Added to the last two where somebody was saving something.
MAY_BE_SAVED: Final = "Look the record up before you save again: it may have been saved."
# Nothing could be noted down; before a write is sent to NeroPay, it always is.
NOTHING_SENT: Final = Message(
    "Not saved yet",
    "Nothing can be written down here just now, so nothing was sent to NeroPay. What you typed is "
    "still here.",
    "Send it again in a minute.",
    "warning",
)
CSRF_FAILED: Final = Message(
    "This page was open too long",
    "You have signed in or out since it was opened, so nothing was saved.",
    "Check what you typed and send it again.",
    "warning",
)
NOT_A_FORM: Final = Message(
    "That did not arrive properly",
    "It could not be read as a form of ours, so nothing was saved.",
    "Go back, load the page again and repeat what you did.",
    "warning",
)

# --- what came of a call to NeroPay, by kind ---------------------------------------------------

OUTCOMES: Final[Mapping[str, Message]] = {
    "not_found": Message(
        "No longer at NeroPay",
        "NeroPay does not have this record any more. Nothing was changed.",
        "It may have been removed by someone else; refresh the list.",
        "warning",
    ),
    "invalid": Message(
        "Please check the details",
        "NeroPay did not take some of them. Nothing was changed.",
        "Correct them and save again.",
    ),
    "refused": Message(
        "NeroPay does not allow this",
        "NeroPay refused it for this record or this account. Nothing was changed.",
        "Trying again will not help.",
        "warning",
    ),
    "rate_limited": Message(
        "NeroPay asks for a pause",
        "It has had too many requests in a short time. Nothing was changed.",
        "Wait a minute and save again.",
        "warning",
    ),
    "misconfigured": Message(
        "The connection to NeroPay is not set up properly",
        "NeroPay did not accept our access. Nothing was changed, and your own sign-in is fine.",
        "Tell whoever looks after this installation, and pass the reference on.",
    ),
    "unavailable": Message(
        "NeroPay cannot be reached",
        "Nothing was sent, so nothing was changed.",
        "What you typed is still here. Save again in a minute.",
        "warning",
    ),
    "busy": Message(
        "Busy just now",
        "Nothing can be written down here just now, so NeroPay was not asked.",
        "Try again in a minute.",
        "warning",
    ),
    "outcome_unknown": Message(
        "Sent, not confirmed yet",
        "We sent this to NeroPay but got no answer.",
        "Don’t enter it again; we are checking. This message changes as soon as we know.",
        "warning",
    ),
    "outcome_unclear": Message(
        "Sent, not confirmed yet",
        "We sent this to NeroPay but got no clear answer.",
        "Don’t enter it again; we are checking. This message changes as soon as we know.",
        "warning",
    ),
    "not_known": Message(
        "It will never be known for certain",
        "What this form sent before can no longer be found out. What you typed since was not sent.",
        "Please look the record up in NeroPay before you save this.",
        "warning",
    ),
    "bad_response": Message(
        "NeroPay's answer could not be read",
        "Nothing here was changed. What you see may not be the newest.",
        "Try again in a minute.",
    ),
    "idempotency_conflict": Message(
        "Already sent once",
        "This form was sent before with other details, and NeroPay keeps to the first. "
        "Nothing was changed this time.",
        "Look the record up, and correct it there.",
        "warning",
    ),
    "saved_before": Message(
        "Saved before, changed since",
        "This form was saved already, as it was then. What you have changed since is below, and is "
        "not saved yet.",
        "Save again to send it.",
        "warning",
    ),
    "adding_again": Message(
        "Not saved yet",
        "NeroPay has this customer no more. What you typed is below; saving adds a new customer, "
        "with a number of their own.",
        "Check it and save.",
        "warning",
    ),
    "correcting": Message(
        "Sent, not confirmed yet",
        "What you sent is below. Whether NeroPay has it is found out before anything else is sent.",
        "Correct it and save: it is not made twice.",
        "info",
    ),
    "category_added_before": Message(
        "The first one was added",
        "What this form held before has been added, and NeroPay cannot rename a category. This "
        "was not sent, and what you typed is still here.",
        "Add this one as well, and delete the other in the list if it is wrong.",
        "warning",
    ),
    "write_open": Message(
        "The last change is not confirmed yet",
        "An earlier change of this record was sent and is not confirmed yet. Nothing was sent "
        "this time, and what you typed is still here.",
        "Wait until that is known, then save again.",
        "warning",
    ),
    "unknown_intent": Message(
        "Please send this once more",
        "The form was not one that we could recognise, so nothing was sent. What you typed is "
        "still here.",
        "Check it and save again.",
        "warning",
    ),
    "held_before": Message(
        "Something else goes first",
        "An earlier change of this record still waits for NeroPay, and NeroPay gets them in their "
        "order. Nothing was sent, and what you typed is still here.",
        "Save again once that one has been sent.",
        "warning",
    ),
    "held_undecided": Message(
        "Something else has to be decided first",
        "An earlier change of this record waits for somebody to decide about it, and NeroPay gets "
        "them in their order. Nothing was sent, and what you typed is still here.",
        "Save again once that one is decided and sent.",
        "warning",
    ),
    "renamed_meanwhile": Message(
        "It has another name now",
        "The category that was to be deleted is called something else by now. Nothing was sent.",
        "Throw this away. If the category should still go, delete it in the list.",
        "warning",
    ),
    "held_gone": Message(
        "Thrown away meanwhile",
        "What waited here was never sent to NeroPay. What you typed is still here, not kept yet.",
        "Save it if it is still wanted.",
        "warning",
    ),
    "not_kept": Message(
        "Not kept",
        "The owner has turned waiting off, or too many changes of yours wait here already. "
        "Nothing was sent, and nothing that you typed is lost.",
        "Send it when NeroPay is back.",
        "warning",
    ),
    "author_suspended": Message(
        "Its author is suspended",
        "The account of whoever left this here has been suspended since, so it was not sent.",
        "Send it as your own change, or throw it away.",
        "warning",
    ),
    "author_role": Message(
        "Its author may not send it any more",
        "Whoever left this here has another role now, which does not include it. It was not sent.",
        "Somebody who may can send it as their own change, or throw it away.",
        "warning",
    ),
    "not_made": Message(
        "Not made",
        "A person has looked: NeroPay did not carry it out.",
        "",
        "warning",
    ),
    "changed_meanwhile": Message(
        "Changed by someone else meanwhile",
        "The record is not as it was when you opened it. Nothing was saved, so nothing of theirs "
        "is lost.",
        "Compare the marked fields, then save again.",
        "warning",
    ),
}
