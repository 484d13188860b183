"""The one rule for text, and the fields that keep it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tests.ui.conftest import SampleForm
from webapp.ui import messages
from webapp.ui.forms import clean_text, is_invisible, text_problem

ANY_TEXT = st.text(st.characters(), max_size=40)


def fill(**values: str) -> SampleForm:
    return SampleForm(MultiDict({"name": "Jane", "position": "1", **values}))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jane  ", "Jane"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("\u200bJane\ufeff", "Jane"),
        ("\u200b \u200bJane\u00ad \u200e", "Jane"),
        ("\u2063\u2800Zoe\u0308\u200d\ufe0f", "Zo\u00eb"),
        ("Jane \u200b Doe", "Jane \u200b Doe"),
        ("Bar 1\ufe0f", "Bar 1"),
        ("Love \u2764\ufe0f \u200b", "Love \u2764\ufe0f"),
        ("England \U0001f3f4\U000e0067\U000e007f ", "England \U0001f3f4\U000e0067\U000e007f"),
        ("\u845b\U000e0100", "\u845b\U000e0100"),
        ("\u0647\u200d\u200e", "\u0647\u200d"),
        ("\u00a0", ""),
        ("\u200b\u200d\u2060", ""),
        ("\u3164\u115f\u2800", ""),
        ("\U000e0100\ufe0f", ""),
        ("", ""),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("محمد", "محمد"),
    ],
)
def test_text_is_brought_into_one_form(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    "bad", ["a\x00b", "a\x1fb", "a\x7fb", "a\x85b", "a\nb", "a\tb", "a\u2028b"]
)
def test_control_characters_are_refused(bad: str) -> None:
    assert text_problem(clean_text(bad), 255) == messages.CONTROL_CHARACTERS


def test_a_lone_control_character_is_an_error_and_not_empty() -> None:
    form = fill(note="\x00")
    assert not form.validate()
    assert form.note.errors == [messages.CONTROL_CHARACTERS]


def test_line_breaks_are_allowed_where_there_are_several_lines() -> None:
    assert clean_text("a\r\nb\rc", multiline=True) == "a\nb\nc"
    assert text_problem("a\nb", 255, multiline=True) is None


def test_length_counts_characters() -> None:
    assert text_problem("é" * 20, 20) is None
    assert text_problem("é" * 21, 20) == messages.too_long(21, 20)


def test_lone_surrogates_are_refused_and_can_still_be_written_into_a_page() -> None:
    form = fill(note="a\ud800b")
    assert not form.validate()
    assert form.note.errors == [messages.UNREADABLE_CHARACTERS]
    form.note.shown.encode("utf-8")


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    once = clean_text(typed)
    assert clean_text(once) == once
    assert not once[:1].isspace()
    assert not once[-1:].isspace()
    assert not once or not is_invisible(once[0])
    assert unicodedata.is_normalized("NFC", once)


@given(ANY_TEXT)
def test_what_passes_has_no_control_characters(typed: str) -> None:
    form = fill(note=typed)
    if form.validate():
        assert not any(
            unicodedata.category(c) in {"Cc", "Cs"}
            for c in (form.note.data or "").replace("\n", "").replace("\t", "")
        )
    form.note.shown.encode("utf-8")


def test_a_required_field_asks_by_its_label() -> None:
    form = fill(name=" \u200b ")
    assert not form.validate()
    assert form.name.errors == ["Enter a name."]


def test_an_optional_field_may_be_empty_or_absent() -> None:
    form = fill()
    assert form.validate()
    assert form.note.data == ""


def test_a_field_with_an_error_shows_what_was_typed() -> None:
    form = fill(name="  " + "x" * 30)
    form.validate()
    assert form.name.shown == "  " + "x" * 30


def test_a_field_without_an_error_shows_the_cleaned_text() -> None:
    form = fill(name="  Jane ")
    assert form.validate()
    assert form.name.shown == "Jane"


def test_a_field_sent_twice_is_an_error() -> None:
    form = SampleForm(MultiDict([("name", "a"), ("name", "b"), ("position", "1")]))
    assert not form.validate()
    assert form.name.errors == [messages.REPEATED_FIELD]


def test_unknown_fields_are_left_alone() -> None:
    assert fill(role="owner").validate()


@pytest.mark.parametrize(("typed", "number"), [("10", 10), ("1 0", 10), (" 7 ", 7), ("", None)])
def test_whole_numbers_are_read_as_people_write_them(typed: str, number: int | None) -> None:
    form = fill(position=typed)
    assert form.validate()
    assert form.position.number == number


@pytest.mark.parametrize("typed", ["ten", "1.5", "٣", "-", "1e3", "0x10", "²"])
def test_other_numbers_are_refused(typed: str) -> None:
    form = fill(position=typed)
    assert not form.validate()
    assert form.position.errors == [messages.NOT_A_WHOLE_NUMBER]


@pytest.mark.parametrize("typed", ["101", "-1"])
def test_numbers_are_bounded(typed: str) -> None:
    form = fill(position=typed)
    assert not form.validate()
    assert form.position.errors == [messages.number_range(0, 100)]


def test_five_thousand_digits_are_too_long() -> None:
    form = fill(position="9" * 5000)
    assert not form.validate()
    assert form.position.number is None


def test_errors_from_elsewhere_land_at_their_field() -> None:
    form = fill()
    form.add_errors({"name": ("Taken.",), "colour": ("Not known.",), "intent": ("Not so.",)})
    assert form.name.errors == ["Taken."]
    assert form.form_errors == ["Not known.", "Not so."], "nobody would see it at a hidden field"
