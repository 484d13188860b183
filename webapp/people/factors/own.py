"""What a session remembers while its person sets factors up, and what follows from having one.

Not here: the factors themselves (totp.py, passkeys.py, recovery.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import request, session
from sqlalchemy import select, update

from webapp import sealing
from webapp.clock import now
from webapp.extensions import db
from webapp.people import sessions, trail
from webapp.people.factors import passkeys as keys
from webapp.people.factors import recovery, totp
from webapp.people.factors.models import FactorInfo, NoSuchFactor, Passkey
from webapp.people.factors.required import must_have_factor
from webapp.people.factors.service import factors_of, has_factor, hold
from webapp.people.tables import passkeys
from webapp.ui.htmx import return_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from webapp.people.models import Person

SHOWN_FOR = timedelta(minutes=15)  # how long new recovery codes can be looked at

_SEED = "new_seed"
_CODES = "new_codes"
_PLACE = "place_after_setup"
_DEVICES = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux")


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """What the own account shows.

    Attributes:
        info: How many of what.
        passkeys: Each passkey.
        must_have: The role needs a second factor.
        is_setup: Nothing else can be done before there is one.
    """

    info: FactorInfo
    passkeys: tuple[Passkey, ...]
    must_have: bool
    is_setup: bool

    @property
    def is_last(self) -> bool:
        """Whether the only factor has to stay."""
        return self.must_have and self.info.count == 1


def own_factors() -> OwnFactors:
    """Give the signed-in person's factors, for templates."""
    person = sessions.current_person()
    assert person is not None, "only on pages of signed-in people"
    return OwnFactors(
        factors_of((person.id,))[person.id],
        list_passkeys(person.id),
        must_have_factor(person.role),
        sessions.is_setup(),
    )


def list_passkeys(person_id: int) -> tuple[Passkey, ...]:
    """Give somebody's passkeys, oldest first."""
    columns = (passkeys.c.id, passkeys.c.name, passkeys.c.created_at, passkeys.c.last_used_at)
    with db.read() as connection:
        rows = connection.execute(
            select(*columns).where(passkeys.c.person_id == person_id).order_by(passkeys.c.id)
        ).all()
    return tuple(Passkey(*row) for row in rows)


def rename_passkey(person: Person, passkey_id: int, name: str) -> None:
    """Call a passkey something else.

    Raises:
        NoSuchFactor: There is no such passkey of theirs.
    """
    own = (passkeys.c.id == passkey_id, passkeys.c.person_id == person.id)
    with db.write() as connection:
        before = connection.execute(select(passkeys.c.name).where(*own)).scalar_one_or_none()
        if before is None:
            raise NoSuchFactor
        connection.execute(update(passkeys).where(*own).values(name=name))
        changes = {"passkey": (before, name)}
        trail.note(connection, "factor.renamed", person.id, person.name, changes=changes)


def find_passkey(person: Person, passkey_id: int) -> Passkey | None:
    """Find one of somebody's passkeys."""
    found = (one for one in list_passkeys(person.id) if one.id == passkey_id)
    return next(found, None)


def device_name() -> str:
    """Suggest a name for a passkey made here, e.g. "iPhone"; empty when nothing is known."""
    agent = request.user_agent.string
    name = next((one for one in _DEVICES if one in agent), "")
    return {"Macintosh": "Mac", "CrOS": "Chromebook"}.get(name, name)


def seed_to_scan(person: Person) -> str:
    """Give the seed that is being set up in this session; a new one when there is none."""
    try:
        return sealing.unseal(session.get(_SEED) or "", person_id=person.id).text
    except sealing.Unreadable:
        seed = totp.new_seed()
        session[_SEED] = sealing.seal(seed, person_id=person.id)
        return seed


def add_app(person: Person, typed: str) -> int:
    """Take on the app that has the seed of this session; as the first factor, it ends the others.

    Returns:
        How many other sessions ended: whoever had the password alone is out.

    Raises:
        WrongCode: Its code does not fit.
        SessionEnded: Another browser was first.
    """
    seed = seed_to_scan(person)
    ended = _add(person, lambda connection: totp.set_up(connection, person, seed, typed))
    session.pop(_SEED, None)
    return ended


def add_passkey(person: Person, answer: str, name: str) -> int:
    """Keep a passkey that the browser made; what it ends, and the result, are as in `add_app`.

    Raises:
        PasskeyRefused: It is not right, known already, or one too many.
        SessionEnded: Another browser was first.
    """
    new = keys.check_new(answer)
    return _add(person, lambda connection: keys.add(connection, person, new, name))


def renew_codes(person: Person) -> None:
    """Make ten new recovery codes; `fresh_codes` shows them.

    Raises:
        NoSuchFactor: There is no second factor that they could stand in for.
        SessionEnded: From elsewhere, meanwhile.
    """
    with db.write() as connection:
        hold(connection, person.id)
        if not has_factor(connection, person.id):
            raise NoSuchFactor
        codes = recovery.make_codes(connection, person)
    _show_codes(person, codes)


def fresh_codes(person: Person) -> list[str]:
    """Give the codes that were just made; empty once they were kept, or after 15 minutes."""
    kept = session.get(_CODES)
    if kept is None or now() - datetime.fromisoformat(kept["at"]) >= SHOWN_FOR:
        return []
    return recovery.read_kept(kept["codes"], person)


def forget_fresh_codes() -> None:
    """Stop showing them."""
    session.pop(_CODES, None)


def remember_place(raw: str | None) -> None:
    """Remember where somebody wanted to go before a second factor had to be set up."""
    if raw and sessions.is_setup():
        session[_PLACE] = return_place(raw, "/")


def take_place(default: str) -> str:
    """Give where to go on, once."""
    return return_place(session.pop(_PLACE, None), default)


def _add(person: Person, add: Callable[[Connection], None]) -> int:
    """Add a factor; the first one makes this the only session."""
    new_id, ended = "", 0
    with db.write() as connection:
        hold(connection, person.id)
        if not has_factor(connection, person.id):
            new_id, ended = sessions.keep_only_this(connection, person.id)
        add(connection)
        codes = _first_codes(connection, person)
    if new_id:
        sessions.go_on_as(new_id, level="full")
    if codes:
        _show_codes(person, codes)
    return ended


def _first_codes(connection: Connection, person: Person) -> list[str]:
    if recovery.has_codes(connection, person.id):
        return []
    return recovery.make_codes(connection, person, is_first=True)


def _show_codes(person: Person, codes: list[str]) -> None:
    session[_CODES] = {
        "codes": recovery.keep_for_showing(codes, person),
        "at": now().isoformat(),
    }
