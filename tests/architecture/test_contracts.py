"""The import rules leave no part out: a new feature or view cannot be forgotten in them."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEBAPP = ROOT / "webapp"
NOT_FEATURES = {"db", "neropay", "ops", "sandbox", "ui"}


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, list[str]]]:
    parser = configparser.ConfigParser()
    assert parser.read(ROOT / ".importlinter")
    return {
        section.removeprefix("importlinter:contract:"): {
            key: value.split("\n")[1:] if "\n" in value else [value]
            for key, value in parser[section].items()
        }
        for section in parser.sections()
    }


def parts() -> set[str]:
    """Every module and package directly below webapp."""
    files = {path.stem for path in WEBAPP.glob("*.py") if path.stem != "__init__"}
    return files | {path.parent.name for path in WEBAPP.glob("*/__init__.py")}


def features() -> set[str]:
    return {path.parent.name for path in WEBAPP.glob("*/__init__.py")} - NOT_FEATURES


def test_the_client_and_the_sandbox_are_kept_from_every_part(
    contracts: dict[str, dict[str, list[str]]],
) -> None:
    for name in ("neropay", "sandbox"):
        forbidden = set(contracts[name]["forbidden_modules"])
        missing = {f"webapp.{part}" for part in parts() - {name}} - forbidden
        assert not missing, f"[{name}] does not name {sorted(missing)}"


def test_shared_parts_are_kept_from_every_feature(
    contracts: dict[str, dict[str, list[str]]],
) -> None:
    missing = {f"webapp.{name}" for name in features()} - set(
        contracts["shared"]["forbidden_modules"]
    )
    assert not missing


def test_every_module_of_views_is_held_to_their_rule(
    contracts: dict[str, dict[str, list[str]]],
) -> None:
    views = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in WEBAPP.rglob("*views.py")
        if path.parent.name != "sandbox"
    }
    assert len(views) >= 12
    missing = views - set(contracts["views"]["source_modules"])
    assert not missing, f"[views] does not name {sorted(missing)}"


def test_every_feature_is_entered_through_its_service_only(
    contracts: dict[str, dict[str, list[str]]],
) -> None:
    guarded = {name for name in contracts if contracts[name].get("type") == ["protected"]}
    assert features() <= guarded, f"no contract for {sorted(features() - guarded)}"
    for name in features():
        assert contracts[name]["protected_modules"] == [f"webapp.{name}.*"]
