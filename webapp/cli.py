"""The `flask` commands. Each is a few lines around a function of the feature that it belongs to."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from webapp.extensions import db, settings
from webapp.ops.with_schema import hold, with_schema

if TYPE_CHECKING:
    from flask import Flask

db_commands = AppGroup("db", help="The database.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    from webapp.activity.commands import activity_commands
    from webapp.ops.commands import backup, restore
    from webapp.people.commands import user_commands

    app.cli.add_command(db_commands)
    app.cli.add_command(activity_commands)
    app.cli.add_command(user_commands)
    for command in (_sync, _settle, _worker, _sandbox, routes, check, backup, restore):
        app.cli.add_command(command)


@db_commands.command("upgrade")
def _upgrade() -> None:
    """Bring the database to the newest schema."""
    from webapp.db.upgrade import upgrade  # Alembic: 10 MB that no web process needs

    upgrade(db.engine)
    click.echo("The database is up to date.")


@click.command("sync")
@with_schema
def _sync() -> None:
    """Bring our copy of customers and categories up to date now."""
    from webapp.categories import service as categories
    from webapp.customers import service as customers

    result = customers.run_sync(reason="command")
    customers.tidy_search()
    refreshed = categories.refresh_categories()
    if result.state == "failed" or not refreshed.is_complete:
        code = result.error_code or refreshed.error_code
        raise click.ClickException(f"NeroPay could not be copied: {code}")
    if result.state != "done":
        click.echo("Another sync is running.")
        return
    click.echo(
        f"{result.rows} customers read: {result.created} new, {result.changed} changed, "
        f"{result.gone} gone. {refreshed.count} categories."
    )


@click.command("settle")
@with_schema
def _settle() -> None:
    """Settle the writes that are due: sent to NeroPay, outcome not known yet."""
    from webapp.writes import service

    settled = service.settle_due()
    click.echo(f"{settled} settled, {service.count_open()} still open.")


@click.command("worker")
@with_appcontext
def _worker() -> None:
    """Run the background worker: sync, settle, clean up."""
    from webapp.jobs import run_worker

    hold()
    run_worker(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's documented way to the app behind the proxy


@click.command("sandbox")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True)
@with_appcontext
def _sandbox(host: str, port: int) -> None:
    """Run a NeroPay of our own, for trying things out; never in production."""
    from webapp.sandbox.cli import run

    chosen = settings()
    path = Path(chosen.var_dir) / "sandbox.db"
    try:
        run(host, port, path, chosen.neropay_secret_key, chosen.app_env)
    except RuntimeError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise click.ClickException(f"{host}:{port} cannot be used: {reason}") from error


@click.command("routes")
@click.option("--permissions", "has_permissions", is_flag=True, help="Who may use each route.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@with_appcontext
def routes(has_permissions: bool, as_json: bool) -> None:  # click passes flags so
    """List every route; instead of Flask's own `routes`, see `register`."""
    from webapp.people.permissions import list_routes

    rows = list_routes(current_app)
    if not has_permissions:
        rows = [{key: row[key] for key in ("rule", "methods", "endpoint")} for row in rows]
    if as_json:
        json.dump(rows, sys.stdout, indent=2)
        sys.stdout.write(os.linesep)
        return
    for row in rows:
        click.echo("  ".join(str(value) for value in row.values()))


@click.command("check")
@click.option("--deploy", "is_deploy", is_flag=True, help="Every rule of production.")
def check(is_deploy: bool) -> None:
    """Look at every rule of this installation; a line for each, and an exit code.

    Nothing is changed. With --deploy NeroPay is asked once which account the key belongs to; its
    being away is told, and fails nothing.
    """
    from webapp.ops.checks import check as look
    from webapp.people import mail

    findings = look(os.environ, is_deploy=is_deploy, find_mail_problem=mail.problem)
    width = max(len(finding.rule) for finding in findings)
    for finding in findings:
        click.echo(f"{finding.state:<9}  {finding.rule:<{width}}  {finding.text}")
    failed = sum(not finding.is_passed for finding in findings)
    if failed:
        raise click.ClickException(f"{failed} of {len(findings)} rules are not met")
    click.echo(f"All {len(findings)} rules are met.")
