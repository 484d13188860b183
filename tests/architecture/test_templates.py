"""Templates keep to what the strict content policy and the escaping rules allow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(?!\s*</script>)", re.IGNORECASE),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "hx-on, which needs eval": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "a value that needs eval": re.compile(r"[\"'](?:js|javascript):", re.IGNORECASE),
    "an unquoted attribute": re.compile(r"<[a-z][^<>]*\s[a-z-]+=\{\{", re.IGNORECASE),
    "somebody else's address": re.compile(
        r"(?:src|href|action)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
}
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE)
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def templates() -> list[Path]:
    found = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    assert found
    return found


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_holds_nothing_that_is_forbidden(path: Path) -> None:
    text = _COMMENT.sub("", path.read_text())
    assert not UNESCAPED.search(text)
    html = _STATEMENT.sub("", _EXPRESSION.sub("{{}}", text))
    for what, pattern in FORBIDDEN.items():
        match = pattern.search(html)
        assert match is None, f"{what}: {match[0]!r}"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("an inline script", "<script>alert(1)</script>"),
        ("an inline style", '<p style="color:red">'),
        ("an inline handler", '<a onclick="x()">'),
        ("hx-on, which needs eval", '<a hx-on:click="x">'),
        ("a value that needs eval", "<a hx-vals='js:{a: 1}'>"),
        ("an unquoted attribute", "<p id={{ id }}>"),
        ("somebody else's address", '<img src="//example.com/x.png">'),
    ],
)
def test_each_forbidden_thing_would_be_found(what: str, text: str) -> None:
    assert FORBIDDEN[what].search(text)


@pytest.mark.parametrize("text", ["{{ name|safe }}", "{% autoescape false %}"])
def test_unescaped_output_would_be_found(text: str) -> None:
    assert UNESCAPED.search(text)


def test_no_html_is_made_in_python() -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "webapp").rglob("*.py")
        if re.search(r"\bMarkup\((?!\))", path.read_text()) and path.parent.name != "ui"
    ]
    assert not guilty
