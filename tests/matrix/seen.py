"""What staff see of a fault, and what the log holds."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.matrix.ends import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.matrix.ends import End
    from tests.matrix.writing import Task
    from tests.page import Answer, Page

_ADVICE = "Don’t enter it again; we are checking."
SENT = f"We sent this to NeroPay but got no answer. {_ADVICE}"
UNCLEAR = f"We sent this to NeroPay but got no clear answer. {_ADVICE}"
_NOTHING_CAME = frozenset({"connection_lost", "timed_out"})
_CODE = re.compile(r" code=(\S+)")


def code_on(answer: Answer) -> str:
    """Give the code of the message that a page shows; empty when it shows none."""
    codes = [
        found["data-error-code"]
        for _, found in answer.reader.tags
        if found.get("data-error-code") and found.get("role") != "status"
    ]
    return str(codes[0]) if codes else ""


def kind_of(answer: Answer, intent: str, end: End) -> str:
    """Say how a write ended, as its author sees it.

    Args:
        answer: To the form.
        intent: The form's.
        end: As it is expected; of the refusals only those can be told apart.
    """
    if answer.location == f"/writes/{intent}":
        return "unknown"
    if not code_on(answer):
        assert answer.status in {200, 204, 303}, answer.text
        return end.kind if end.kind == "gone" else "saved"
    for kind in end.kind.split("|"):
        status, words = REFUSED.get(kind, (0, ""))
        if answer.status == status and words in answer.text:
            return kind
    return f"{answer.status} {code_on(answer)}: {answer.text[-600:]}"


def assert_unknown(page: Page, task: Task, intent: str, end: End) -> None:
    """The page of the write says what is known, in full and as the part that renews itself."""
    for htmx in (False, True):
        shown = page.get(f"/writes/{intent}", htmx=htmx)
        assert shown.status == 200
        assert shown.has("section", data_state="unknown")
        sent = SENT if code_on(shown) in _NOTHING_CAME else UNCLEAR
        assert sent in shown.text
        assert re.fullmatch(end.code, code_on(shown)), code_on(shown)
        for value in task.typed.values():
            assert value in shown.text, "what was typed is shown"
    assert page.get("/writes").has("a", href=f"/writes/{intent}")
    if task.row:  # the record is read-only until it is known
        form = page.get(task.url)
        assert sent in form.text
        assert not form.has("button", data_key="submit")


def assert_kept(task: Task, answer: Answer, end: End) -> None:
    """The form is there with all that was typed, the code, and a reference for support."""
    code = code_on(answer)
    assert re.fullmatch(end.code, code), code
    assert f"Z · {code} · {answer.response.headers['X-Request-ID']}" in answer.text
    fields = task.kept(answer)
    assert {name: fields.get(name) for name in task.typed} == task.typed


def assert_logged(log: str, end: End, requests: Iterable[str], secrets: Iterable[str]) -> None:
    """There is a line with the code and the request's id; nothing of customers, no secret.

    Args:
        log: What was written.
        end: How it ended.
        requests: Ids of our requests that failed.
        secrets: What may not be there.
    """
    lines = [json.loads(line) for line in log.splitlines()]
    if end.code:
        assert re.search(rf" code=({end.code})[ \"]", log), end.code
    for request_id in requests:
        told = [line for line in lines if line.get("request_id") == request_id]
        codes = [found[1] for line in told if (found := _CODE.search(line["event"]))]
        assert any(re.fullmatch(end.code, code) for code in codes), (end.code, told)
        assert [line["event"] for line in told].count("request") == 1
    assert not [line for line in lines if "exception" in line], log[-2000:]
    for secret in secrets:
        assert secret not in log
        assert json.dumps(secret)[1:-1] not in log
