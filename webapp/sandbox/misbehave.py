"""What each fault does to a call: before it is answered, to its answer, and on the wire.

Every spec: `action`; `match` {`method`, `path` (a regular expression, searched)}; `times`
(1; 0 = until cleared); `skip` (so many matching calls pass first); `seconds` (waits first).

- refuse: reset the connection unanswered, without an effect. wait: `seconds`, `when` before
  or after the effect. reset: `when` before or after the effect, during the answer (half of
  its body), or sent (all of it). close: the same without a reset, before or after.
- cut: `at` (fraction) of the `part` head or body, then close. drip: `rate` bytes a second.
- Canned answers, instead of performing the call, or after it with `effect` true; each takes
  `status`, `content_type`, `headers`: status (`code`, `message`, `details`, `retry_after`),
  html, broken (`body`), empty, shape (`data`), redirect (`location`), huge (`bytes`,
  `declare` false: no Content-Length), gzip_bomb (`bytes` when unpacked), contradict
  (success:true under a `status` of 400 or more, success:false under 200).
- hostile: `kind`, or `set` {field: value}, `raw` {field: JSON text}; `record` limits it to
  one id. date: Date header off by `offset` seconds. idle: the connection is closed after the
  answer without a word (`when` now), or reset when it is used again (next).
- page: the list answers page `serve`, or its pages go round every `loop`, or every page but the
  first begins `shift` rows later (or earlier), as when rows came or went meanwhile.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Literal, cast

from flask import Response

from webapp.sandbox.answers import failure, render, respond
from webapp.sandbox.delivery import Delivery
from webapp.sandbox.faults import ACTIONS, CANNED, Fault

CHUNK = 64 * 1024
MAINTENANCE = "<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"
TEXT_FIELDS = ("name", "email", "phone", "address1", "city", "postcode")
TEXTS = {
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}",
    "rtl": "\u202egnp.eciovni\u202c \u200b\u2066x",
    "control": "a\x00b\x07\x1b[31m\r\nSet-Cookie: x=1",
    "surrogate": "half \ud83d of a pair",
    "long": "x" * 1_000_000,
}
RAWS = {
    "digits": {"id": "1" * 5000},
    "nested": {"address1": "[" * 100_000 + "]" * 100_000},
    "nan": {"id": "NaN", "name": "Infinity"},
    "duplicate": {"name": '"First","name":"Second"'},
}


def before_effect(fault: Fault, delivery: Delivery) -> Response | None:
    """Act before the call is performed; an answer returned here takes its place."""
    if fault.seconds and fault.when != "after":
        delivery.pause(fault.seconds)
    if fault.action == "refuse":
        return _say_nothing(delivery, "reset")
    if fault.action in ("reset", "close") and fault.when == "before":
        return _say_nothing(delivery, "reset" if fault.action == "reset" else "close")
    if _is_canned(fault) and not fault.effect:
        return _canned(fault, None)
    return None


def after_effect(fault: Fault, response: Response, delivery: Delivery) -> Response:
    """Act on the answer of a call that was performed."""
    if fault.seconds and fault.when == "after":
        delivery.pause(fault.seconds)
    if _is_canned(fault):
        return _canned(fault, response)
    if fault.action == "hostile":
        return _hostile(fault, response)
    if fault.action in ("reset", "close") and fault.when == "after":
        return _say_nothing(delivery, "reset" if fault.action == "reset" else "close")
    part = cast(Literal["head", "body"], fault.part)
    if fault.action == "reset":
        delivery.ending = "reset"
        delivery.cut = 0.5 if fault.when == "during" else None
    elif fault.action == "cut":
        delivery.cut, delivery.part, delivery.ending = fault.at, part, "close_unsaid"
    elif fault.action == "drip":
        delivery.drip, delivery.part = fault.rate, part
    elif fault.action == "idle":
        delivery.ending = "close_unsaid" if fault.when == "now" else "reset_next"
    return response


def _is_canned(fault: Fault) -> bool:
    return ACTIONS[fault.action] >= CANNED


def _say_nothing(delivery: Delivery, ending: Literal["reset", "close"]) -> Response:
    delivery.silent, delivery.ending = True, ending
    return Response(status=500)


def _canned(fault: Fault, original: Response | None) -> Response:
    makers: dict[str, Callable[[Fault], Response]] = {
        "status": _status,
        "html": _html,
        "broken": _broken,
        "empty": lambda _: Response(b"", status=200, content_type="application/json"),
        "shape": lambda fault: respond(200, render({"success": True, "data": fault.data})),
        "redirect": _redirect,
        "huge": _huge,
        "gzip_bomb": _gzip_bomb,
        "contradict": lambda fault: _contradict(fault, original),
    }
    response = makers[fault.action](fault)
    if fault.status is not None:
        response.status_code = fault.status
    if fault.content_type is not None:
        response.content_type = fault.content_type
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    response.headers.update(fault.headers)
    return response


def _status(fault: Fault) -> Response:
    code = fault.code or "server_error"
    message = fault.message or "Something went wrong."
    return respond(fault.status or 500, render(failure(code, message, fault.details)))


def _html(fault: Fault) -> Response:
    body = fault.body or MAINTENANCE
    return Response(body, status=fault.status or 503, content_type="text/html; charset=utf-8")


def _broken(fault: Fault) -> Response:
    return respond(200, fault.body if fault.body is not None else '{"success":true,"data":[{"id"')


def _redirect(fault: Fault) -> Response:
    return Response(status=fault.status or 307, headers={"Location": fault.location})


def _contradict(fault: Fault, original: Response | None) -> Response:
    if (fault.status or 400) < 400:
        code, message = fault.code or "server_error", fault.message or "Something went wrong."
        return respond(200, render(failure(code, message)))
    if original is not None:
        return respond(400, original.get_data(as_text=True))
    return respond(400, render({"success": True, "data": None}))


def _huge(fault: Fault) -> Response:
    head, tail = b'{"success":true,"data":[],"padding":"', b'"}'
    size = max(fault.bytes or 20_000_000, len(head) + len(tail))

    def pieces() -> Iterator[bytes]:
        yield head
        left = size - len(head) - len(tail)
        while left:
            piece = b"x" * min(left, CHUNK)
            left -= len(piece)
            yield piece
        yield tail

    response = Response(pieces(), status=200, content_type="application/json")
    if fault.declare:
        response.headers["Content-Length"] = str(size)
    return response


def _gzip_bomb(fault: Fault) -> Response:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = [packer.compress(b'{"success":true,"data":[],"padding":"')]
    blank = b" " * 1_000_000
    packed += [packer.compress(blank) for _ in range((fault.bytes or 50_000_000) // len(blank))]
    packed += [packer.compress(b'"}'), packer.flush()]
    response = respond(200, "")
    response.set_data(b"".join(packed))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _hostile(fault: Fault, response: Response) -> Response:
    payload = json.loads(response.get_data())
    data = payload.get("data")
    raw = {**RAWS.get(fault.kind or "", {}), **fault.raw}
    for record in data if isinstance(data, list) else [data]:
        if isinstance(record, dict) and fault.record in (None, int(record["id"])):
            _spoil(record, fault, raw)
    text = render(payload)
    for field, value in raw.items():
        text = text.replace(json.dumps(_mark(field)), value)
    return respond(response.status_code, text)


def _spoil(record: dict[str, Any], fault: Fault, raw: dict[str, str]) -> None:
    if fault.kind in TEXTS:
        record.update({field: TEXTS[fault.kind] for field in TEXT_FIELDS if field in record})
    record.update(fault.set)
    record.update({field: _mark(field) for field in raw})


def _mark(field: str) -> str:
    return f"@@raw {field}@@"
