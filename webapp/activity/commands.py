"""The `flask activity` commands. What they do is in `chain` and `protection`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from webapp.activity.chain import verify
from webapp.activity.protection import ProtectionError, protect
from webapp.db.schema import BEHIND, is_current
from webapp.extensions import db

activity_commands = AppGroup("activity", help="The audit trail.")


@activity_commands.command("verify")
def _verify() -> None:
    """Check that no entry of the audit trail was changed, removed, moved or cut off.

    Keep the newest entry's number and hash elsewhere: whoever owns the database could make the
    whole trail anew, but not with that hash in it.
    """
    if not is_current(db.engine):
        raise click.ClickException(BEHIND)
    result = verify()
    if not result.ok:
        raise click.ClickException(result.problem)
    click.echo(f"{result.checked} entries verified.")
    if result.last_id:
        click.echo(f"Newest entry {result.last_id}: {result.last_hash}")


@activity_commands.command("protect")
@click.option("--role", required=True, help="What the application signs in to PostgreSQL as.")
def _protect(role: str) -> None:
    """Let the application's role append to the trail, and neither change nor delete it."""
    try:
        days = protect(role)
    except ProtectionError as error:
        raise click.ClickException(str(error)) from error
    kept = f"for {days} days at least" if days else "for ever"
    click.echo(f"{role} can append to the trail only; entries are kept {kept}.")
