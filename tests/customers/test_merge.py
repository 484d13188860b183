"""The three-way comparison: nobody's change is lost, and none is overwritten unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from webapp.customers.conflicts import (
    CHOICES,
    Note,
    changes_of,
    dump_note,
    load_note,
    load_seen,
    merge,
    resolve,
    unanswered,
)
from webapp.customers.models import FIELDS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Record = dict[str, str | None]
VALUE = st.sampled_from([None, "", "a", "b", "c"])


def records(*, is_whole: bool) -> SearchStrategy[Record]:
    """Records with few different values, so that sides agree and clash often."""
    return st.fixed_dictionaries(
        {} if not is_whole else dict.fromkeys(FIELDS, VALUE),
        optional={} if is_whole else dict.fromkeys(FIELDS, VALUE),
    )


def plain(record: Record, name: str) -> str | None:
    return record.get(name) or None


WHOLE, PART = records(is_whole=True), records(is_whole=False)


@given(seen=WHOLE, typed=WHOLE, now=WHOLE)
def test_without_a_clash_both_sides_changes_are_in_the_result(
    seen: Record, typed: Record, now: Record
) -> None:
    merged = merge(seen, typed, now)
    if merged.clashes:
        return
    result = now | merged.mine
    for name in FIELDS:
        mine, theirs = (plain(side, name) != plain(seen, name) for side in (typed, now))
        if mine:
            assert plain(result, name) == plain(typed, name)
        elif theirs:
            assert plain(result, name) == plain(now, name)
        else:
            assert plain(result, name) == plain(seen, name)


@given(seen=PART, typed=PART, now=WHOLE)
def test_nothing_is_overwritten_that_was_not_seen(seen: Record, typed: Record, now: Record) -> None:
    merged = merge(seen, typed, now)
    for name in merged.mine:
        assert name in seen
        assert plain(now, name) == plain(seen, name), "what is replaced is what was shown"
        assert name in typed, "nobody asked for it"


@given(seen=PART, typed=PART, now=WHOLE)
def test_each_field_is_in_one_place_and_no_change_in_none(
    seen: Record, typed: Record, now: Record
) -> None:
    merged = merge(seen, typed, now)
    places = [*merged.mine, *merged.theirs, *merged.clashes]
    assert len(places) == len(set(places))
    for name, value in changes_of(seen, typed).items():
        assert name in {*merged.mine, *merged.clashes} or value == plain(now, name)
    for name in merged.theirs:
        assert plain(now, name) != plain(seen, name)


@given(seen=WHOLE, typed=WHOLE, now=WHOLE, data=st.data())
def test_after_every_choice_there_is_no_clash_and_each_is_kept_to(
    seen: Record, typed: Record, now: Record, data: st.DataObject
) -> None:
    merged = merge(seen, typed, now)
    note = Note({name: seen[name] for name in merged.clashes}, tuple(merged.clashes))
    choices = {name: data.draw(st.sampled_from(CHOICES)) for name in merged.clashes}
    shown = seen | merged.clashes
    values = dict(resolve(typed, shown, note, choices))
    assert unanswered(note, choices) == ()
    again = merge(shown, values, now)
    assert again.clashes == {}
    result = now | again.mine
    sides = {"mine": typed, "theirs": now, "before": seen}
    for name, choice in choices.items():
        assert plain(result, name) == plain(sides[choice], name)


@given(seen=WHOLE, typed=WHOLE, now=WHOLE, later=WHOLE)
def test_a_record_that_changes_while_choosing_is_asked_about_again(
    seen: Record, typed: Record, now: Record, later: Record
) -> None:
    merged = merge(seen, typed, now)
    shown = seen | merged.clashes
    again = merge(shown, typed, later)
    for name in merged.clashes:
        if plain(later, name) not in {plain(now, name), plain(typed, name)}:
            assert name in again.clashes


def test_fields_without_a_choice_are_named() -> None:
    note = Note({"city": "Leeds"}, ("city", "phone"))
    assert unanswered(note, {}) == ("city", "phone")
    assert unanswered(note, {"city": "before", "phone": "before"}) == ("phone",)
    assert unanswered(note, {"city": "x", "phone": "mine"}) == ("city",)


@given(seen=PART, before=PART)
def test_what_a_form_carries_comes_back(seen: Record, before: Record) -> None:
    raw = dump_note(seen, Note(before, ("city",)))
    assert load_seen(raw) == seen
    assert load_note(raw) == Note(before, ("city",))


def test_what_a_form_carries_and_did_not_arrive_whole() -> None:
    for raw in (None, "", "x", "[]", "[" * 9000, '{"before": 1, "asked": {"city": 1}}'):
        assert load_seen(raw) == {}
        assert load_note(raw) == Note({}, ())
    assert load_seen('{"city": "\\ud800"}') == {"city": "?"}, "no page could show it"
    assert load_note('{"before": {"city": 1, "x": "y"}, "asked": ["x", 1]}') == Note({}, ())
