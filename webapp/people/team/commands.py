"""`flask user role`: owners are made, and made something else, on the command line only."""

from __future__ import annotations

import click

from webapp.ops.with_schema import with_schema
from webapp.people.models import ROLES, Role
from webapp.people.team.models import LastOwner, NobodyThere
from webapp.people.team.service import set_role


@click.command("role")
@click.option("--email", required=True, help="The address they sign in with.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in ROLES]))
@with_schema
def change_role(email: str, role: str) -> None:
    """Give somebody another role, owner too. They have to sign in again."""
    try:
        name = set_role(email, Role(str(role)))
    except NobodyThere as error:
        raise click.ClickException("There is no account with this address.") from error
    except LastOwner as error:
        raise click.ClickException("This is the last active owner; make another first.") from error
    click.echo(f"{name} is {role} now.")
