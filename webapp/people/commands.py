"""`flask user …`: accounts from the command line; the first owner can come from nowhere else."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from webapp.people.models import ROLES, InvalidPerson
from webapp.people.passwords import LONGEST
from webapp.people.service import create_person

user_commands = AppGroup("user", help="The people who may sign in.")

_MOST = 64 * LONGEST  # bytes read of the password


@user_commands.command("create")
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="What colleagues call them.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in ROLES]))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Make an account. Asks for the password, unless it comes on standard input."""
    if password_stdin:
        password = _read_password()
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        create_person(email=email, name=name, role=role, password=password)
    except InvalidPerson as error:
        lines = [f"{field}: {text}" for field, text in error.fields.items()]
        raise click.ClickException("\n".join(["The account was not made.", *lines])) from error
    click.echo(f"{role} {email.strip()} can sign in now.")


def _read_password() -> str:
    """Read standard input; the line break that `echo` adds is no part of the password."""
    try:
        text = sys.stdin.buffer.read(_MOST).decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException("The password is not UTF-8 text.") from error
    return text.removesuffix("\n").removesuffix("\r")
