"""Recovery codes: ten of them, for the day the phone is gone; each works once.

A code has 120 random bits, so its SHA-256 (with the person's id in it) gives nothing away. Not
here: the pages that show them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from webapp import sealing
from webapp.clock import now
from webapp.people import trail
from webapp.people.factors.models import WrongCode
from webapp.people.tables import recovery_codes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.people.models import Person

COUNT = 10

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
_GROUPS, _GROUP = 4, 6  # 24 characters of 5 bits
_LOOKS_LIKE = str.maketrans("ilo", "110")


def make_codes(connection: Connection, person: Person, *, is_first: bool = False) -> list[str]:
    """Make ten codes; all earlier ones stop working.

    Args:
        connection: An open write transaction.
        person: Whose.
        is_first: They come with the first factor, which is written down by itself.

    Returns:
        The codes, which cannot be read again from our tables.
    """
    codes = [_new_code() for _ in range(COUNT)]
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person.id))
    rows = [{"person_id": person.id, "code_hash": _hash(person.id, code)} for code in codes]
    connection.execute(insert(recovery_codes), rows)
    if not is_first:
        trail.note(connection, "recovery.made", person.id, person.name)
    return codes


def has_codes(connection: Connection, person_id: int) -> bool:
    """Tell whether any code is left."""
    unused = select(recovery_codes.c.id).where(
        recovery_codes.c.person_id == person_id, recovery_codes.c.used_at.is_(None)
    )
    return connection.execute(unused.limit(1)).first() is not None


def use_code(connection: Connection, person: Person, typed: str) -> None:
    """Use up a code.

    Args:
        connection: An open write transaction: what the code opens happens in it.
        person: Whose.
        typed: As typed: in capitals or not, with or without hyphens and spaces.

    Raises:
        WrongCode: Wrong, or used before.
    """
    used = connection.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.person_id == person.id,
            recovery_codes.c.code_hash == _hash(person.id, typed),
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=now())
    )
    if not used.rowcount:
        raise WrongCode
    trail.note(connection, "recovery.used", person.id, person.name, actor=trail.actor_of(person))


def keep_for_showing(codes: list[str], person: Person) -> str:
    """Seal codes for the session, which shows them until their owner has kept them."""
    return sealing.seal(json.dumps(codes), person_id=person.id, purpose=sealing.FRESH)


def read_kept(sealed: str, person: Person) -> list[str]:
    """Open what `keep_for_showing` gave; empty when it cannot be opened any more."""
    try:
        opened = sealing.unseal(sealed, person_id=person.id, purpose=sealing.FRESH)
    except sealing.Unreadable:
        return []
    codes: list[str] = json.loads(opened.text)
    return codes


def as_text(codes: list[str], email: str) -> str:
    """Give the file to download."""
    lines = [
        "Tillside recovery codes",
        f"for {email}",
        "",
        *codes,
        "",
        "Each code works once, in place of a code from your app or a passkey.",
        "Keep them where your phone is not, and where nobody else looks.",
        "",
    ]
    return "\r\n".join(lines)


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP))
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def _hash(person_id: int, typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed[:200]).casefold()
    plain = "".join(c for c in text if c.isalnum()).translate(_LOOKS_LIKE)
    text = f"tillside/recovery/{person_id}/{plain}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
