"""A password given to a command: typed twice, or on standard input."""

from __future__ import annotations

import sys

import click

from webapp.people.passwords import LONGEST

_MOST = 64 * LONGEST  # bytes read of the password


def ask_password(*, from_stdin: bool) -> str:
    """Read a new password.

    Args:
        from_stdin: Read all of standard input; the line break that `echo` adds is no part of it.

    Raises:
        ClickException: It is not UTF-8.
    """
    if not from_stdin:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        text = sys.stdin.buffer.read(_MOST).decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException("The password is not UTF-8 text.") from error
    return text.removesuffix("\n").removesuffix("\r")
