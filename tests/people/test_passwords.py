"""Which passwords are taken, and how they are compared."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.people.passwords import Weakness, find_weakness, hash_password, is_password

if TYPE_CHECKING:
    from tests.people.conftest import Hashes

OWN = {"email": "jane.smith@harbour-cafe.example", "name": "Jane Smith"}


@pytest.mark.parametrize(
    "password",
    ["zebra lamp quiet 7", "Xk9#mQ2p!vLz", "paßwörter sind schön", "пароль не из списка",
     "🦊🌊🪁🧭🥐🎻🪴🧶🛶🪕🧿🎯", "  leading and trailing  ", "tillside opens at nine today",
     "}{?>:~|^&*!+", "x7" + "qh4 mzt9 " * 14],
)  # fmt: skip
def test_good_ones_are_taken(password: str) -> None:
    assert find_weakness(password, **OWN) is None


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("", Weakness.TOO_SHORT),
        ("zebra lamp!", Weakness.TOO_SHORT),
        ("ﬀ" * 6 + "x", Weakness.REPEATED),  # thirteen characters after NFKC
        ("zebra lamp quiet " * 8, Weakness.TOO_LONG),
        ("z" * 1_000_000, Weakness.TOO_LONG),
        ("ﷺ" * 100, Weakness.TOO_LONG),  # 18 characters each after NFKC
        ("zebra\x00lamp quiet", Weakness.UNREADABLE),
        ("zebra\nlamp quiet", Weakness.UNREADABLE),
        ("zebra\ud800lamp quiet", Weakness.UNREADABLE),
        ("aaaaaaaaaaaa", Weakness.REPEATED),
        ("            ", Weakness.REPEATED),
        ("abcabcabcabca", Weakness.REPEATED),
        ("monkey7 monkey7", Weakness.REPEATED),
        ("abcdefghijkl", Weakness.SEQUENCE),
        ("987654321098", Weakness.SEQUENCE),
        ("qwertyuiop[]", Weakness.SEQUENCE),
        ("abcd1234efgh", Weakness.SEQUENCE),
        ("1qaz2wsx3edc", Weakness.SEQUENCE),
        ("Password2026!", Weakness.COMMON),
        ("P@$$w0rd123456", Weakness.COMMON),
        ("letmein!!!2026", Weakness.COMMON),
        ("i-love-you-so-much", Weakness.COMMON),
        ("May the force be with you", Weakness.COMMON),
        ("Ｐａｓｓｗｏｒｄ２０２６", Weakness.COMMON),
        ("jane smith 2026", Weakness.PERSONAL),
        ("JaneSmith!123", Weakness.PERSONAL),
        ("harbour-cafe1", Weakness.PERSONAL),
        ("tillside2026!", Weakness.PERSONAL),
        ("neropay-till-7", Weakness.PERSONAL),
    ],
)
def test_weak_ones_are_not(password: str, weakness: Weakness) -> None:
    assert find_weakness(password, **OWN) == weakness


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_any_text_gets_an_answer(password: str, email: str, name: str) -> None:
    weakness = find_weakness(password, email=email, name=name)
    assert weakness is None or weakness in Weakness


def test_hashes_are_argon2id_as_the_rules_say_and_never_the_same() -> None:
    one, other = hash_password("zebra lamp quiet 7"), hash_password("zebra lamp quiet 7")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert is_password("zebra lamp quiet 7", one)
    assert not is_password("zebra lamp quiet 8", one)
    assert not is_password(" zebra lamp quiet 7", one)


def test_the_same_letters_typed_on_another_keyboard_match() -> None:
    stored = hash_password("café über fjörd 9")
    assert is_password("cafe\u0301 u\u0308ber fjo\u0308rd 9", stored)


@pytest.mark.parametrize(
    "password", ["", "\x00", "\ud800", "x" * 1_000_000, "🦊" * 300, "ﷺ" * 500, "\u0301" * 600]
)
def test_anything_else_is_wrong(password: str) -> None:
    stored = hash_password("zebra lamp quiet 7")
    for expected in (stored, None, "not a hash", ""):
        assert not is_password(password, expected)


def test_what_is_beyond_the_limit_is_not_cut_off() -> None:
    longest = "zebra lamp quiet 7 and " + "x1y2z" * 21
    assert len(longest) == 128
    stored = hash_password(longest)
    assert is_password(longest, stored)
    assert not is_password(longest + "!", stored)
    assert not is_password(longest + "!" * 1_000, stored)


def test_each_comparison_costs_one_hash(hashes: Hashes) -> None:
    stored = hash_password("zebra lamp quiet 7")
    for expected in (stored, None):
        for password in ("zebra lamp quiet 7", "zebra lamp quiet 8", "x" * 1_000_000, ""):
            is_password(password, expected)
    assert hashes.made == 8


def test_two_hashes_at_once_and_no_more(hashes: Hashes) -> None:
    stored = hash_password("zebra lamp quiet 7")
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: is_password("zebra lamp quiet 7", stored), range(24)))
    assert hashes.made == 24
    assert hashes.most_at_once <= 2


def test_the_common_passwords_come_along_with_the_package() -> None:
    """In an own process: the file is found from anywhere."""
    asked = (
        "from webapp.people.passwords import find_weakness; print(find_weakness('Password2026!'))"
    )
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert found.stdout == "common\n"
