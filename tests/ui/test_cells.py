"""Cells escaped all at once are what they would be one by one, whatever they hold."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from webapp.ui.cells import append_to_cells, fill, show_rows
from webapp.ui.filters import visible

TEXTS = st.text(max_size=30)
NASTY = "<b>&\"'\ufdd0\ufdd1\ufdd2\x00\u202e{0}{}%s</td>"


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6))
@example([(NASTY, "plain"), ("plain", NASTY)])
def test_each_cell_is_escaped_and_in_its_place(rows: list[tuple[str, str]]) -> None:
    ids = [str(number) for number in range(len(rows))]
    shown = show_rows(ids, rows).cells
    assert len(shown) == len(rows)
    for (id_, *cells), number, texts in zip(shown, ids, rows, strict=True):
        assert id_ == number
        for cell, text in zip(cells, texts, strict=True):
            kept = "".join("\ufffd" if "\ufdd0" <= c <= "\ufdd2" else c for c in text)
            assert cell == str(escape(visible(kept)))


@given(st.lists(TEXTS, min_size=1, max_size=5), st.lists(st.text("aß.é1<", min_size=1), max_size=3))
@example(["<mark>"], ["mark"])
@example(["\ufdd1x\ufdd2"], ["x"])
@example(["Straße"], ["strasse"])
def test_marks_add_nothing_but_marks(texts: list[str], terms: list[str]) -> None:
    rows = [(text,) for text in texts]
    ids = ["1"] * len(rows)
    marked = show_rows(ids, rows, tuple(terms)).cells
    plain = show_rows(ids, rows).cells
    for (_, with_marks), (_, without) in zip(marked, plain, strict=True):
        assert with_marks.replace("<mark>", "").replace("</mark>", "") == without
        assert with_marks.count("<mark>") == with_marks.count("</mark>")


def test_words_and_digits_are_marked_as_people_write_them() -> None:
    cells = show_rows(["7"], [("Žofie Novák", "07700 900123")], ("zofie", "900123", "7")).cells
    phone = "0<mark>7</mark><mark>7</mark>00 <mark>900123</mark>"
    assert cells == (("7", "<mark>Žofie</mark> Novák", phone),)


def test_pattern_is_filled_for_each_row() -> None:
    rows = show_rows(["1", "2"], [("<a>",), ("{0} %s",)])
    assert fill(Markup('<tr id="{0}">{1}</tr>'), rows) == Markup(
        '<tr id="1">&lt;a&gt;</tr><tr id="2">{0} %s</tr>'
    )


def test_no_rows() -> None:
    assert not show_rows([], [])
    assert fill(Markup("{0}"), show_rows([], [])) == ""


def test_a_mark_goes_behind_a_cell_of_its_own_row() -> None:
    rows = show_rows(["1", "2"], [["Ada", "<a>"], ["Bo", "b"]])
    marked = append_to_cells(rows, {"1": Markup("<b>!</b>"), "7": Markup("?")}, 1)
    assert fill(Markup("{1}|{2}\n"), marked) == "Ada<b>!</b>|&lt;a&gt;Bo|b"


def test_a_pattern_may_show_a_cell_twice_and_hold_percent_signs() -> None:
    rows = show_rows(["7"], [["5 %s {0}"]])
    assert fill(Markup("{0}%s{1}{0}"), rows) == "7%s5 %s {0}7"
