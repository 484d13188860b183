"""No word of our own paths is taken for a record's id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.ui.routing import WORDS

if TYPE_CHECKING:
    from flask import Flask


def test_each_word_beside_an_id_is_known(app: Flask) -> None:
    paths = [rule.rule.split("/") for rule in app.url_map.iter_rules()]
    found = set()
    for with_id in paths:
        for place, part in enumerate(with_id):
            if part.startswith("<record_id:"):
                beside = [path for path in paths if path[:place] == with_id[:place]]
                found |= {path[place] for path in beside if len(path) > place}
    words = {word for word in found if word and not word.startswith("<")}
    assert {"new", "twins"} <= words
    assert not words - WORDS, "name them in webapp.ui.routing"
