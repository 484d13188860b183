"""The `flask backup` and `flask restore` commands. What they do is in `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from webapp.ops.archive import BackupError
from webapp.ops.in_use import InUseError

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command("backup")
@_FILE
@click.option("--force", "is_forced", is_flag=True, help="Replace FILE if it is there.")
@click.option("--any-chain", is_flag=True, help="Even if the activity trail was tampered with.")
@with_appcontext
def backup(file: Path, is_forced: bool, any_chain: bool) -> None:
    """Write the whole database into FILE, while web and worker go on.

    FILE is proven before it gets its name: its pages, its activity trail, and that it can be read
    back. It holds customers' data and can be read by its owner alone.

    SECRET_KEY is not in it, and without it the authenticator apps in it have to be set up again:
    keep the key too, in another place.
    """
    from webapp.ops.backup import make_backup

    try:
        made = make_backup(file, is_forced=is_forced, any_chain=any_chain)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    rows, customers, entries = (
        f"{count:,}"
        for count in (sum(made.counts.values()), made.counts["customers"], made.counts["activity"])
    )
    click.echo(
        f"{file}: {rows} rows, with {customers} customers and {entries} entries of the trail; "
        f"{file.stat().st_size:,} bytes, proven."
    )
    click.echo(f"Newest entry {made.last_entry[0]}: {made.last_entry[1]}")


@click.command("restore")
@_FILE
@click.option("--any-chain", is_flag=True, help="Even if its activity trail was tampered with.")
@click.option("--any-account", is_flag=True, help="Even if it belongs to another NeroPay account.")
@with_appcontext
def restore(file: Path, any_chain: bool, any_account: bool) -> None:
    """Put the backup in FILE in the place of the database. Stop web and worker first.

    A bad, cut, foreign or newer FILE is refused, and the database stays as it is. The former
    database is kept aside. Everybody has to sign in again; the worker copies the customers anew
    and finds out about writes that were open. What was done after the backup is still in NeroPay,
    but no longer in the activity trail. People, their roles, passwords and recovery codes are as
    they were; invitations that were open are cancelled.

    On PostgreSQL run it with the DATABASE_URL of the tables' owner, and run `activity protect`
    again afterwards if another role serves.

    With another SECRET_KEY than that of the backup, authenticator apps have to be set up again.
    """
    from webapp.extensions import db
    from webapp.ops.restore import restore as put_back

    dialect = db.dialect
    try:
        done = put_back(file, any_chain=any_chain, any_account=any_account)
    except (BackupError, InUseError) as error:
        raise click.ClickException(str(error)) from error
    made_at = f"{done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
    click.echo(f"Restored: {sum(done.manifest.counts.values()):,} rows of {made_at}.")
    if done.aside:
        what = "database" if dialect == "sqlite" else "schema"
        click.echo(f"The former {what} is kept as {done.aside}.")
    click.echo(f"{done.open_writes} writes were open; the worker finds out about them.")
    click.echo(
        "People are as they were then: look through roles, suspensions and second factors on /team,"
        " and have recovery codes made anew. Invitations that were open are cancelled."
    )
    if done.is_other_key:
        click.echo("SECRET_KEY is another one now: authenticator apps have to be set up again.")
    if dialect == "postgresql":
        click.echo("If another role serves, run again: flask --app webapp activity protect")
