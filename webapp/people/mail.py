"""Letters by SMTP: invitations and links to set a new password, in plain text.

What a person typed gets into the text only as one cleaned line, and into a header only as a
checked address. The server's certificate is verified; nothing goes to a server on another machine
in clear, since a link is as good as a password. Not here: who gets a letter.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from webapp.clock import now
from webapp.extensions import settings
from webapp.people.addresses import checked_email
from webapp.ui.filters import exact_time, visible

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from webapp.people.team.models import Link

TIMEOUT = 5.0  # seconds for each step of the conversation

_PORTS = {"smtp": 25, "smtps": 465}


class MailFailed(Exception):  # noqa: N818 - an error's name says what happened, as elsewhere
    """The letter was not taken; nobody knows whether a part of it went anywhere."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    Attributes:
        to: A checked address.
        subject: Ours, without anything that a person typed.
        text: Plain text, with line feeds.
    """

    to: str
    subject: str
    text: str


def can_send() -> bool:
    """Tell whether there is a server to send by, and an address of ours to link to."""
    return bool(settings().smtp_url and settings().public_url)


def send(letter: Letter) -> None:
    """Hand a letter to the server of SMTP_URL, now. Never call this in a transaction.

    Raises:
        MailFailed: The server could not be reached, refused it, or is not set up properly.
    """
    url = settings().smtp_url
    if not url or not can_send():
        raise MailFailed
    try:
        parts = urlsplit(url)
        message = _message(letter, parts)
        with _connect(parts) as server:
            _sign_in(server, parts)
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise MailFailed(type(error).__name__) from error


def problem() -> str:
    """Sign in to the server of SMTP_URL and send nothing; give what is wrong, or nothing."""
    url = settings().smtp_url
    if not url:
        return "SMTP_URL is not set"
    try:
        parts = urlsplit(url)
        with _connect(parts) as server:
            _sign_in(server, parts)
            server.noop()
    except smtplib.SMTPNotSupportedError as error:
        return str(error)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return type(error).__name__
    return ""


def invitation_letter(link: Link, address: str, inviter: str) -> Letter:
    """Write an invitation.

    Args:
        link: Whom it is for.
        address: The link itself, from PUBLIC_URL.
        inviter: What the inviter is called.
    """
    return Letter(
        to=link.email,
        subject="Your invitation to Tillside",
        text=f"{_greeting(link.name)}\n\n"
        f"{_line(inviter)} has invited you to Tillside, our shop's back office, as {link.role}.\n"
        f"Open this link to choose your password:\n\n{address}\n\n"
        f"It works once, for this e-mail address, until {exact_time(link.expires_at)}.\n"
        "If you did not expect this, leave it; nothing happens then.\n",
    )


def reset_letter(link: Link, address: str) -> Letter:
    """Write the letter with which a new password can be set.

    Args:
        link: Whom it is for.
        address: The link itself, from PUBLIC_URL.
    """
    return Letter(
        to=link.email,
        subject="A new password for Tillside",
        text=f"{_greeting(link.name)}\n\n"
        "Somebody, most likely you, asked for a new password for your Tillside account.\n"
        f"Open this link to choose one:\n\n{address}\n\n"
        f"It works once, until {exact_time(link.expires_at)}.\n"
        "If it was not you, leave it; your password stays as it is.\n",
    )


def _message(letter: Letter, parts: SplitResult) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    recipient = checked_email(letter.to)
    if recipient is None:
        raise ValueError("not an address")
    host = urlsplit(settings().public_url or "").hostname or "localhost"
    message["From"] = Address("Tillside", addr_spec=_sender(parts, host))
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _sender(parts: SplitResult, host: str) -> str:
    """Give `from` of SMTP_URL, or the name it signs in with, or an address at our own host."""
    given = parse_qs(parts.query).get("from", [""])[0] or unquote(parts.username or "")
    return checked_email(given) or f"tillside@{host}"


def _connect(parts: SplitResult) -> smtplib.SMTP:
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        elif not _is_local(host):
            raise smtplib.SMTPNotSupportedError("it offers no TLS")  # noqa: TRY301  # closes below
    except BaseException:
        server.close()
        raise
    return server


def _sign_in(server: smtplib.SMTP, parts: SplitResult) -> None:
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _greeting(name: str) -> str:
    return f"Hello {_line(name)}," if name else "Hello,"


def _line(text: str) -> str:
    """Make what a person typed one line in which nothing hides."""
    return " ".join(visible(text).split())
