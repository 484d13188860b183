"""Codes from an app (TOTP, RFC 6238): setting it up, checking a code, each step at most once.

A code is worth one use: the step it belongs to is noted by a conditional UPDATE, and neither that
step nor an earlier one is taken again, by whichever process. Not here: encryption
(webapp.sealing), and how often one may try.
"""

from __future__ import annotations

import hmac
import unicodedata
from typing import TYPE_CHECKING

import pyotp
import segno
import structlog
from sqlalchemy import select, update

from webapp import sealing
from webapp.clock import now
from webapp.extensions import db
from webapp.people import trail
from webapp.people.factors.models import NoSuchFactor, WrongCode
from webapp.people.tables import people

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.people.models import Person

DIGITS = 6
STEP = 30  # seconds
DRIFT = 1  # steps that a phone's clock may be off, either way

_ISSUER = "Tillside"
_log = structlog.get_logger()


def new_seed() -> str:
    """Make a seed: 160 random bits in base32, as apps take it."""
    return pyotp.random_base32()


def address_of(seed: str, email: str) -> str:
    """Give the `otpauth:` address that the QR code holds."""
    return pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=_ISSUER)


def qr_of(text: str) -> str:
    """Draw a QR code as a `data:` address of an SVG, which our content policy lets pages show."""
    drawn = segno.make(text, error="m", micro=False)
    return str(drawn.svg_data_uri(scale=5, border=4, light="#fff", dark="#000"))


def is_code_like(typed: str) -> bool:
    """Tell whether this is six digits, of any script and with spaces between them or not."""
    return len(read_digits(typed)) == DIGITS


def read_digits(typed: str) -> str:
    """Read a code as people type or paste it; empty when anything in it is no digit."""
    found = []
    for character in typed[:64]:
        if character.isspace() or character in "-\u200b\u2060\ufeff":
            continue
        value = unicodedata.decimal(character, None)
        if value is None:
            return ""
        found.append(str(value))
    return "".join(found)


def matching_step(seed: str, typed: str) -> int | None:
    """Find the step whose code this is.

    Args:
        seed: Base32.
        typed: As typed.

    Returns:
        The newest step within one of now, or None. All of them are compared in constant time.
    """
    code = read_digits(typed)
    maker, current, found = pyotp.TOTP(seed), int(now().timestamp()) // STEP, None
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(maker.generate_otp(step), code.rjust(DIGITS, "x")):
            found = step
    return found


def use_code(connection: Connection, person_id: int, typed: str) -> None:
    """Use up a code.

    Args:
        connection: An open write transaction: what the code opens happens in it.
        person_id: Whose app.
        typed: As typed.

    Raises:
        WrongCode: Wrong, out of time, used before, or there is no app.
    """
    sealed = connection.execute(
        select(people.c.totp_seed).where(
            people.c.id == person_id, people.c.totp_confirmed_at.is_not(None)
        )
    ).scalar_one_or_none()
    if not sealed:
        raise WrongCode
    try:
        opened = sealing.unseal(sealed, person_id=person_id)
    except sealing.Unreadable:
        _log.error("seed_unreadable", person_id=person_id)  # how it came about is no news
        raise WrongCode from None
    step = matching_step(opened.text, typed)
    if step is None:
        raise WrongCode
    values: dict[str, object] = {"totp_step": step}
    if opened.is_old:
        values["totp_seed"] = sealing.seal(opened.text, person_id=person_id)
    used = connection.execute(
        update(people)
        .where(
            people.c.id == person_id,
            people.c.totp_seed == sealed,
            people.c.totp_step < step,
        )
        .values(values)
    )
    if not used.rowcount:
        raise WrongCode


def set_up(connection: Connection, person: Person, seed: str, typed: str) -> None:
    """Take an app on, or another in its place, once it has shown a right code.

    Raises:
        WrongCode: The app's code does not fit the seed: scanned wrongly, or its clock is off.
    """
    step = matching_step(seed, typed)
    if step is None:
        raise WrongCode
    connection.execute(
        update(people)
        .where(people.c.id == person.id)
        .values(
            totp_seed=sealing.seal(seed, person_id=person.id),
            totp_confirmed_at=now(),
            totp_step=step,
        )
    )
    trail.note(
        connection, "factor.added", person.id, person.name, changes={"factor": (None, "app")}
    )


def take_away(connection: Connection, person: Person) -> None:
    """Forget the app.

    Raises:
        NoSuchFactor: There is none.
    """
    gone = connection.execute(
        update(people)
        .where(people.c.id == person.id, people.c.totp_confirmed_at.is_not(None))
        .values(totp_seed=None, totp_confirmed_at=None)
    )
    if not gone.rowcount:
        raise NoSuchFactor
    trail.note(
        connection, "factor.removed", person.id, person.name, changes={"factor": ("app", None)}
    )


def rotate_seeds() -> tuple[int, int, int]:
    """Seal every seed under today's SECRET_KEY.

    Returns:
        How many were sealed anew, were right already, and could not be read.
    """
    rotated = right = unreadable = 0
    with db.read() as connection:
        rows = connection.execute(
            select(people.c.id, people.c.totp_seed).where(people.c.totp_seed.is_not(None))
        ).all()
    for row in rows:
        try:
            opened = sealing.unseal(row.totp_seed, person_id=row.id)
        except sealing.Unreadable:
            unreadable += 1
            continue
        if not opened.is_old:
            right += 1
            continue
        with db.write() as connection:
            connection.execute(
                update(people)
                .where(people.c.id == row.id, people.c.totp_seed == row.totp_seed)
                .values(totp_seed=sealing.seal(opened.text, person_id=row.id))
            )
        rotated += 1
    return rotated, right, unreadable
