"""What commands that work on the database begin with: its newest schema, and no restore."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click
from flask.cli import with_appcontext

from webapp.db.schema import BEHIND, is_current
from webapp.extensions import db, settings
from webapp.ops import in_use

if TYPE_CHECKING:
    from collections.abc import Callable

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def with_schema(command: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Run a command within the application, or say what has to be done to the database first.

    Args:
        command: The function below `@click.command`.
    """

    @with_appcontext
    @wraps(command)
    def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        hold()
        if not is_current(db.engine):
            raise click.ClickException(BEHIND)
        return command(*args, **kwargs)

    return run


def hold() -> None:
    """Keep a restore from going on beside this process.

    Raises:
        click.ClickException: A restore is going on.
    """
    try:
        in_use.hold(settings().var_dir)
    except in_use.InUseError as error:
        raise click.ClickException(str(error)) from error
