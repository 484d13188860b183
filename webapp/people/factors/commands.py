"""`flask user …` for somebody who is locked out, and for a new SECRET_KEY.

Not here: `flask user create` (webapp.people.commands).
"""

from __future__ import annotations

import click
from sqlalchemy import update

from webapp.clock import now
from webapp.extensions import db
from webapp.ops.with_schema import with_schema
from webapp.people import sessions, throttle, trail, words
from webapp.people.addresses import email_key
from webapp.people.factors.service import reset_factors
from webapp.people.factors.totp import rotate_seeds
from webapp.people.lookups import find_by_email
from webapp.people.models import Person
from webapp.people.passwords import find_weakness, hash_password
from webapp.people.tables import people
from webapp.people.typed import ask_password


@click.command("reset-factor")
@click.option("--email", required=True, help="The address they sign in with.")
@with_schema
def reset_factor(email: str) -> None:
    """Take somebody's second factors away and end their sessions."""
    person = _find(email)
    with db.write() as connection:
        reset_factors(connection, person.id)
    click.echo(f"{person.name} has no second factor any more, and is signed out everywhere.")


@click.command("set-password")
@click.option("--email", required=True, help="The address they sign in with.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_schema
def set_password(email: str, password_stdin: bool) -> None:
    """Set somebody's password and end their sessions; a second factor stays."""
    person = _find(email)
    password = ask_password(from_stdin=password_stdin)
    weakness = find_weakness(password, email=person.email, name=person.name)
    if weakness:
        raise click.ClickException(f"The password was not set. {words.WEAKNESS[weakness]}")
    values = {"password_hash": hash_password(password), "password_changed_at": now()}
    with db.write() as connection:
        connection.execute(update(people).where(people.c.id == person.id).values(values))
        sessions.end_everything(connection, person.id)
        throttle.forget(connection, email_key(person.email))
        trail.note(connection, "password.reset", person.id, person.name)
    click.echo(f"{person.name} has a new password, and is signed out everywhere.")


@click.command("rotate-seeds")
@with_schema
def rotate() -> None:
    """Encrypt the seeds of all apps under today's SECRET_KEY."""
    rotated, right, unreadable = rotate_seeds()
    click.echo(f"{rotated} encrypted anew, {right} were already, {unreadable} cannot be read.")
    if unreadable:
        raise click.ClickException(
            "Some seeds open neither with SECRET_KEY nor with SECRET_KEY_BEFORE."
        )


def _find(email: str) -> Person:
    person = find_by_email(email)
    if person is None:
        raise click.ClickException("There is no account with this address.")
    return person
