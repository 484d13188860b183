"""Retry-After, Date and request ids, as nobody would write them too."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.neropay.headers import LONGEST_WAIT, clock_offset, reference, retry_after

NOW = 1_776_852_000.0  # Wed, 22 Apr 2026 10:00:00 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("99999999999", LONGEST_WAIT),
        ("9" * 900, LONGEST_WAIT),
        ("Wed, 22 Apr 2026 10:00:30 GMT", 30.0),
        ("Wed, 22 Apr 2026 12:00:30 +0200", 30.0),
        ("Wed, 22 Apr 2026 09:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("1e3", None),
        ("inf", None),
        ("\u0667", None),
        ("Wed, 99 Apr 2026 10:00:30 GMT", None),
        ("x" * 100_000, None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value}, NOW) == seconds


def test_a_date_is_measured_by_the_clock_that_wrote_it() -> None:
    headers = {
        "Retry-After": "Wed, 22 Apr 2026 10:00:30 GMT",
        "Date": "Wed, 22 Apr 2026 10:00:10 GMT",
    }
    assert retry_after(headers, NOW + 5000) == 20.0


def test_no_header_says_nothing() -> None:
    assert (retry_after({}, NOW), clock_offset({}, NOW), reference({})) == (None, None, None)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_survived(value: str) -> None:
    after = retry_after({"Retry-After": value, "Date": value}, NOW)
    assert after is None or 0.0 <= after <= LONGEST_WAIT
    clock_offset({"Date": value}, NOW)
    reference({"X-Request-Id": value})


def test_a_reference_that_could_forge_a_line_is_dropped() -> None:
    assert reference({"X-Request-Id": "a\nb", "CF-Ray": "8f-LHR"}) == "8f-LHR"
