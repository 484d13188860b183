"""Passkeys: adding, naming, as the second factor and as the only step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from tests.factors.authenticator import Authenticator, encode
from tests.factors.conftest import FACTORS
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.factors import words
from webapp.people.tables import passkeys, people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.factors.conftest import Someone
    from tests.page import Answer

SIGN_IN = "/login/passkey/options"
SECOND = "/login/second/passkey/options"


@pytest.fixture
def keyed(owner: Someone) -> Someone:
    """The owner with one passkey, at a browser where nobody is signed in."""
    assert owner.add_passkey().location == f"{FACTORS}/codes"
    owner.clock.advance(seconds=1)
    return owner.elsewhere()


def with_passkey(who: Someone, **changes: str) -> Answer:
    answer = who.device.get(who.options(SIGN_IN), **changes)
    return who.page.post("/login/passkey", {"credential": answer})


def test_the_browser_is_asked_for_what_we_need(owner: Someone) -> None:
    options = owner.options(f"{FACTORS}/passkeys/options")
    assert options["rp"] == {"name": "Tillside", "id": "localhost"}
    chosen = options["authenticatorSelection"]
    assert chosen["userVerification"] == chosen["residentKey"] == "required"
    assert owner.options(f"{FACTORS}/passkeys/options")["challenge"] != options["challenge"]


def test_it_is_the_only_step(keyed: Someone) -> None:
    options = keyed.options(SIGN_IN)
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    answer = with_passkey(keyed)
    assert (answer.status, answer.location) == (303, "/")
    assert keyed.is_in()


def test_it_is_the_second_step(keyed: Someone) -> None:
    assert keyed.give_password().location == "/login/second?next=/"
    options = keyed.options(SECOND)
    assert len(options["allowCredentials"]) == 1
    answer = keyed.page.post("/login/second/passkey", {"credential": keyed.device.get(options)})
    assert (answer.status, answer.location) == (303, "/")
    assert keyed.is_in()


def test_an_answer_counts_once(keyed: Someone) -> None:
    answer = keyed.device.get(keyed.options(SIGN_IN))
    kept = keyed.page.client.get_cookie("session")
    assert kept
    assert keyed.page.post("/login/passkey", {"credential": answer}).location == "/"
    thief = keyed.elsewhere()
    thief.page.client.set_cookie("session", kept.value)
    refused = thief.page.post("/login/passkey", {"credential": answer})
    assert refused.location == "/login?next=/"
    assert words.WRONG_PASSKEY in thief.page.get(refused.location).text
    assert not thief.is_in()


def test_a_challenge_lasts_five_minutes(keyed: Someone) -> None:
    answer = keyed.device.get(keyed.options(SIGN_IN))
    keyed.clock.advance(minutes=5)
    keyed.page.post("/login/passkey", {"credential": answer})
    assert not keyed.is_in()


def test_an_answer_to_one_question_is_none_to_another(keyed: Someone) -> None:
    keyed.give_password()
    answer = keyed.device.get(keyed.options(SIGN_IN))
    assert keyed.page.post("/login/second/passkey", {"credential": answer}).status == 422
    assert not keyed.is_in()


@pytest.mark.parametrize(
    "device",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://localhost"},
        {"origin": "http://localhost:8000"},
        {"is_verifying": False},
    ],
)
def test_another_site_or_no_finger_is_refused(keyed: Someone, device: dict[str, object]) -> None:
    for name, value in device.items():
        setattr(keyed.device, name, value)
    with_passkey(keyed)
    assert not keyed.is_in()


def test_a_signature_of_another_key_is_refused(keyed: Someone) -> None:
    with_passkey(keyed, signature=encode(b"0" * 70))
    assert not keyed.is_in()


def test_somebody_elses_handle_is_refused(keyed: Someone) -> None:
    with_passkey(keyed, userHandle=encode(b"tillside-999"))
    assert not keyed.is_in()


def test_a_counter_that_went_back_is_a_copy(owner: Someone) -> None:
    owner.device.has_counter = True
    owner.add_passkey()
    other = owner.elsewhere()
    for _ in range(2):
        owner.clock.advance(seconds=1)
        assert with_passkey(other).location == "/"
    owner.clock.advance(seconds=1)
    other = owner.elsewhere()
    other.device.keys[0].count = 0
    with_passkey(other)
    assert not other.is_in()


@pytest.mark.parametrize(
    "answer",
    ["", "null", "{" * 15_000, "[]", "{}", '{"id": 1}', '{"id": "x"}', "[" * 15_000,
     '{"id": "%s"}' % ("9" * 60_000), '{"id":"\\ud800","response":{}}', "1" * 5_000, "\x00"],
)  # fmt: skip
def test_nonsense_is_refused_plainly(keyed: Someone, answer: str) -> None:
    keyed.options(SIGN_IN)
    assert keyed.page.post("/login/passkey", {"credential": answer}).location == "/login?next=/"
    keyed.clock.advance(seconds=1)
    assert with_passkey(keyed).location == "/"
    keyed.options(f"{FACTORS}/passkeys/options")
    fields = {"name": "x", "credential": answer}
    assert keyed.page.post(f"{FACTORS}/passkeys/new", fields).status == 422


def test_a_known_id_with_nonsense_in_it(keyed: Someone) -> None:
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        nonsense: tuple[object, ...] = ("", "!", "AA", 1, None, {})
        for value in nonsense:
            answer = json.loads(keyed.device.get(keyed.options(SIGN_IN)))
            answer["response"][part] = value
            if part == "userHandle" and not value:
                continue  # may be left out
            keyed.page.post("/login/passkey", {"credential": json.dumps(answer)})
            keyed.clock.advance(minutes=20)  # or the throttle answers for us
            assert not keyed.is_in()


def test_a_suspended_persons_passkey_reads_like_an_unknown_one(keyed: Someone, app: Flask) -> None:
    with app.app_context(), db.write() as connection:
        connection.execute(
            update(people).where(people.c.id == keyed.member.id).values(is_active=False)
        )
    suspended = with_passkey(keyed)
    stranger = keyed.elsewhere()
    stranger.device = Authenticator()
    stranger.device.create({"user": {"id": "AA"}, "rp": {"id": "localhost"}, "challenge": "AA"})
    unknown = with_passkey(stranger)
    assert (suspended.status, suspended.location) == (unknown.status, unknown.location)
    texts = {who.page.get("/login").text for who in (keyed, stranger)}
    assert len(texts) == 1
    assert words.WRONG_PASSKEY in texts.pop()


def test_tries_from_one_address_are_throttled(keyed: Someone) -> None:
    for number in range(50):
        keyed.page.client.post(
            "/login/passkey",
            data={"csrf_token": keyed.page.csrf_token(), "credential": f'{{"id":"{number}"}}'},
        )
    answer = with_passkey(keyed)
    assert "too many attempts" in keyed.page.get(answer.location).text
    assert not keyed.is_in()


def test_several_with_names(keyed: Someone, app: Flask) -> None:
    with_passkey(keyed)
    keyed.add_passkey("Pho\u0301ne <b>")
    text = keyed.page.get("/account").text
    assert "Laptop" in text
    assert "Phóne <b>" in text
    with app.app_context(), db.read() as connection:
        first, second = connection.execute(select(passkeys.c.id).order_by("id")).scalars()
    url = f"{FACTORS}/passkeys/{second}"
    assert keyed.page.get(url).form(url)["name"] == "Phóne <b>"
    assert keyed.page.post(url, {"name": ""}).status == 422
    assert keyed.page.post(url, {"name": "x" * 61}).status == 422
    assert keyed.page.post(url, {"name": "Telephone"}).location == FACTORS
    assert "Telephone" in keyed.page.get(FACTORS).text
    assert keyed.page.get(f"{FACTORS}/passkeys/{first}/remove").status == 200
    assert keyed.page.post(f"{FACTORS}/passkeys/{first}/remove").location == FACTORS
    assert "Laptop" not in keyed.page.get("/account").text


def test_only_ones_own(keyed: Someone, app: Flask, someone: Callable[[str], Someone]) -> None:
    with app.app_context(), db.read() as connection:
        number = connection.execute(select(passkeys.c.id)).scalar_one()
    staff = someone("staff").sign_in()
    for url in (f"{FACTORS}/passkeys/{number}", f"{FACTORS}/passkeys/{number}/remove"):
        assert staff.page.get(url).location == FACTORS
        assert staff.page.post(url, {"name": "Mine"}).location == FACTORS
    with app.app_context(), db.read() as connection:
        assert connection.execute(select(passkeys.c.name)).scalar_one() == "Laptop"
    staff.device = keyed.device
    options = staff.options("/account/step-up/passkey/options")
    options["allowCredentials"] = []
    answer = staff.page.post("/account/step-up/passkey", {"credential": staff.device.get(options)})
    assert answer.status == 422


def test_the_same_key_is_not_taken_twice(keyed: Someone, app: Flask) -> None:
    with_passkey(keyed)
    options = keyed.options(f"{FACTORS}/passkeys/options")
    assert len(options["excludeCredentials"]) == 1
    made = keyed.device.create(options)
    fields = {"name": "Twice", "credential": made}
    assert keyed.page.post(f"{FACTORS}/passkeys/new", fields).status == 303
    assert keyed.page.post(f"{FACTORS}/passkeys/new", fields).status == 422
    with app.app_context(), db.read() as connection:
        assert len(connection.execute(select(passkeys.c.id)).all()) == 2


def test_it_is_written_down(keyed: Someone, app: Flask) -> None:
    with_passkey(keyed)
    with app.app_context(), db.read() as connection:
        kinds = connection.execute(select(activity.c.kind)).scalars().all()
        key = connection.execute(select(passkeys)).one()
        everything = str(connection.execute(select(activity)).all())
    assert "factor.added" in kinds
    assert kinds[-1] == "sign_in.ok"
    assert key.last_used_at is not None
    assert key.credential_id not in everything
