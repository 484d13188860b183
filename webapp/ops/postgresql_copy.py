"""PostgreSQL: dumps by its own programs, and a restore in one transaction.

The password goes to them in a file that only we can read, never on a command line.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import make_url

from webapp.ops.archive import BackupError
from webapp.ops.databases import find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ASIDE: Final = "tillside_before_"  # schemas that hold what was there before a restore
_PSQL: Final = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
# {new}: the schema to make; {old}: the one to empty.
_MOVE: Final = """
CREATE SCHEMA {new};
DO $move$ DECLARE one record; BEGIN
  FOR one IN SELECT c.oid::regclass AS name FROM pg_class c
      WHERE c.relnamespace = '{old}'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
  LOOP EXECUTE format('ALTER TABLE %s SET SCHEMA {new}', one.name); END LOOP;
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
      WHERE p.pronamespace = '{old}'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
  LOOP EXECUTE format('ALTER ROUTINE %s SET SCHEMA {new}', one.name); END LOOP;
  FOR one IN SELECT s.oid, format('%I.%I', '{old}', s.stxname) AS name FROM pg_statistic_ext s
      WHERE s.stxnamespace = '{old}'::regnamespace
  LOOP EXECUTE format('ALTER STATISTICS %s SET SCHEMA {new}', one.name); END LOOP;
END $move$;
"""
_BEGIN: Final = "BEGIN;\nSET LOCAL client_min_messages = warning;\n" + _MOVE
_COMPARE: Final = """
DO $compare$ BEGIN
  IF (SELECT count(*) FROM {schema}.{table}) <> {count} THEN
    RAISE EXCEPTION 'other rows than the manifest says: {table}';
  END IF;
END $compare$;
"""


def dump(url: str, snapshot: str, target: Path) -> None:
    """Dump the whole database, as one transaction sees it.

    Args:
        url: The database's.
        snapshot: That the open transaction exported.
        target: A new file.

    Raises:
        BackupError: There is no pg_dump, or it fails.
    """
    with _told(url) as conninfo:
        _run(
            ("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-comments"),
            (f"--exclude-schema={ASIDE}*", f"--snapshot={snapshot}"),
            (f"--file={target}", f"--dbname={conninfo}"),
        )
    prove(target)


def prove(dump_file: Path) -> None:
    """Have pg_restore read a dump to its end.

    Raises:
        BackupError: It cannot.
    """
    _run(("pg_restore", "--file=/dev/null", str(dump_file)))


def put_in_place(
    url: str, dump_file: Path, aside: str, counts: Mapping[str, int], afterwards: Sequence[str]
) -> None:
    """Move what is there into another schema and restore a dump, all in one transaction.

    Args:
        url: The database's, as the tables' owner.
        dump_file: A proven one.
        aside: The schema that what is there goes into.
        counts: Rows that each table has to have then.
        afterwards: SQL to run at the end of the transaction.

    Raises:
        BackupError: It failed; everything is as it was.
    """
    compare = [
        _COMPARE.format(schema="public", table=table, count=count)
        for table, count in counts.items()
    ]
    end = "".join([*compare, *(f"{statement};\n" for statement in afterwards)])
    with _told(url) as conninfo, TemporaryDirectory() as folder:
        errors = (Path(folder) / "errors").open("w+b")
        with (
            errors,
            subprocess.Popen(  # noqa: S603  # PostgreSQL's own program, no shell
                [_program("psql"), *_PSQL, f"--dbname={conninfo}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            ) as client,
        ):
            assert client.stdin is not None
            try:
                _say(client.stdin, _BEGIN.format(new=aside, old="public"))
                if _pour(dump_file, client.stdin):
                    _say(client.stdin, f"SET search_path = public;\n{end}COMMIT;\nANALYZE;\n")
            except BrokenPipeError:
                pass  # it has ended already, and says why
            client.stdin.close()
            code = client.wait()
            errors.seek(0)
            said = errors.read().decode(errors="replace")
    if code:
        raise BackupError(f"PostgreSQL refused, nothing was changed: {_first(said)}")


def take_back(url: str, aside: str, failed: str) -> None:
    """Undo `put_in_place`, after it: what was restored goes into a schema of its own.

    Args:
        url: The database's.
        aside: Where the former tables are.
        failed: The schema for those that were restored.
    """
    back = _MOVE.replace("CREATE SCHEMA {new};\n", "").format(new="public", old=aside)
    script = f"{_BEGIN.format(new=failed, old='public')}{back}DROP SCHEMA {aside};\nCOMMIT;\n"
    with _told(url) as conninfo:
        _run(("psql", *_PSQL, f"--dbname={conninfo}"), given=script.encode())


def _pour(dump_file: Path, stream: Any) -> bool:
    """Write a dump's SQL; False when pg_restore fails, and nothing may be committed."""
    command = [_program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments"]
    with subprocess.Popen(  # noqa: S603  # as above
        [*command, "--file=-", str(dump_file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as reader:
        assert reader.stdout is not None
        shutil.copyfileobj(reader.stdout, stream)
        return reader.wait() == 0


def _say(stream: Any, sql: str) -> None:
    stream.write(sql.encode())
    stream.flush()


@contextmanager
def _told(url: str) -> Iterator[str]:
    """Give what libpq connects with; the password, if any, in a file for the time being."""
    from psycopg.conninfo import make_conninfo

    parsed = make_url(url)
    _, values = parsed.get_dialect()().create_connect_args(parsed)
    password = values.pop("password", None)
    with TemporaryDirectory(prefix="tillside-") as folder:
        if password is not None:
            file = Path(folder) / "password"
            file.touch(0o600)
            escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
            file.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
            values["passfile"] = str(file)
        yield make_conninfo(**values)


def _run(*parts: Sequence[str], given: bytes | None = None) -> None:
    name, *arguments = [text for part in parts for text in part]
    done = subprocess.run(  # noqa: S603  # as above
        [_program(name), *arguments], input=given, capture_output=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {_first(done.stderr.decode(errors='replace'))}")


def _program(name: str) -> str:
    path = find_program(name)
    if path is None:
        raise BackupError(f"{name} is not installed: apt-get install postgresql-client.")
    return path


def _first(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[0] if lines else "it did not say why"
