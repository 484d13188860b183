"""What people are called: nobody like another person here, or like what the trail has of nobody.

Pages and files show people by name. So a name is compared without what a glance does not see:
case, accents, spaces, and characters that show nothing. Letters of other scripts that look like
Latin ones are others: the trail and its file have a person's number, too.

Not here: which characters a name may have (`ui.forms`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text, update

from webapp.activity.service import NOBODYS
from webapp.extensions import db
from webapp.people import trail, words
from webapp.people.addresses import email_key
from webapp.people.models import InvalidPerson, Person
from webapp.people.tables import people
from webapp.ui.filters import fold
from webapp.ui.forms import is_invisible

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOCK = 4_919_203  # any fixed number of its own: PostgreSQL's advisory lock of names


def name_key(name: str) -> str:
    """Give what a name is compared by."""
    folded = fold(name)[0].casefold()
    return "".join(char for char in folded if not is_invisible(char))


def refuse_mistakable(connection: Connection, name: str, account: str) -> None:
    """Make sure that nobody is taken for another, until the transaction ends.

    Args:
        connection: An open write transaction.
        name: What somebody wants to be called, cleaned.
        account: The key of their own e-mail address.

    Raises:
        InvalidPerson: The trail calls somebody else so, or another person is called so.
    """
    wanted = name_key(name)
    if wanted in map(name_key, NOBODYS):
        raise InvalidPerson({"name": words.NAME_OF_NOBODY})
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    others = select(people.c.name).where(people.c.email_key != account)
    if wanted in map(name_key, connection.execute(others).scalars()):
        raise InvalidPerson({"name": words.NAME_TAKEN})


def change_name(person: Person, name: str) -> None:
    """Change the own name.

    Args:
        person: Who is signed in.
        name: Cleaned text of 1 to 100 characters.

    Raises:
        InvalidPerson: It could be taken for another's.
    """
    if name == person.name:
        return
    with db.write() as connection:
        refuse_mistakable(connection, name, email_key(person.email))
        connection.execute(update(people).where(people.c.id == person.id).values(name=name))
        changes = {"name": (person.name, name)}
        trail.note(connection, "person.renamed", person.id, name, changes=changes)
