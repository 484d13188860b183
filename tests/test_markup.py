"""The strict reader of HTML: what it takes, and what a browser would mend in silence."""

from __future__ import annotations

import pytest

from tests.markup import find_errors

WRONG = {
    "no space between attributes": '<input name="a"value="b">',
    "an attribute twice": '<input name="a" name="b">',
    "an id twice": '<i id="a"></i><b id="a"></b>',
    "an empty id": '<i id=""></i>',
    "a quote left open": '<a href="/x>a</a><b title="">',
    "a value without quotes": "<a href=/x>a</a>",
    "not closed": "<p>a",
    "closed in another order": "<b><i>a</b></i>",
    "closed, never opened": "a</p>",
    "closed by itself": "<div/>",
    "a block in a paragraph": "<p>a<div>b</div></p>",
    "a button in a button": "<button>a<button>b</button></button>",
    "a list of anything": "<ul><p>a</p></ul>",
    "an item of nothing": "<div><li>a</li></div>",
    "text in a row": "<table><tbody><tr>a</tr></tbody></table>",
    "a row without a body": "<table><tr><td>a</td></tr></table>",
    "not escaped": "<p>a < b</p>",
    "an ampersand": "<p>Fish & chips</p>",
    "no doctype": "<html></html>",
}


@pytest.mark.parametrize("html", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_found(html: str) -> None:
    assert find_errors(html)


def test_what_is_right_is_taken() -> None:
    html = """<!DOCTYPE html>
    <html lang="en-GB"><body hx-headers:inherited='{"a": "b"}'>
      <form><input name="a" required
                   disabled><br><label>A &amp; B &#39;c&#39;</label></form>
      <table><tbody><tr><td>a</td></tr></tbody></table>
      <svg><path d="M0 0" /></svg><script>1 < 2 && 3</script>
    </body></html>"""
    assert find_errors(html) == []
