"""How Jinja makes our templates: less of what it does for templates of other people's.

Not here: the globals and filters of templates (`init_app`), and the cells of tables (`cells`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import flask.templating
import jinja2
from jinja2.ext import Extension

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from jinja2.environment import TemplateModule
    from jinja2.runtime import Context

# What Jinja takes away after a block is the line break (`trim_blocks`): where a word or an
# attribute follows there, a space of the indentation has to stand for it.
_INDENTATION = re.compile(r"\n(?:(?<=[%#]\}\n)([ \t])[ \t]*(?=[^\s<{])|[ \t]+)")


class WithoutIndentation(Extension):
    """Takes the indentation out of templates as they are compiled: a twelfth of the list's HTML.

    A line break stays a line break. What pages show within `pre` comes from values, not from here.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Give the source with every line moved to its beginning."""
        return _INDENTATION.sub(r"\n\1", source)


class Template(jinja2.Template):
    """A template of ours. All have the same globals, so an import looks for no others.

    Jinja compares the two sets on each import of each page: five of them took 0.04 ms.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class Environment(flask.templating.Environment):
    """Flask's, with the globals as they are where a template has none of its own, as ours have not.

    Jinja puts a `ChainMap` over them, and walks along that whenever a template begins, includes
    or imports another: eight times a page, 0.03 ms in all.
    """

    template_class = Template

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give what a template sees besides what it is told."""
        return super().make_globals(d) if d else self.globals
