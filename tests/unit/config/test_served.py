"""Rows whose topic or tenant left the settings: page, `status` and `check` say why nothing happens to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders import DONE, FAILED, draft, fetched, open_ledger
from tests.support.page_facts import ABOUT, facts
from worker.commands.check.ledger import ledger_of, rows_left
from worker.commands.status import status_of, table
from worker.config.loading import load
from worker.config.served import CAUSE, CURE, Served
from worker.config.settings import Settings
from worker.config.tenants import Tenants
from worker.engine.answers import Existing
from worker.ledger import Ledger, Row
from worker.model import FetchedTask, Stage
from worker.monitoring.page_view import view_of
from worker.words.phrase import Language

OURS = Served(("t",), Tenants())
AT = 1_772_359_200.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, now=lambda: AT)
    yield ledger
    ledger.close()


def step(id_: str, topic: str = "t", tenant: str | None = None) -> FetchedTask:
    return replace(fetched(id_), topic=topic, tenant_id=tenant)


def creating(ledger: Ledger, task: FetchedTask) -> Row:
    return ledger.begin_create(task, draft(task), None)


def waiting(ledger: Ledger, task: FetchedTask) -> None:
    ledger.waiting.begin(task, None, 42, origin="created")


def told_failure(ledger: Ledger, task: FetchedTask) -> None:
    ledger.created(task, None, 43, FAILED, adopted=False)
    owed = ledger.settlements.of(task.id)
    assert owed
    ledger.settlements.settled(owed)


LEFT: list[Callable[[Ledger, FetchedTask], object]] = [creating, waiting, told_failure]
OTHERS = [
    pytest.param(OURS, step("x", "former"), "topic former", "топик former", id="topic"),
    pytest.param(Served(("t",), Tenants(("a",))), step("x", tenant="b"), "tenant b", "тенант b", id="tenant"),
    pytest.param(Served(("t",), Tenants(("a",))), step("x"), "without a tenant", "без тенанта", id="of none"),
    pytest.param(Served(("t",), Tenants((), True)), step("x", tenant="b"), "tenant b", "тенант b", id="only of none"),
]


@pytest.mark.parametrize("put", LEFT)
@pytest.mark.parametrize(("served", "task", "en", "ru"), OTHERS)
def test_a_row_that_nobody_asks_for_is_shown_with_reason_and_cure(
    ledger: Ledger,
    put: Callable[[Ledger, FetchedTask], object],
    served: Served,
    task: FetchedTask,
    en: str,
    ru: str,
) -> None:
    put(ledger, task)
    words: list[tuple[Language, str]] = [("en", en), ("ru", ru)]
    for language, what in words:
        [row] = status_of(ledger, served, language)["waiting"]
        assert (row["externalTask"], row["cause"], row["cure"]) == ("x", CAUSE, CURE.in_(language))
        assert what in row["reason"]
        assert f"{row['reason']}. {CURE.in_(language)}" in table(status_of(ledger, served, language), language)
        page = view_of(facts(view=ledger.views.read(served)), replace(ABOUT, served=served), language)
        [group] = [one for one in page.groups if one.name != "late"]
        assert (group.name, group.count, page.mood) == ("not_served", 1, "warn")
        assert what in group.items[0].reason
        assert "Cockpit" in group.hint
        assert page.tasks
        assert page.tasks.lines[0].state == {"en": "no longer served", "ru": "больше не обслуживается"}[language]


SERVED = [
    (OURS, step("x")),
    (OURS, step("x", tenant="b")),
    (Served(("t",), Tenants(("a", "b"))), step("x", tenant="b")),
    (Served(("t",), Tenants((), True)), step("x")),
]


@pytest.mark.parametrize("put", LEFT)
@pytest.mark.parametrize(("served", "task"), SERVED)
def test_ours_are_not_among_them(
    ledger: Ledger, put: Callable[[Ledger, FetchedTask], object], served: Served, task: FetchedTask
) -> None:
    put(ledger, task)
    assert ledger.views.not_served(served) == []
    view = ledger.views.read(served)
    assert view.newest[0].served
    assert [one.external_task_id for one in view.creating] == (["x"] if put is creating else [])


def test_what_the_engine_is_owed_is_delivered_whatever_its_topic(ledger: Ledger) -> None:
    ledger.created(step("x", "former"), None, 42, DONE, adopted=False)
    ledger.rejected(step("y", "former"), None, FAILED)
    assert ledger.views.not_served(OURS) == []
    assert all(one.served for one in ledger.views.read(OURS).newest)


def test_the_tenant_of_a_row_that_an_earlier_version_made_is_learnt_from_the_engine(ledger: Ledger) -> None:
    rows = [creating(ledger, step("x", tenant="b")), creating(ledger, step("y", tenant="b"))]
    with ledger._store.transaction() as tx:
        tx.exec_driver_sql("UPDATE tasks SET tenant_id = NULL")
    served = Served(("t",), Tenants(("a",)))
    assert ledger.views.not_served(served) == [], "nothing is said of what is not known"
    old = [replace(row, tenant_id=None) for row in rows]
    ledger.waiting.learn_tenants(old, {"x": Existing(None, "t", "b"), "z": Existing(None, "t", None)})
    assert [one.external_task_id for one in ledger.views.not_served(served)] == ["x"]
    assert ledger.known(["x"])["x"].stage is Stage.CREATING


def settings_of(folder: Path, **environ: str) -> Settings:
    path = folder / "config.yaml"
    path.write_text("topics: {t: {}}", encoding="utf-8")
    sides = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/x/"}
    return load(path, sides | {"LEDGER_URL": f"sqlite:///{folder}/worker.db"} | environ)


def test_check_counts_them_and_names_topic_tenant_and_cure(ledger: Ledger, tmp_path: Path) -> None:
    creating(ledger, step("a", "former"))
    waiting(ledger, step("b", "former"))
    waiting(ledger, step("c", tenant="b"))
    [found] = rows_left(settings_of(tmp_path, CAMUNDA_TENANT_ID="a"))
    assert (found.good, found.essential) == (False, False)
    assert found.line("en") == f"WARN ledger rows: the tenant b (1), the topic former (2) → {CURE.en}"
    assert found.line("ru") == f"WARN строки журнала: тенант b (1), топик former (2) → {CURE.ru}"


def test_check_says_so_where_all_are_served_and_nothing_without_a_ledger(ledger: Ledger, tmp_path: Path) -> None:
    waiting(ledger, step("a"))
    [found] = rows_left(settings_of(tmp_path))
    assert found.good
    [none] = ledger_of(settings_of(tmp_path, LEDGER_URL=f"sqlite:///{tmp_path}/none.db"))
    assert none.good
    assert not (tmp_path / "none.db").exists()
