"""No attribute in a template sticks to the one before it.

Jinja drops the line break after a block, and pages lose their indentation (webapp.ui).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
# A block that ends its line, straight behind an attribute; "+%}" keeps the line break.
STICKS = re.compile(r"[\w\"]\{%-? (?:if|elif|else)\b[^%]*(?<!\+)%\}\n\s*[\w-]+[=>\s]")


def sticking(template: str) -> list[str]:
    """Give the places of a template where two attributes become one."""
    return [
        found[0] for tag in re.findall(r"<[a-z][^<]*", template) for found in STICKS.finditer(tag)
    ]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_none_sticks(path: Path) -> None:
    assert sticking(path.read_text()) == []


def test_one_that_sticks_is_seen() -> None:
    assert sticking('<input autofocus{% if a %}\n       title="b"{% endif %}>')
    assert sticking('<input name="a"{% if a %}\n       title="b"{% else %}\n title="c"{% endif %}>')
    assert not sticking('<input autofocus{% if a +%}\n       title="b"{% endif %}>')
    assert not sticking('<input autofocus{% if a %} title="b"{% endif %}>')
