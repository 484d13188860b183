"""Nothing lies about that no page uses: icons, macros, filters, words, marks of keys."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from webapp.ui import filters
from webapp.ui.icons import ICONS

ROOT = Path(__file__).parents[2]
WORDS = (  # modules whose names at the top are what staff read
    "ui/messages.py",
    "people/words.py",
    "people/factors/words.py",
    "people/team/words.py",
    "activity/words.py",
)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def text_of(*suffixes: str, without: str = "") -> str:
    """What the program says, but for one file."""
    folders = (ROOT / "webapp", ROOT / "templates", ROOT / "static")
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes]
    own = [path for path in paths if not {"vendor", "dist"} & set(path.parts)]
    return _COMMENT.sub("", "\n".join(p.read_text() for p in own if p != ROOT / without))


def test_every_icon_is_shown_somewhere() -> None:
    text = text_of(".py", ".html", without="webapp/ui/icons.py")
    assert not [name for name in ICONS if not re.search(f"[\"']{re.escape(name)}[\"']", text)]


def test_every_macro_is_called_somewhere() -> None:
    text = text_of(".html")
    macros = re.findall(r"\{%-? macro (\w+)\(", text)
    assert len(macros) > 20
    calls = re.sub(r"\{%-? macro \w+\(", "", text)
    assert not [name for name in macros if not re.search(rf"\b{name}\(", calls)]


def test_every_filter_is_applied_somewhere() -> None:
    app = Flask(__name__)
    filters.register(app)
    ours = [n for n, f in app.jinja_env.filters.items() if f.__module__ == filters.__name__]
    assert len(ours) > 10
    text = text_of(".html")
    assert not [name for name in ours if not re.search(rf"\|\s*{name}\b", text)]


def test_all_words_are_said_somewhere() -> None:
    for module in WORDS:
        path = ROOT / "webapp" / module
        own = path.read_text()
        names = re.findall(r"^(?:def )?([A-Za-z]\w*)(?:\(|: Final)", own, re.MULTILINE)
        text = text_of(".py", ".html", without=f"webapp/{module}")
        unused = [
            name
            for name in names
            if not re.search(rf"\b(?:words|messages)\.{name}\b|import [^\n]*\b{name}\b", text)
            and len(re.findall(rf"\b{name}\b", own)) == 1
        ]
        assert names
        assert not unused, f"{module}: {unused}"


def test_a_key_is_marked_in_one_way() -> None:
    marked = set(re.findall(r'data-key="([^"{]+)"', text_of(".html")))
    assert marked == {"n", "e", "submit", "Escape"}
    listened = re.findall(r"\[data-key=([^\]]+)\]", text_of(".js"))
    assert set(listened) == marked
