"""Records with something hostile in them: the write was carried out, and its answer is poison."""

from __future__ import annotations

from tests.matrix.ends import End, Fault, refused, saved, unknown

_UNREADABLE = "unreadable_data|bad_record"
_CREATES = ("create", "category_create")
_NOBODY: dict[str, End | None] = {"open": None}  # there is no record to be hostile
_NO_DATA = End("saved", "", 1)  # nothing that a DELETE answers is needed


def _text(kind: str) -> Fault:
    """Shown for what it is: what cannot be stored or shown is cleaned, the rest is escaped.

    In the look before a change it is what somebody else has typed meanwhile: a conflict.
    """
    spec = {"action": "hostile", "kind": kind}
    return Fault(f"hostile text: {kind}", spec, ends={"look": None, **_NOBODY}, is_spoiling=True)


def _id(name: str, record_id: str) -> Fault:
    """An id that no record of ours has; `record_id` is JSON."""
    return Fault(
        f"id {name}",
        {"action": "hostile", "raw": {"id": record_id}},
        unknown(_UNREADABLE, effects=1),
        refused("bad_response", _UNREADABLE),
        ends={"sync": saved(), "categories": saved(), "category_delete": _NO_DATA, **_NOBODY},
        is_spoiling=True,
    )


TEXTS = (
    *(_text(kind) for kind in ("markup", "rtl", "control", "surrogate")),
    Fault(
        "a name of a megabyte",
        {"action": "hostile", "set": {"name": "x" * 1_000_000}},
        ends={"sync": refused("bad_response", "answer_too_large"), **_NOBODY},
        is_spoiling=True,
    ),
)
SHAPES = (
    _id("of 5,000 digits", "1" * 5000),
    _id("with slashes", '"../account"'),
    _id("null", "null"),
    _id("not a number", "NaN"),
    Fault(
        "100,000 nested brackets",
        {"action": "hostile", "kind": "nested"},
        unknown("unreadable_answer", effects=1),
        refused("bad_response", "unreadable_answer"),
        ends=_NOBODY,
    ),
    Fault(
        "a key twice",
        {"action": "hostile", "raw": {"name": '"First","name":"Second"'}},
        unknown(_UNREADABLE, effects=1),
        refused("bad_response", _UNREADABLE),
        ends={"sync": saved(), "categories": saved(), "category_delete": _NO_DATA, **_NOBODY},
        is_spoiling=True,
    ),
    Fault(
        "another record",
        {"action": "hostile", "set": {"id": 2**63 + 11}},
        unknown("unreadable_data", effects=1),
        refused("bad_response", "unreadable_data"),
        # What a create answers with is the new record's id, and nobody else can know it.
        ends=dict.fromkeys((*_CREATES, "category_delete", "sync", "categories", "open")),
    ),
)
