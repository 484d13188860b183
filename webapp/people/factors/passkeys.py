"""Passkeys (WebAuthn): adding and using them.

Every use asks the device to make sure who holds it, so a passkey is two factors in one. An answer
is worth one use: it counts only if its challenge was made after the passkey's last use. Not here:
challenges themselves (challenges.py), naming (own.py), taking away (service.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from webapp.clock import now
from webapp.extensions import db
from webapp.people import trail
from webapp.people.factors import challenges
from webapp.people.factors.challenges import Purpose
from webapp.people.factors.models import PasskeyRefused, WrongCode
from webapp.people.tables import passkeys

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.people.models import Person

MOST = 20  # passkeys of one person
NAME_LENGTH = 60  # characters

_ID_LENGTH = 1400  # characters: WebAuthn allows 1,023 bytes, here in base64url
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class New:
    """A new passkey whose answer is right; all base64url."""

    credential_id: str
    public_key: str
    count: int


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer whose signature is right; it still has to be used.

    Attributes:
        passkey_id: Id in our table.
        person_id: Whose it is.
        issued_at: When its challenge was made.
        count_before: The device's counter as we knew it.
        count: The device's counter now; 0 where it has none.
    """

    passkey_id: int
    person_id: int
    issued_at: datetime
    count_before: int
    count: int


def options_for_adding(person: Person) -> str:
    """Give what the browser needs to make a passkey, as JSON; remembers the challenge."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    site = challenges.our_site()
    options = generate_registration_options(
        rp_id=site.id,
        rp_name="Tillside",
        user_id=_handle(person.id),
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenges.issue(Purpose.ADD),
        timeout=int(challenges.LIFETIME.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(person.id),
    )
    return options_to_json(options)


def options_for_using(purpose: Purpose, person_id: int | None = None) -> str:
    """Give what the browser needs to use a passkey, as JSON; remembers the challenge.

    Args:
        purpose: What for.
        person_id: Whose passkeys will do; None: whichever the device has for this site.
    """
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=challenges.our_site().id,
        challenge=challenges.issue(purpose),
        timeout=int(challenges.LIFETIME.total_seconds() * 1000),
        allow_credentials=_descriptors(person_id) if person_id is not None else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def check_new(answer: str) -> New:
    """Check what a browser answered to the challenge for a new passkey.

    Args:
        answer: As JSON; anything at all.

    Raises:
        PasskeyRefused: The answer is not right.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    site = challenges.our_site()
    try:
        challenge = challenges.take(Purpose.ADD)
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge.value,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # hostile bytes in several parsers of others
        _log.info("passkey_refused", reason=type(error).__name__)
        raise PasskeyRefused from error
    return New(
        bytes_to_base64url(made.credential_id),
        bytes_to_base64url(made.credential_public_key),
        made.sign_count,
    )


def add(connection: Connection, person: Person, new: New, name: str) -> None:
    """Keep a new passkey.

    Args:
        connection: An open write transaction.
        person: Whose.
        new: What `check_new` gave.
        name: What its owner calls it, cleaned.

    Raises:
        PasskeyRefused: The passkey is known already, or there are 20.
    """
    count = select(func.count()).where(passkeys.c.person_id == person.id)
    if connection.execute(count).scalar_one() >= MOST:
        raise PasskeyRefused
    row = {
        "person_id": person.id,
        "credential_id": new.credential_id,
        "public_key": new.public_key,
        "sign_count": new.count,
        "name": name,
        "created_at": now(),
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(passkeys).values(row))
    except IntegrityError as error:
        raise PasskeyRefused from error
    changes = {"passkey": (None, name)}
    trail.note(connection, "factor.added", person.id, person.name, changes=changes)


def verify(purpose: Purpose, answer: str) -> Verified:
    """Check a browser's answer to the challenge of this session; one query.

    Args:
        purpose: What it was asked for.
        answer: As JSON; anything at all.

    Raises:
        WrongCode: It is not right, or the passkey is not one of ours.
    """
    from webauthn import base64url_to_bytes, verify_authentication_response

    challenge, site = challenges.take(purpose), challenges.our_site()
    try:
        given = json.loads(answer)
        row = _find(given["id"])
        _check_owner(given, row.person_id)
        verified = verify_authentication_response(
            credential=given,
            expected_challenge=challenge.value,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # hostile bytes in several parsers of others
        _log.info("passkey_refused", reason=type(error).__name__)
        raise WrongCode from error
    return Verified(
        row.id, row.person_id, challenge.issued_at, row.sign_count, verified.new_sign_count
    )


def use(connection: Connection, verified: Verified) -> None:
    """Use an answer up.

    Args:
        connection: An open write transaction: what the passkey opens happens in it.
        verified: What `verify` gave.

    Raises:
        WrongCode: It was used before, or the passkey is gone.
    """
    used = connection.execute(
        update(passkeys)
        .where(
            passkeys.c.id == verified.passkey_id,
            passkeys.c.sign_count == verified.count_before,
            or_(passkeys.c.last_used_at.is_(None), passkeys.c.last_used_at < verified.issued_at),
        )
        .values(sign_count=verified.count, last_used_at=now())
    )
    if not used.rowcount:
        raise WrongCode


def account_key(answer: str) -> str:
    """Give what tries with a passkey are counted under, before anything of it is checked."""
    try:
        key = json.loads(answer)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        key = ""
    return f"passkey:{key if isinstance(key, str) else ''}"


def _find(credential_id: Any) -> Any:
    if not isinstance(credential_id, str) or len(credential_id) > _ID_LENGTH:
        raise WrongCode
    with db.read() as connection:
        row = connection.execute(
            select(passkeys).where(passkeys.c.credential_id == credential_id)
        ).one_or_none()
    if row is None:
        raise WrongCode
    return row


def _check_owner(given: dict[str, Any], person_id: int) -> None:
    """The device says whose passkey it is; it must agree with us."""
    from webauthn import base64url_to_bytes

    handle = given["response"].get("userHandle")
    if handle and base64url_to_bytes(handle) != _handle(person_id):
        raise WrongCode


def _handle(person_id: int) -> bytes:
    return f"tillside-{person_id}".encode()


def _descriptors(person_id: int) -> list[Any]:
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    with db.read() as connection:
        ids = connection.execute(
            select(passkeys.c.credential_id).where(passkeys.c.person_id == person_id)
        ).scalars()
        return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]
