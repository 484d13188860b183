"""Markup made once: the same for the same values, and never for others."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string
from jinja2 import DictLoader, UndefinedError

from webapp.ui.fixed import FixedMacros

_MACROS = """
{% macro greet(name, is_loud=false) %}{{ made() }}:{{ name }}{{ "!" if is_loud }}{% endmacro %}
{% macro ask() %}{{ request.path }}{% endmacro %}
"""


def make_app() -> tuple[Flask, list[int]]:
    app = Flask(__name__)
    made: list[int] = []
    app.jinja_loader = DictLoader({"macros.html": _MACROS})

    def count() -> int:
        made.append(len(made) + 1)
        return made[-1]

    app.jinja_env.globals["made"] = count
    app.jinja_env.globals["fixed"] = FixedMacros(app, "macros.html")
    return app, made


def test_a_macro_is_made_once_for_each_set_of_values() -> None:
    app, made = make_app()
    with app.test_request_context():
        page = "{{ fixed.greet('<b>') }} {{ fixed.greet('<b>') }} {{ fixed.greet('<b>', true) }}"
        assert render_template_string(page) == "1:&lt;b&gt; 1:&lt;b&gt; 2:&lt;b&gt;!"
        assert render_template_string(page) == "1:&lt;b&gt; 1:&lt;b&gt; 2:&lt;b&gt;!"
    assert len(made) == 2


def test_equal_values_of_different_kinds_are_kept_apart() -> None:
    app, _ = make_app()
    with app.test_request_context():
        assert (
            render_template_string("{{ fixed.greet(1) }} {{ fixed.greet(true) }}") == "1:1 2:True"
        )


def test_what_belongs_to_a_request_is_out_of_reach() -> None:
    app, _ = make_app()
    with app.test_request_context("/secret"), pytest.raises(UndefinedError):
        render_template_string("{{ fixed.ask() }}")
