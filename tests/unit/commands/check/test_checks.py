from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock

from sandbox.engine.builtin import BuiltinEngine
from worker.commands.check.checks import run_checks
from worker.commands.check.finding import Finding
from worker.config.loading import load
from worker.engine.client import Engine
from worker.steps.portal_fields import ANSWER_FIELDS, USER_FIELDS
from worker.words import look_names
from worker.words.phrase import LANGUAGES, Language, Phrase, unchanged

SECRET = "verysecretcode"
PORTAL = f"https://portal.example/rest/1/{SECRET}"
ENGINE = "http://engine:8080/engine-rest"
FIELDS = [
    {"FIELD_NAME": name, "USER_TYPE_ID": kind.types[0], "MULTIPLE": "N"}
    for name, kind in {**USER_FIELDS, **ANSWER_FIELDS}.items()
]


class Site:
    """A portal and an engine that are as they should be; a test makes one thing different."""

    def __init__(self, http: requests_mock.Mocker) -> None:
        self.http = http
        self.absent = {"imena.camunda.diagram.responsible.list", "imena.camunda.tasktemplate.get"}
        """Methods that the portal lacks."""
        self.portal("profile", {"ID": "1", "ADMIN": True})
        self.portal("scope", ["task", "user_brief"])
        self.http.post(f"{PORTAL}/method.get", json=self.method)
        self.portal("task.item.userfield.getlist", FIELDS)
        self.clock(timedelta(0))
        self.portal("tasks.task.list", {"tasks": [{"id": "41"}]})
        self.portal("tasks.task.get", [])
        http.get(f"{ENGINE}/version", json={"version": "7.24.0"})
        http.get(f"{ENGINE}/external-task/count", json={"count": 3})
        http.get(f"{ENGINE}/external-task", json=[])
        http.get(f"{ENGINE}/external-task/topic-names", json=["bitrix_create_task"])
        self.json(status_code=404, json={"type": "RestException", "message": "External task does not exist"})

    def method(self, request: Any, _: object) -> dict[str, Any]:
        there = request.json()["name"] not in self.absent
        return {"result": {"isExisting": there, "isAvailable": there}}

    def portal(self, method: str, result: Any, **answer: Any) -> None:
        self.http.post(f"{PORTAL}/{method}", **(answer or {"json": {"result": result}}))

    def json(self, **answer: Any) -> None:
        self.http.post(f"{ENGINE}/external-task/no-such-task/complete", **answer)

    def clock(self, apart: timedelta) -> None:
        self.portal("server.time", (datetime.now(UTC) + apart).astimezone().isoformat(timespec="seconds"))

    def check(self, path: Path | None = None, **environ: str) -> list[Finding]:
        return run_checks(
            load(path, {"CAMUNDA_BASE_URL": ENGINE, "BITRIX_WEBHOOK_URL": PORTAL, "HTTP_PORT": "0"} | environ)
        )

    def bad(self) -> list[tuple[str, bool]]:
        """What is not good, and whether that is essential."""
        return [
            (str(finding.what), finding.essential) for finding in self.check() if finding.checked and not finding.good
        ]


@pytest.fixture
def site() -> Iterator[Site]:
    with requests_mock.Mocker() as http:
        http.head(requests_mock.ANY)  # by which `check` sees the certificate of a side
        yield Site(http)


def test_all_is_well(site: Site) -> None:
    findings = site.check()
    assert [str(finding.what) for finding in findings] == [
        "ledger",
        "webhook owner",
        "webhook scopes",
        "webhook scope for users",
        "tasks.task.add",
        "imena.camunda.sync",
        "imena.camunda.userfield.list",
        "task fields",
        "task fields for answers",
        "task templates of the portal",
        "portal clock",
        "task list",
        "engine",
        "engine clocks",
        "Json variables",
        "topic bitrix_create_task",
    ]
    assert all(finding.good for finding in findings)
    assert [finding.seen.en for finding in findings[-4:-1]] == ["7.24.0", "the answers contain no time", "yes"]
    assert findings[-1].seen.en == "3 waiting"


def everything(site: Site, folder: Path) -> list[Finding]:
    """Each look that there is: fields in templates, a ledger, tenants, topics of others and a slip."""
    fields = [*FIELDS, {"FIELD_NAME": "UF_CONTRACT", "USER_TYPE_ID": "string"}]
    site.portal("task.item.userfield.getlist", fields)
    topics = ["t", "bitrix_task", "bitrix_tsk", "billing"]
    site.http.get(f"{ENGINE}/external-task/topic-names", json=topics)
    site.http.get(f"{ENGINE}/process-definition/count", json={"count": 1})
    path = folder / "config.yaml"
    path.write_text("topics: {t: {task: {UF_CONTRACT: 1}}, bitrix_task: {}}", encoding="utf-8")
    ledger = folder / "ledger.sqlite3"
    ledger.touch()
    return site.check(path, CAMUNDA_TENANT_ID="prod", LEDGER_URL=f"sqlite:///{ledger}")


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("trouble", [None, "portal", "engine"])
def test_each_look_has_a_name_of_its_own_in_each_language(
    site: Site, tmp_path: Path, language: Language, trouble: str | None
) -> None:
    if trouble == "portal":
        site.http.post(re.compile(PORTAL), exc=requests.ConnectTimeout())
    if trouble == "engine":
        site.http.get(re.compile(ENGINE), exc=requests.ConnectTimeout())
    told = [finding.what.in_(language) for finding in everything(site, tmp_path)]
    assert len(told) > 15
    assert sorted(told) == sorted(set(told))
    russian = [name for name in told if re.search("[а-я]{4}", name)]
    assert russian == (told if language == "ru" else [])


def test_no_two_names_of_looks_are_the_same() -> None:
    known = [one for one in vars(look_names).values() if isinstance(one, Phrase)]
    made = [look_names.method("x"), look_names.topic("x"), look_names.model("x"), look_names.step("x", "y")]
    for language in LANGUAGES:
        told = [one.in_(language) for one in (*known, *made)]
        assert all(told)
        assert sorted(told) == sorted(set(told))


def test_nothing_is_changed_anywhere(site: Site) -> None:
    site.check()
    asked = {request.path.rpartition("/")[2] for request in site.http.request_history if request.method != "HEAD"}
    reading = {"profile", "scope", "method.get", "task.item.userfield.getlist", "server.time"}
    reading |= {"tasks.task.list", "tasks.task.get", "version", "count", "topic-names", "external-task"}
    assert asked == reading | {"complete"}, "the completion is of a task that does not exist"


@pytest.mark.parametrize(
    ("method", "result", "what", "essential"),
    [
        ("profile", {"ID": "7", "ADMIN": False}, ["webhook owner"], True),
        ("profile", [], ["webhook owner"], True),
        ("scope", ["user_brief"], ["webhook scopes"], True),
        ("task.item.userfield.getlist", FIELDS[:1], ["task fields", "task fields for answers"], False),
        ("server.time", "2020-01-01T00:00:00+00:00", ["portal clock"], False),
    ],
)
def test_each_shortcoming_is_found(site: Site, method: str, result: Any, what: list[str], essential: bool) -> None:
    site.portal(method, result)
    assert site.bad() == [(name, essential) for name in what]


@pytest.mark.parametrize("state", [{"isExisting": False, "isAvailable": False}, {"isExisting": True}, []])
def test_without_the_sync_module_tasks_are_made_all_the_same(site: Site, state: Any) -> None:
    def answer(request: Any, _: Any) -> dict[str, Any]:
        missing = request.json()["name"] == "imena.camunda.sync"
        return {"result": state} if missing else site.method(request, _)

    site.portal("method.get", None, json=answer)
    assert site.bad() == [("imena.camunda.sync", False)]


def test_a_module_that_does_not_tell_the_answers_is_noticed(site: Site) -> None:
    site.absent.add("imena.camunda.userfield.list")
    assert site.bad() == [("imena.camunda.userfield.list", False)]


def test_a_webhook_that_may_not_ask_about_users_is_told(site: Site) -> None:
    site.portal("scope", ["task"])
    assert site.bad() == [("webhook scope for users", False)]


def test_without_the_right_to_make_tasks_nothing_works(site: Site) -> None:
    site.portal("method.get", {"isExisting": True, "isAvailable": False})
    assert ("tasks.task.add", True) in site.bad()


def test_missing_fields_are_named(site: Site) -> None:
    site.portal("task.item.userfield.getlist", FIELDS[1:])
    [finding] = [finding for finding in site.check() if not finding.good]
    assert finding.seen.en == "missing UF_CAMUNDA_ID_EXTERNAL_TASK"
    assert finding.cure.en == "create the task fields UF_CAMUNDA_ID_EXTERNAL_TASK (string)"


@pytest.mark.parametrize(
    ("name", "other", "seen"),
    [
        ("UF_RESULT_ANSWER", {"MULTIPLE": "Y"}, "UF_RESULT_ANSWER is enumeration, multiple"),
        ("UF_RESULT_ANSWER", {"USER_TYPE_ID": "boolean"}, "UF_RESULT_ANSWER is boolean"),
        ("UF_RESULT_EXPECTED", {"USER_TYPE_ID": "enumeration"}, "UF_RESULT_EXPECTED is enumeration"),
        ("UF_RESULT_QUESTION", {"MULTIPLE": "Y"}, "UF_RESULT_QUESTION is string, multiple"),
        ("UF_CAMUNDA_ID_EXTERNAL_TASK", {"USER_TYPE_ID": "integer"}, "UF_CAMUNDA_ID_EXTERNAL_TASK is integer"),
        ("UF_PROCESS_INSTANCE_ID", {"MULTIPLE": "Y"}, "UF_PROCESS_INSTANCE_ID is string, multiple"),
    ],
)
def test_a_field_of_another_kind_is_noticed(site: Site, name: str, other: dict[str, str], seen: str) -> None:
    site.portal("task.item.userfield.getlist", [row | other if row["FIELD_NAME"] == name else row for row in FIELDS])
    [finding] = [finding for finding in site.check() if not finding.good]
    assert finding.seen.en == seen
    assert f"again, not multiple: {name} (" in finding.line("en")
    assert name in finding.line("ru")


@pytest.mark.parametrize(
    ("name", "filled", "seen"),
    [
        ("UF_RESULT_ANSWER", {"LIST": [{"ID": "45", "VALUE": "ДА", "DEF": "Y"}]}, "ДА"),
        ("UF_RESULT_ANSWER", {"SETTINGS": {"DEFAULT_VALUE": "НЕТ"}}, "НЕТ"),
        ("UF_RESULT_EXPECTED", {"SETTINGS": {"DEFAULT_VALUE": 1}}, "1"),
        ("UF_CAMUNDA_ID_EXTERNAL_TASK", {"SETTINGS": {"DEFAULT_VALUE": "x"}}, "x"),
    ],
)
def test_a_field_that_the_portal_fills_by_itself_is_noticed(
    site: Site, name: str, filled: dict[str, Any], seen: str
) -> None:
    """Nobody could tell it from an answer: an approval would pass unasked."""
    site.portal("task.item.userfield.getlist", [row | filled if row["FIELD_NAME"] == name else row for row in FIELDS])
    [finding] = [finding for finding in site.check() if not finding.good]
    assert finding.seen.en == f'{name} has the default "{seen}"'
    assert (
        f"remove the default value, it cannot be distinguished from what a person or the worker has set: {name} ("
        in finding.line("en")
    )
    assert "уберите значение по умолчанию" in finding.line("ru")


def test_a_portal_that_does_not_tell_the_kind_of_its_fields_is_believed(site: Site) -> None:
    site.portal("task.item.userfield.getlist", [{"FIELD_NAME": row["FIELD_NAME"]} for row in FIELDS])
    assert site.bad() == []


def test_topics_that_wait_and_nobody_here_serves_are_named(site: Site) -> None:
    topics = ["bitrix_create_task", "bitrix_create_tsk", "billing", "archive"]
    site.http.get(f"{ENGINE}/external-task/topic-names", json=topics)
    waiting = [{"id": f"step-{number}", "topicName": "bitrix_create_tsk"} for number in range(3)]
    site.http.get(f"{ENGINE}/external-task?topicName=bitrix_create_tsk&notLocked=true", json=waiting)
    slip, others = site.check()[-2:]
    assert (str(slip.what), slip.good, slip.essential) == ("topic bitrix_create_tsk", False, False)
    assert slip.seen.en == "3 waiting, not served by this worker"
    assert "bitrix_create_task?" in slip.cure.ru
    assert "bitrix_create_task?" in slip.cure.en
    assert (str(others.what), others.good, others.seen.en) == (
        "topics of other workers",
        True,
        "archive (3), billing (3)",
    )


@pytest.mark.parametrize(
    ("seen", "holder"), [("bitrix_creat_task", "old"), ("billing", "old"), ("bitrix_creat_task", "")]
)
def test_a_topic_without_steps_beside_a_similar_one_that_another_worker_has_is_told(
    site: Site, seen: str, holder: str
) -> None:
    """The settings misspell the topic, and an older worker still holds its steps: nothing waits under it."""
    site.http.get(f"{ENGINE}/external-task/topic-names", json=[seen])
    site.http.get(f"{ENGINE}/external-task/topic-names?withUnlockedTasks=true&withRetriesLeft=true", json=[])
    until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    locked = [{"id": "1", "topicName": seen, "workerId": holder, "lockExpirationTime": until}] if holder else []
    site.http.get(f"{ENGINE}/external-task?topicName={seen}", json=locked)
    found = [one for one in site.check() if not one.good]
    told = seen != "billing" and bool(holder)
    assert [(str(one.what), one.essential) for one in found] == ([("topic bitrix_create_task", False)] if told else [])
    assert not told or "steps of a similar one (bitrix_creat_task) are locked by old" in found[0].seen.en
    assert not told or "correct topics: bitrix_creat_task;" in found[0].cure.en


def test_an_engine_that_does_not_name_its_topics_is_no_obstacle(site: Site) -> None:
    site.http.get(f"{ENGINE}/external-task/topic-names", status_code=403, json={"type": "x", "message": "no"})
    assert site.bad() == [("other topics", False)]


@pytest.mark.parametrize(
    ("definitions", "tasks", "seen"),
    [(0, 0, "unknown to the engine: prodd → prod?"), (2, 0, "prodd"), (0, 2, "prodd")],
)
def test_a_tenant_that_the_engine_does_not_know_is_named(site: Site, definitions: int, tasks: int, seen: str) -> None:
    site.http.get(f"{ENGINE}/process-definition/count", json={"count": definitions})
    site.http.get(f"{ENGINE}/external-task/count", json={"count": tasks})
    site.http.get(
        f"{ENGINE}/process-definition", json=[{"key": "a", "tenantId": "prod"}, {"key": "b", "tenantId": None}]
    )
    found = site.check(CAMUNDA_TENANT_ID="prodd")[-1]
    assert (str(found.what), found.seen.en, found.good, found.essential) == (
        "tenants",
        seen,
        bool(definitions + tasks),
        not definitions + tasks,
    )


@pytest.mark.parametrize(
    ("topic", "seen"),
    [
        ("task: {UF_CONTARCT: '{{ n }}'}", "missing UF_CONTARCT → UF_CONTRACT?"),
        ("result: {a: '{{ task.fields.UF_CONTARCT }}'}", "missing UF_CONTARCT → UF_CONTRACT?"),
        ("task: {uf_sum: 1, UF_CONTRACT: 1}", "missing UF_SUM"),
    ],
)
def test_fields_of_templates_that_the_portal_does_not_have_are_named(
    site: Site, tmp_path: Path, topic: str, seen: str
) -> None:
    """The portal would drop them without a word."""
    site.portal("task.item.userfield.getlist", [*FIELDS, {"FIELD_NAME": "UF_CONTRACT", "USER_TYPE_ID": "string"}])
    [finding] = [finding for finding in site.check(config(tmp_path, topic)) if not finding.good]
    assert (str(finding.what), finding.seen.en, finding.essential) == ("fields in templates", seen, False)


def test_fields_of_templates_that_are_there_or_the_portals_own_are_good(site: Site, tmp_path: Path) -> None:
    site.portal("task.item.userfield.getlist", [*FIELDS, {"FIELD_NAME": "UF_CONTRACT", "USER_TYPE_ID": "string"}])
    found = site.check(config(tmp_path, "task: {UF_CONTRACT: 1, UF_CRM_TASK: [D_1], UF_RESULT_EXPECTED: 1}"))
    assert [finding.seen.en for finding in found if str(finding.what) == "fields in templates"] == ["UF_CONTRACT"]
    assert all(finding.good for finding in found)


def test_constants_that_a_field_of_the_portal_does_not_keep_are_named(site: Site, tmp_path: Path) -> None:
    """The portal would store 0 or nothing, without a word."""
    types = {"UF_SUM": "integer", "UF_DAY": "date", "UF_URGENT": "boolean", "UF_NOTE": "string"}
    more = [{"FIELD_NAME": name, "USER_TYPE_ID": type_} for name, type_ in types.items()]
    site.portal("task.item.userfield.getlist", [*FIELDS, *more])
    topic = "task: {UF_SUM: a lot, UF_DAY: '{{ day }}', UF_URGENT: true, UF_NOTE: x, uf_gone: 1}"
    [finding] = [finding for finding in site.check(config(tmp_path, topic)) if not finding.good]
    assert finding.seen.en == "missing UF_GONE; UF_SUM keeps a whole number, not a lot"
    assert "steps with such a field become incidents" in finding.line("en")


def config(folder: Path, topic: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(f"topics: {{t: {{{topic}}}}}", encoding="utf-8")
    return path


def test_the_cure_of_the_answers_field_is_a_list(site: Site) -> None:
    site.portal("task.item.userfield.getlist", FIELDS[:3])
    [finding] = [finding for finding in site.check() if not finding.good]
    assert finding.line("en").endswith(
        "UF_RESULT_EXPECTED (yes/no), UF_RESULT_QUESTION (string), "
        "UF_RESULT_ANSWER (list of the answers, such as ДА and НЕТ)"
    )
    assert "UF_RESULT_ANSWER (список с вариантами ответа, например ДА и НЕТ)" in finding.line("ru")


def test_an_engine_without_extension_properties_is_refused(site: Site) -> None:
    site.http.get(f"{ENGINE}/version", json={"version": "7.13.0"})
    [finding] = [finding for finding in site.check() if not finding.good]
    assert finding.line("en").startswith("FAIL engine: engine version 7.13.0 ")
    assert "Upgrade the engine" in finding.line("en")
    assert "7.13.0" in finding.line("ru")


@pytest.mark.parametrize(
    "answer", [{"json": {"version": None}}, {"json": {"version": "fox"}}, {"json": {}}, {"status_code": 404}]
)
def test_an_engine_whose_version_cannot_be_told_is_warned_about(site: Site, answer: dict[str, Any]) -> None:
    site.http.get(f"{ENGINE}/version", **answer)
    assert site.bad() == [("engine", False)]


@pytest.mark.parametrize(("seconds", "good"), [(50, True), (-50, True), (70, False), (-70, False)])
def test_clocks_may_differ_by_a_minute(site: Site, seconds: float, good: bool) -> None:
    site.clock(timedelta(seconds=seconds))
    assert (site.bad() == []) is good


@pytest.mark.parametrize(
    "answer",
    [
        {"exc": requests.ConnectTimeout(f"{PORTAL}/profile")},
        {"status_code": 502, "text": f"<html>{PORTAL}</html>"},
        {"status_code": 401, "json": {"error": "INVALID_CREDENTIALS"}},
    ],
)
def test_a_portal_that_cannot_be_asked_is_a_finding_and_the_engine_is_still_looked_at(
    site: Site, answer: dict[str, Any]
) -> None:
    calls = ("profile", "scope", "method.get", "task.item.userfield.getlist", "server.time", "tasks.task.list")
    for method in calls:
        site.portal(method, None, **answer)
    findings = site.check()
    assert any(finding.essential and not finding.good for finding in findings)
    assert [str(finding.what) for finding in findings if finding.good] == [
        "ledger",
        "engine",
        "engine clocks",
        "Json variables",
        "topic bitrix_create_task",
    ]
    assert SECRET not in "".join(finding.line("ru") + finding.line("en") for finding in findings)


@pytest.mark.parametrize(
    ("method", "result"),
    [
        ("server.time", "soon"),
        ("server.time", "2026-03-01T10:00:00"),
        ("server.time", None),
        ("profile", {"ID": "first", "ADMIN": True}),
        ("profile", "me"),
        ("scope", "task"),
        ("method.get", "yes"),
        ("task.item.userfield.getlist", {"x": 1}),
    ],
)
def test_a_strange_answer_is_a_finding_too(site: Site, method: str, result: Any) -> None:
    site.portal(method, result)
    assert site.bad()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("", {"status_code": 401}),
        ("", {"exc": requests.ConnectTimeout()}),
        ("", {"text": "<html>Welcome</html>"}),
        ("", {"json": {"status": "ok"}}),
        ("external-task/count", {"status_code": 403, "json": {"type": "x", "message": "no"}}),
        ("external-task/count", {"json": {"status": "ok"}}),
    ],
)
def test_an_engine_that_cannot_be_asked_is_a_finding_with_its_cure(
    site: Site, path: str, answer: dict[str, Any]
) -> None:
    site.http.get(re.compile(f"{ENGINE}/{path}"), **answer)
    assert [what for what, essential in site.bad() if essential] == ["topic bitrix_create_task" if path else "engine"]
    [told] = [
        finding.line("en") for finding in site.check() if finding.essential and finding.checked and not finding.good
    ]
    assert re.search(" → .*(CAMUNDA_|Fix the cause that the engine names|authorizations)", told)


def test_a_finding_is_one_line_with_its_cure_in_the_language() -> None:
    bad = Finding(
        Phrase("право", "scope"), good=False, seen=unchanged("none"), cure=Phrase("добавьте право", "grant it")
    )
    assert bad.line("ru") == "FAIL право: none → добавьте право"
    assert bad.line("en") == "FAIL scope: none → grant it"
    assert (
        Finding(Phrase("икс", "x"), good=False, seen=unchanged("none"), cure=Phrase("", "y"), essential=False).line(
            "en"
        )
        == "WARN x: none → y"
    )
    assert (
        Finding(Phrase("икс", "x"), good=True, seen=unchanged("there"), cure=Phrase("", "y")).line("en")
        == "ok   x: there"
    )


def test_no_shortcoming_is_without_a_cure_in_both_languages(site: Site) -> None:
    site.portal("profile", {"ID": "7", "ADMIN": False})
    site.portal("scope", [])
    site.portal("method.get", [])
    site.portal("task.item.userfield.getlist", [])
    site.portal("server.time", "2020-01-01T00:00:00+00:00")
    site.portal("tasks.task.list", [])
    site.http.get(re.compile(ENGINE), status_code=401)
    site.portal("imena.camunda.resolvers.list", {"success": False, "error": "x"})
    findings = site.check(BITRIX_PORTAL_TEMPLATES="on")
    assert [finding.what for finding in findings if finding.good] == [look_names.LEDGER]
    assert all(finding.cure.ru and finding.cure.en for finding in findings[1:] if finding.checked)


def test_an_engine_without_json_is_told_and_is_no_obstacle(site: Site) -> None:
    site.json(status_code=400, json={"type": "InvalidRequestException", "message": "Unsupported value type 'Json'"})
    assert site.bad() == [("Json variables", False)]


@pytest.mark.parametrize("exists", [42, 44])
def test_a_list_that_is_behind_is_a_finding(site: Site, exists: int) -> None:
    def by_number(request: Any, _: Any) -> Any:
        asked = int(request.json()["taskId"])
        return {"result": {"task": {"id": str(asked)}} if asked == exists else []}

    site.portal("tasks.task.get", None, json=by_number)
    assert site.bad() == [("task list", False)]


@pytest.mark.parametrize(
    ("exists", "good", "ru", "en"),
    [
        (None, True, "задач ещё нет", "there is no task yet"),
        (2, False, "список пуст, хотя задачи есть", "the list is empty, although there are tasks"),
    ],
)
def test_an_empty_list_names_no_task(site: Site, exists: int | None, good: bool, ru: str, en: str) -> None:
    site.portal("tasks.task.list", {"tasks": []})

    def one(request: Any, _: object) -> dict[str, Any]:
        asked = request.json()["taskId"]
        return {"result": {"task": {"id": str(asked)}} if asked == exists else []}

    site.http.post(f"{PORTAL}/tasks.task.get", json=one)
    [found] = [finding for finding in site.check() if finding.what == look_names.TASK_LIST]
    assert (found.good, found.seen) == (good, Phrase(ru, en))


def counts(site: Site, *keys: str) -> None:
    """The engine's definitions, as the count of those asked for."""

    def one(request: Any, _: object) -> dict[str, Any]:
        key, like = request.qs.get("key", [None])[0], request.qs.get("keylike", ["%"])[0].rstrip("%")
        return {"count": sum(key in (None, known) and known.startswith(like) for known in keys)}

    site.http.get(f"{ENGINE}/process-definition/count", json=one)


@pytest.mark.parametrize(
    ("deployed", "odd"),
    [(("archive", "old_1"), None), (("archive",), "old_*"), (("order", "old_2"), "archive"), ((), None)],
)
def test_exceptions_that_fit_no_process_are_found_where_the_engine_shows_any(
    site: Site, deployed: tuple[str, ...], odd: str | None
) -> None:
    site.absent.clear()
    site.portal("imena.camunda.resolvers.list", {"success": True, "data": {}})
    counts(site, *deployed)
    environ = {"BITRIX_PORTAL_TEMPLATES": "on", "BITRIX_PORTAL_TEMPLATES_EXCEPT": "archive, old_*"}
    found = [finding for finding in site.check(None, **environ) if finding.what == look_names.EXCEPTIONS]
    assert [(one.good, one.essential, one.seen.en.rpartition(": ")[2]) for one in found] == (
        [(False, False, odd)] if odd else []
    )


def test_a_task_that_was_made_while_we_looked_is_no_lag(site: Site) -> None:
    site.portal("tasks.task.get", {"task": {"id": "42"}})
    lists = [{"json": {"result": {"tasks": [{"id": id_}]}}} for id_ in ("41", "42")]
    site.http.post(f"{PORTAL}/tasks.task.list", lists)
    assert site.bad() == []


@pytest.mark.parametrize("date", ["", "soon", "Sun, 01 Mar 2026 10:00:00 -0000"])
def test_an_answer_that_tells_no_time_proves_nothing_of_the_clocks(site: Site, date: str) -> None:
    site.http.get(f"{ENGINE}/external-task/count", json={"count": 3}, headers={"Date": date})
    assert site.bad() == []


@pytest.mark.parametrize(("apart", "bad"), [(0, []), (10, []), (13, [("engine clocks", False)])])
def test_nodes_whose_clocks_are_apart_are_a_finding(site: Site, apart: int, bad: list[tuple[str, bool]]) -> None:
    nodes = [datetime.now(UTC) - timedelta(seconds=apart), datetime.now(UTC)]
    answers = [{"json": {"count": 3}, "headers": {"Date": format_datetime(at, usegmt=True)}} for at in nodes]
    site.http.get(f"{ENGINE}/external-task/count", [*answers * 4])
    assert site.bad() == bad


def test_a_person_by_name_in_a_field_for_employees_is_no_misfit(site: Site, tmp_path: Path) -> None:
    fields = [{"FIELD_NAME": name, "USER_TYPE_ID": "employee", "MULTIPLE": "Y"} for name in ("UF_BUYERS", "UF_HEAD")]
    site.portal("task.item.userfield.getlist", [*FIELDS, *fields])
    path = tmp_path / "config.yaml"
    path.write_text("topics: {t: {task: {UF_BUYERS: 'ivan@x.ru, John Smith', UF_HEAD: head}}}", encoding="utf-8")
    [finding] = [one for one in site.check(path) if one.what == look_names.TEMPLATE_FIELDS]
    assert finding.seen.en == "UF_HEAD keeps the number of a user, not head"


def test_a_portal_in_another_time_zone_is_told_with_the_cure(site: Site) -> None:
    """A container without TZ counts in UTC: every date without an offset, and working time, would be hours off."""
    ours = datetime.now(UTC).astimezone().utcoffset()
    assert ours is not None
    site.portal("server.time", datetime.now(timezone(ours + timedelta(hours=3))).isoformat(timespec="seconds"))
    [finding] = [one for one in site.check() if not one.good]
    assert (finding.what, finding.essential) == (look_names.PORTAL_CLOCK, False)
    assert "s from ours, zone +" in finding.seen.en
    assert "TZ" in finding.line("en")


def test_a_missing_scope_is_named_before_those_that_are_there(site: Site) -> None:
    site.portal("scope", ["user_brief"])
    (found,) = (one for one in site.check() if one.what == look_names.WEBHOOK_SCOPES)
    assert found.seen == Phrase("нет права task, есть: user_brief", "no scope task, granted: user_brief")


@pytest.mark.parametrize(("scope", "told"), [("user_brief", True), ("user_basic", False), ("user", False)])
def test_without_a_scope_that_shows_emails_the_look_says_so(site: Site, scope: str, told: bool) -> None:
    """Where a step names people by e-mail from a variable, nothing else tells it before its incident."""
    site.portal("scope", ["task", scope])
    (found,) = (one for one in site.check() if one.what == look_names.WEBHOOK_PEOPLE)
    assert (found.good, "only with the scope user_basic" in found.seen.en) == (True, told)


def test_clocks_that_agree_are_not_minus_zero_apart(site: Site) -> None:
    site.portal("server.time", (datetime.now(UTC) - timedelta(seconds=0.2)).astimezone().isoformat())
    (found,) = (one for one in site.check() if one.what == look_names.PORTAL_CLOCK)
    assert not found.seen.en.startswith("-0 ")


def test_one_unknown_tenant_of_several_leaves_the_others_served(site: Site) -> None:
    site.http.get(f"{ENGINE}/process-definition/count", json={"count": 0})
    site.http.get(f"{ENGINE}/process-definition/count?tenantIdIn=prod", json={"count": 1})
    site.http.get(f"{ENGINE}/external-task/count", json={"count": 0})
    site.http.get(f"{ENGINE}/process-definition", json=[{"key": "a", "tenantId": "prod"}])
    found = site.check(CAMUNDA_TENANT_IDS="prod,odd")[-1]
    assert (str(found.what), found.good, found.essential) == ("tenants", False, False)


@pytest.mark.parametrize(
    ("status", "message"), [(400, "No process engine available"), (404, "Process engine nope not available")]
)
def test_a_name_that_no_engine_has_is_found_though_a_version_is_told(site: Site, status: int, message: str) -> None:
    named = f"{ENGINE}/engine/nope"
    site.http.get(re.compile(f"{named}/.*"), status_code=status, json={"type": "X", "message": message})
    site.http.get(f"{named}/version", json={"version": "7.24.0"})
    found = [one for one in site.check(CAMUNDA_BASE_URL=named) if one.checked and not one.good]
    assert [(str(one.what), one.essential) for one in found] == [("engine", True)]
    assert message in found[0].seen.en
    assert "a name after /engine/ must be that of an engine" in found[0].cure.en


def test_an_engine_by_its_name_is_well() -> None:
    with BuiltinEngine() as engine:
        settings = {"CAMUNDA_BASE_URL": f"{engine.base_url}/engine/default", "BITRIX_WEBHOOK_URL": PORTAL}
        with closing(Engine(load(None, settings).camunda, "check", {}, connections=1)) as named:
            assert named.version() == engine.state.version
