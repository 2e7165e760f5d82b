from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests_mock

from tests.support.builders import open_ledger
from tests.unit.engine.test_engine import BASE, RAW, body, engine, http  # noqa: F401 - a fixture
from worker.config.loading import load
from worker.config.tenants import Tenants
from worker.engine.errors import EngineUnreachable
from worker.engine.line import PAGE
from worker.engine.looks import MOST_COUNTED
from worker.words.config_faults import ConfigError

NEEDED = {"CAMUNDA_BASE_URL": BASE, "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/s3cr3ts3cr3t/"}
Http = requests_mock.Mocker


@pytest.mark.parametrize(
    ("environ", "tenants"),
    [
        ({}, Tenants()),
        ({"CAMUNDA_TENANT_ID": "prod"}, Tenants(("prod",))),
        ({"CAMUNDA_TENANT_ID": ""}, Tenants()),
        ({"CAMUNDA_TENANT_IDS": "prod, test,prod"}, Tenants(("prod", "test"))),
        ({"CAMUNDA_TENANT_ID": "prod", "CAMUNDA_TENANT_IDS": "prod"}, Tenants(("prod",))),
        ({"CAMUNDA_WITHOUT_TENANT": "true"}, Tenants(without=True)),
    ],
)
def test_the_environment_names_them_as_the_old_installation_had_it(environ: dict[str, str], tenants: Tenants) -> None:
    made = load(None, NEEDED | environ)
    assert (made.camunda.tenants, made.warnings) == (tenants, ())


@pytest.mark.parametrize(
    ("text", "tenants"),
    [
        ("[prod, test]", Tenants(("prod", "test"))),
        ("prod", Tenants(("prod",))),
        ("[7]", Tenants(("7",))),
        ("[]", Tenants()),
    ],
)
def test_the_file_names_them(text: str, tenants: Tenants, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"camunda: {{tenant_ids: {text}}}")
    assert load(tmp_path / "config.yaml", NEEDED).camunda.tenants == tenants


@pytest.mark.parametrize("text", ['""', "[prod, '']", "['a,b']", "[null]", "[true]", "{a: b}", "7", '"${T:-}"'])
def test_what_names_nobody_never_means_everybody(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"camunda: {{tenant_ids: {text}}}")
    with pytest.raises(ConfigError, match=r"camunda.tenant_ids .*: .*(список|идентификатор)"):
        load(tmp_path / "config.yaml", NEEDED)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"CAMUNDA_TENANT_ID": "prod", "CAMUNDA_TENANT_IDS": "test"}, "нужно одно"),
        ({"CAMUNDA_TENANT_ID": "prod", "CAMUNDA_WITHOUT_TENANT": "true"}, "несовместимы"),
    ],
)
def test_two_choices_are_a_fault(environ: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load(None, NEEDED | environ)


@pytest.mark.parametrize(
    ("chosen", "of_topic", "of_query"),
    [
        ({}, {}, {}),
        ({"tenant_ids": ["prod", "test"]}, {"tenantIdIn": ["prod", "test"]}, {"tenantidin": ["prod,test"]}),
    ],
)
def test_every_call_that_is_not_about_one_task_asks_for_them(
    http: Http,  # noqa: F811 - the fixture
    chosen: dict[str, Any],
    of_topic: dict[str, Any],
    of_query: dict[str, list[str]],
) -> None:
    http.post(f"{BASE}/external-task/fetchAndLock", json=[])
    http.get(f"{BASE}/external-task", json=[])
    http.get(f"{BASE}/external-task/count", json={"count": 1})
    http.get(f"{BASE}/incident", json=[])
    client = engine(**chosen)
    client.fetch(["slow", "quick"], 3)
    for topic in body(http)["topics"]:
        assert {name: value for name, value in topic.items() if "enant" in name} == of_topic
    for look in (
        lambda: list(client.locked_by_me()),
        client.lock_holders,
        lambda: client.backlog("slow"),
        lambda: client.incidents("slow"),
        lambda: client.incidents_of("slow"),
        client.incident_times,
    ):
        look()
        asked = http.last_request.qs  # type: ignore[union-attr]
        assert {name: value for name, value in asked.items() if "tenant" in name} == of_query


def test_steps_without_a_tenant_are_picked_out_where_the_engine_cannot_ask_for_them(http: Http) -> None:  # noqa: F811
    http.post(f"{BASE}/external-task/fetchAndLock", json=[])
    http.get(f"{BASE}/external-task", json=[RAW, RAW | {"id": "task-2", "tenantId": None, "workerId": "x"}])
    client = engine(without_tenant=True)
    client.fetch(["slow"], 3)
    assert body(http)["topics"][0]["withoutTenantId"] is True
    assert [(one.id, one.topic) for one in client.locked_by_me()] == [("task-2", "slow")]
    assert (client.lock_holders(), client.backlog("slow"), client.incidents("slow")) == (["x"], 1, 1)
    [one], count = client.incidents_of("slow")
    assert (one.external_task_id, one.tenant, count) == ("task-2", None, 1)


def test_counting_steps_without_a_tenant_ends_however_many_there_are(http: Http) -> None:  # noqa: F811
    http.get(f"{BASE}/external-task", json=[RAW | {"tenantId": None}] * PAGE)
    assert engine(without_tenant=True).backlog("slow") == MOST_COUNTED
    assert len(http.request_history) == MOST_COUNTED / PAGE


@pytest.mark.parametrize("chosen", [{"tenant_ids": ["test"]}, {"without_tenant": True}])
def test_a_filter_that_was_dropped_on_its_way_is_an_outage(http: Http, chosen: dict[str, Any]) -> None:  # noqa: F811
    http.post(f"{BASE}/external-task/fetchAndLock", json=[RAW])
    http.get(f"{BASE}/external-task", json=[RAW])
    client = engine(**chosen)
    lists = () if "without_tenant" in chosen else (lambda: list(client.locked_by_me()), client.lock_holders)
    for call in (lambda: client.fetch(["slow"], 3), *lists):
        with pytest.raises(EngineUnreachable, match="not asked for") as caught:
            call()
        assert caught.value.doubtful


def test_a_step_that_we_know_is_found_whatever_its_tenant(http: Http) -> None:  # noqa: F811
    """One of a tenant that is no longer served is not gone: its task would be told so."""
    http.post(f"{BASE}/external-task", json=[RAW])
    assert engine(tenant_ids=["test"]).existing(["task-1"])["task-1"].tenant_id == "prod"
    assert body(http) == {"externalTaskIdIn": ["task-1"]}


@pytest.mark.parametrize(("tenant", "of_others"), [("prod", True), ("test", False), (None, True)])
def test_an_instance_of_another_tenant_is_known_by_the_history(
    http: Http,  # noqa: F811
    tenant: str | None,
    of_others: bool,
) -> None:
    http.get(f"{BASE}/history/process-instance/instance-1", json={"processDefinitionKey": "k", "tenantId": tenant})
    assert engine(tenant_ids=["test"]).is_of_others("instance-1") is of_others
    assert engine().is_of_others("instance-1") is False


def test_a_ledger_says_for_whom_it_was_kept(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    assert [ledger.leases.bind_tenants(named) for named in ("*", "*", "prod", "prod", "*")] == [
        None,
        None,
        "*",
        None,
        "prod",
    ]
    ledger.close()
