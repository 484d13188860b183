"""`flask user …`: accounts from the command line; the first owner can come from nowhere else."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from webapp.ops.with_schema import with_schema
from webapp.people.factors.commands import reset_factor, rotate, set_password
from webapp.people.models import ROLES, InvalidPerson
from webapp.people.service import create_person
from webapp.people.team.commands import change_role
from webapp.people.typed import ask_password

user_commands = AppGroup("user", help="The people who may sign in.")


@user_commands.command("create")
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="What colleagues call them.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in ROLES]))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_schema
def create(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Make an account. Asks for the password, unless it comes on standard input."""
    password = ask_password(from_stdin=password_stdin)
    try:
        create_person(email=email, name=name, role=role, password=password)
    except InvalidPerson as error:
        lines = [f"{field}: {text}" for field, text in error.fields.items()]
        raise click.ClickException("\n".join(["The account was not made.", *lines])) from error
    click.echo(f"{role} {email.strip()} can sign in now.")


for _command in (reset_factor, set_password, rotate, change_role):
    user_commands.add_command(_command)
