"""The commands for people on a shared ledger."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from unittest.mock import Mock

import psycopg
import pytest
import sqlalchemy as sa

from sandbox.ports import free_port
from sandbox.postgres import Postgres
from tests.support.bare_environment import without_settings
from tests.support.builders import fetched
from tests.support.connections import count_connections
from tests.support.fakes import Events
from tests.support.ledger_history import RELEASED, make_ledger_of
from worker.cli import EXIT_FOUND, EXIT_OK, EXIT_UNABLE, main
from worker.commands.check.ledger import ledger_of
from worker.config.loading import load
from worker.config.settings import Settings
from worker.ledger import Ledger, LedgerError, LedgerUnavailable, Person
from worker.ledger.connections import narrow_limits
from worker.ledger.schema import tasks
from worker.ledger.store import Store
from worker.run import Run

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def database(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database of one's own, named in the settings; returns its address for psycopg."""
    without_settings(monkeypatch)
    name = f"fresh_{uuid.uuid4().hex}"
    postgres.make_database(name)
    url = postgres.url.replace("/postgres", f"/{name}")
    for setting, value in (
        ("CAMUNDA_BASE_URL", "http://engine/engine-rest"),
        ("BITRIX_WEBHOOK_URL", "https://portal.example/rest/1/verysecretcode"),
        ("LEDGER_URL", url),
        ("LOG_LANGUAGE", "en"),
        ("HTTP_PORT", "0"),
    ):
        monkeypatch.setenv(setting, value)
    return url.replace("+psycopg", "")


def test_explain_reads_beside_a_worker_and_its_server_lets_it_change_nothing(database: str, capsys: Capture) -> None:
    url = os.environ["LEDGER_URL"]
    portal, engine = "https://portal.example", "http://engine/engine-rest"
    ledger = Ledger(url, owner="run-1", exclusive=True, portal=portal, engine=engine)
    ledger.waiting.begin(fetched("task-1", business_key="ORDER-7"), None, 42, origin="created")
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "busy", retry_in=None)
    ledger.syncs.replay([sync.id], Person("anna@host", "repaired"))
    for asked in ("task-1", "ORDER-7", "#42", "instance-of-task-1", "instance-of"):
        assert main(["explain", asked, "--json"]) == EXIT_OK
        found = json.loads(capsys.readouterr().out)
        assert (found["externalTask"], found["stage"]) == ("task-1", "waiting")
        assert "replay" in [event["event"] for event in found["events"]]
    assert main(["explain", "x" * 100_000]) == EXIT_FOUND, "nobody knows such an id"
    for asked in ("nothing", "🦄", "%"):
        assert main(["explain", asked]) == EXIT_UNABLE, "the engine does not answer, so it may know more"
    capsys.readouterr()
    reader = Store(url, exclusive=False, read_only=True)
    with pytest.raises(LedgerUnavailable, match="read-only"), reader.transaction() as tx:
        tx.execute(sa.delete(tasks))
    reader.close()
    ledger.close()


@pytest.mark.parametrize(("language", "words"), [("en", "By the ledger a worker works elsewhere"), ("ru", "Судя по")])
def test_a_worker_that_works_on_another_machine_is_not_told_to_be_started(
    database: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    """No page is at this machine's address, and `status` said to start or restart it."""
    monkeypatch.setenv("LOG_LANGUAGE", language)
    monkeypatch.setenv("HTTP_PORT", str(free_port()))
    ledger = shared("run-1")
    ledger.leases.lease("vm", locks_for=60.0)
    ledger.waiting.begin(fetched("task-1"), None, 42, origin="created")
    attempts = count_connections(monkeypatch)
    assert main(["status"]) == EXIT_OK
    first, *_ = capsys.readouterr().out.splitlines()
    assert len(attempts) == 1, "one connection for all that is read"
    assert first.startswith(words)
    assert "vm-1" in first
    assert main(["status", "--json"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out)["headline"].startswith(words)
    main(["explain", "task-1", "--json"])
    matters = {one["name"]: one["kind"] for one in json.loads(capsys.readouterr().out)["matters"]}
    assert matters["works_elsewhere"] == "others"
    assert "no_worker" not in matters
    ledger.leave()
    ledger.close()
    assert main(["status"]) == EXIT_OK
    assert words not in capsys.readouterr().out, "it has left in order"


def test_the_last_worker_to_run_is_told_though_it_left_in_order(database: str) -> None:
    """The mark of one that was killed long before stood there in its place."""
    killed, left = shared("run-1"), shared("run-2")
    for one in (killed, left):
        one.leases.lease("vm", locks_for=60.0)
    with psycopg.connect(database) as admin:
        admin.execute("UPDATE slots SET beat_at = beat_at - 300 WHERE owner = 'run-1'")
    before = left.now()
    left.leave()
    assert (left.views.alive_at() or 0.0) >= before
    for one in (killed, left):
        one.close()


def shared(owner: str) -> Ledger:
    portal, engine = "https://portal.example", "http://engine/engine-rest"
    return Ledger(os.environ["LEDGER_URL"], owner=owner, exclusive=True, portal=portal, engine=engine)


def test_a_command_makes_no_ledger_of_an_empty_database(postgres: Postgres, database: str, capsys: Capture) -> None:
    """It would belong to whatever portal that command's settings name, and `run` would be refused."""
    assert main(["status"]) == EXIT_UNABLE
    told = capsys.readouterr().err
    assert "There is no ledger" in told
    assert postgres.secret not in told
    with psycopg.connect(database) as admin:
        assert admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []


HERE = {"portal": "https://portal.example", "engine": "http://engine/engine-rest"}


def guest(admin: psycopg.Connection) -> None:
    """A user who may read everything and change nothing."""
    name = f"guest_of_{admin.info.dbname}"
    admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'guest'")
    admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")


def of(version: int) -> Callable[[psycopg.Connection], object]:
    def make(admin: psycopg.Connection) -> None:
        make_ledger_of(version, admin.execute, serial="SERIAL", **HERE)
        guest(admin)

    return make


def newer(admin: psycopg.Connection) -> None:
    of(RELEASED[-1])(admin)
    admin.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")


def of_other_tenants(admin: psycopg.Connection) -> None:
    of(RELEASED[-1])(admin)
    admin.execute("INSERT INTO meta VALUES ('tenants', 'prod')")
    admin.execute("UPDATE slots SET beat_at = 1e12")


def set_read_only(admin: psycopg.Connection) -> None:
    of(RELEASED[-1])(admin)
    admin.execute(f"ALTER DATABASE {admin.info.dbname} SET default_transaction_read_only = on")


REFUSALS: dict[str, tuple[Callable[[psycopg.Connection], object], dict[str, object]]] = {
    "newer": (newer, {}),
    "other tenants": (of_other_tenants, {}),
    "read-only": (set_read_only, {}),
    "no right to make the tables": (guest, {"username": "guest_of_{database}", "password": "guest"}),
    "no right to upgrade the tables": (of(RELEASED[-2]), {"username": "guest_of_{database}", "password": "guest"}),
    "no right to write": (of(RELEASED[-1]), {"username": "guest_of_{database}", "password": "guest"}),
    "away": (guest, {"host": "127.0.0.1", "port": 9}),
    "wrong password": (guest, {"username": "guest_of_{database}", "password": "wrong"}),
    "no such database": (guest, {"database": "elsewhere"}),
}


def refused(settings: Settings) -> LedgerError:
    """Why `run` is not started."""
    try:
        run = Run(settings, Events())
    except LedgerError as error:
        return error
    run._parts.threads.drain()
    with pytest.raises(LedgerError) as it:
        run._bind_tenants()
    return it.value


@pytest.mark.parametrize("why", REFUSALS)
def test_check_fails_for_what_run_is_refused_for(database: str, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    prepare, other = REFUSALS[why]
    with psycopg.connect(database, autocommit=True) as admin:
        prepare(admin)
        other = {name: str(said).format(database=admin.info.dbname) for name, said in other.items()}
        url = sa.engine.make_url(os.environ["LEDGER_URL"]).set(**other)  # type: ignore[arg-type]
        monkeypatch.setenv("LEDGER_URL", url.render_as_string(hide_password=False))
        settings = load(None, os.environ)
        [found] = ledger_of(settings)
        assert (found.good, found.essential) == (False, True)
        error = refused(settings)
        trouble = getattr(error, "trouble", None)
        assert str(found.cure or found.seen) in str(error) if trouble else str(found.seen)[:60] == str(error)[:60]


@pytest.mark.parametrize("version", [None, RELEASED[-2], RELEASED[-1]])
def test_check_leaves_a_good_ledger_as_it_is(database: str, version: int | None) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        if version:
            of(version)(admin)
        tables = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        before = sorted(admin.execute(tables).fetchall())
        found = list(ledger_of(load(None, os.environ)))
        assert [one.essential for one in found if not one.good] == ([False] if version == RELEASED[-2] else [])
        assert sorted(admin.execute(tables).fetchall()) == before


LIMITED: dict[str, tuple[str, str]] = {
    "ALTER ROLE {role} CONNECTION LIMIT 23": ("role {role} may have: 23,", 'ALTER ROLE "{role}" CONNECTION LIMIT 24'),
    "ALTER DATABASE {base} CONNECTION LIMIT 9": ("{base} accepts: 9,", 'ALTER DATABASE "{base}" CONNECTION LIMIT 24'),
    "ALTER ROLE {role} CONNECTION LIMIT 24": ("", ""),
}


@pytest.mark.parametrize(("change", "told"), LIMITED.items(), ids=LIMITED)
def test_check_warns_of_fewer_connections_than_a_worker_takes(
    database: str, monkeypatch: pytest.MonkeyPatch, change: str, told: tuple[str, str]
) -> None:
    """At the end of a night with 30 closed tasks the worker ran into the limit by itself, and nothing had warned."""
    url = sa.engine.make_url(os.environ["LEDGER_URL"])
    with psycopg.connect(database, autocommit=True) as admin:
        of(RELEASED[-1])(admin)
        names = {"role": f"guest_of_{admin.info.dbname}", "base": admin.info.dbname}
        admin.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {names['role']}".encode())
        admin.execute(change.format(**names).encode())
    other = url.set(username=names["role"], password="guest")
    monkeypatch.setenv("LEDGER_URL", other.render_as_string(hide_password=False))
    lines = [found.line("en") for found in ledger_of(load(None, os.environ))]
    warned = [line for line in lines if line.startswith("WARN connections to the ledger")]
    assert [all(words.format(**names) in line for words in told) for line in warned] == [True] * bool(told[0])
    assert all(line.startswith("ok") for line in lines if line not in warned)


def test_the_connections_of_the_server_are_counted_without_the_reserved_ones() -> None:
    """Of 25, three are kept for superusers; older servers reserve no others."""
    row = SimpleNamespace(rolsuper=False, rolname="wb", rolconnlimit=-1, datname="wb", datconnlimit=-1, most=26)
    asked = Mock(dialect=SimpleNamespace(name="postgresql"))
    asked.execute.return_value.one.return_value = row
    asked.execute.return_value.scalar_one.return_value = 3
    assert narrow_limits(asked) == (("server", "", 23),)
    row.rolsuper, row.rolconnlimit = True, 5
    assert narrow_limits(asked) == ()
