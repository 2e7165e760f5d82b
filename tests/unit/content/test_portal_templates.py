"""A step's template decides what its task contains; no failure of a read is "no template"."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bitrix.camunda_module import CamundaModule
from bitrix.client import Answer
from bitrix.errors import Doubtful, MethodMissing, ModuleRefused, PortalError
from bitrix.limits.limiter import Kind
from bitrix.webhook import WebhookUrl
from sandbox.portal.module import Module
from sandbox.portal.state import Tasks
from tests.support.builders import NOW, draft, fetched, open_ledger
from tests.support.fakes import Events
from tests.support.portal_templates import template
from worker.config.portal_settings import BitrixSettings
from worker.config.settings import TopicSettings
from worker.config.template_switch import TemplateSwitch
from worker.content.ages import Ages
from worker.content.given import Given
from worker.content.oracle import Oracle
from worker.content.portal_templates import PortalTemplates
from worker.content.resolver_variables import MOST_BYTES, resolver_variables
from worker.mapping.checklists import ChecklistItem
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask, FileVariable, UnreadableVariable
from worker.words.phrase import unchanged

WEBHOOK = WebhookUrl.parse("https://portal.example/rest/1/secretsecret/")
PROCESS, STEP = "order", "Task_Create"
GET = "imena.camunda.tasktemplate.get"
ROWS = "imena.camunda.diagram.responsible.list"
HEAD = "imena.camunda.user.supervisor.get"


class Portal:
    """The stand-in's module without HTTP. `failing`: what a method answers instead, by its name."""

    def __init__(self) -> None:
        self.module = Module(Tasks())
        self.module.set_up({})
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.failing: dict[str, Exception | Any] = {}

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, kind: Kind) -> Answer:
        self.calls.append((method, params or {}))
        if method in self.failing:
            if isinstance(error := self.failing[method], Exception):
                raise error
            return Answer(error)
        return Answer(self.module.call(method, params or {}))

    def step(self, content: Mapping[str, Any] | None = None, **more: Any) -> None:
        self.module.diagrams.step(PROCESS, STEP, content, **more)

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.calls)


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def source(portal: Portal, events: Events) -> PortalTemplates:
    bitrix = BitrixSettings(webhook_url=WEBHOOK, default_responsible_id=9)
    born = lambda task: task.create_time or NOW  # noqa: E731 - one line says it
    switch = TemplateSwitch(frozenset({"bitrix_create_task"}), ("archive", "Old_*"))
    return PortalTemplates(Oracle(CamundaModule(portal), events), bitrix, events, born, switch=switch, language="en")


def named(events: Events, name: str) -> list[dict[str, Any]]:
    return [facts for event, facts in events.seen if event == name]


def task(**variables: Any) -> FetchedTask:
    return fetched(variables={"startedBy": 107, **variables})


def people(**fields: str) -> dict[str, Any]:
    return {"people": (), **fields}


def test_a_template_gives_the_words_of_the_task(portal: Portal, source: PortalTemplates) -> None:
    words: dict[str, Any] = {
        "TITLE": "Approve  the\nrequest",
        "DESCRIPTION": "[B]Look[/B] at #it",
        "PRIORITY": "2",
        "GROUP_ID": "12",
    }
    portal.step(template(people=[("R", 106)], tags=["#contract", "urgent"], **words))
    fields = source(task()).fields
    assert fields["TITLE"] == "Approve the request"
    assert fields["DESCRIPTION"] == "[B]Look[/B] at #it"
    assert (fields["PRIORITY"], fields["GROUP_ID"], fields["TAGS"]) == (2, 12, ["contract", "urgent"])


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({}, True),
        ({"process_definition_key": "archive2"}, True),
        ({"process_definition_key": "archive"}, False),
        ({"process_definition_key": "Old_order"}, False),
        ({"process_definition_key": None, "process_definition_id": "Old_order:3:77"}, False),
        ({"topic": "other"}, False),
    ],
)
def test_a_step_whose_templates_are_off_is_not_asked_about(
    portal: Portal, source: PortalTemplates, changes: dict[str, Any], read: bool
) -> None:
    portal.module.diagrams.unknown_diagram = "Diagram not found"
    if read:
        with contextlib.suppress(ModuleRefused):
            source(replace(task(), **changes))
    else:
        assert source(replace(task(), **changes)) == Given()
    assert bool(portal.calls) is read


def test_what_the_template_leaves_open_is_not_given(portal: Portal, source: PortalTemplates) -> None:
    portal.step(template(people=(), TITLE=" ", DESCRIPTION="", PRIORITY="", GROUP_ID="0"))
    given = source(task())
    assert given.fields == {}
    assert given.deadline is None


@pytest.mark.parametrize(
    ("content", "variables", "given", "default"),
    [
        ({"people": [("R", None), ("R", 106)]}, {}, 106, 107),
        ({"people": [("R", 106), ("R", 5)], "RESPONSIBLE_ID": "12"}, {}, 106, 107),
        (people(RESPONSIBLE_ID="12", RESPONSIBLE_USE_SUPERVISOR="Y"), {}, 12, 107),
        (people(RESPONSIBLE_USE_SUPERVISOR="Y"), {}, 70, 107),
        (people(RESPONSIBLE_USE_SUPERVISOR="Y"), {"startedBy": "107"}, 70, 107),
        (people(RESPONSIBLE_USE_SUPERVISOR="Y"), {"startedBy": 108}, 108, 108),
        (people(RESPONSIBLE_USE_SUPERVISOR="Y"), {"startedBy": "system"}, None, 9),
        (people(RESPONSIBLE_USE_SUPERVISOR="N"), {}, None, 107),
        (people(), {"startedBy": None}, None, 9),
        (people(), {"startedBy": 0}, None, 9),
        (people(), {"startedBy": ""}, None, 9),
        (people(), {"startedBy": UnreadableVariable("startedBy", "Object", unchanged("x"))}, None, 9),
    ],
)
def test_who_is_responsible(
    portal: Portal,
    source: PortalTemplates,
    content: dict[str, Any],
    variables: dict[str, Any],
    given: int | None,
    default: int,
) -> None:
    portal.module.set_up({"supervisors": {107: 70, 108: None}})
    portal.step(template(**content))
    told = source(task(**variables))
    assert (told.fields.get("RESPONSIBLE_ID"), told.defaults["RESPONSIBLE_ID"]) == (given, default)


@pytest.mark.parametrize(
    ("content", "given"),
    [
        (people(CREATED_BY="12", CREATED_BY_USE_SUPERVISOR="Y"), 12),
        (people(CREATED_BY_USE_SUPERVISOR="Y"), 70),
        ({"people": [("O", 5)]}, None),
    ],
)
def test_who_orders_it(portal: Portal, source: PortalTemplates, content: dict[str, Any], given: int | None) -> None:
    portal.module.set_up({"supervisors": {107: 70}})
    portal.step(template(**content))
    told = source(task())
    assert (told.fields.get("CREATED_BY"), told.defaults["CREATED_BY"]) == (given, 107)


def test_accomplices_and_auditors_are_those_named_and_the_supervisor(portal: Portal, source: PortalTemplates) -> None:
    portal.module.set_up({"supervisors": {107: 70}})
    flags: dict[str, Any] = {"RESPONSIBLES_USE_SUPERVISOR": "Y", "AUDITORS_USE_SUPERVISOR": "Y"}
    portal.step(template(people=[("A", 5), ("A", 5), ("A", None), ("U", 70)], **flags))
    fields = source(task()).fields
    assert (fields["ACCOMPLICES"], fields["AUDITORS"]) == ([5, 70], [70])
    assert "RESPONSIBLE_ID" not in fields  # the flag in the plural is that of the accomplices
    assert portal.count(HEAD) == 1


@pytest.mark.parametrize(("owner", "auditors"), [(7, [7]), ("7", [7]), (0, None), (None, None), ("somebody", None)])
def test_the_diagrams_owner_watches_where_nobody_else_does(
    portal: Portal, source: PortalTemplates, events: Events, owner: Any, auditors: list[int] | None
) -> None:
    portal.step(template())
    assert source(task(diagramOwner=owner)).defaults.get("AUDITORS") == auditors
    assert len(named(events, "template.no_user")) == (1 if owner == "somebody" else 0)


def test_four_hundred_members_all_see_the_task_and_more_than_fit_are_a_fault(
    portal: Portal, source: PortalTemplates
) -> None:
    portal.step(template(people=[("U", number) for number in range(1, 401)]))
    assert source(task()).fields["AUDITORS"] == list(range(1, 401))
    portal.step(template(people=[("U", number) for number in range(1, 502)]))
    with pytest.raises(MappingFault, match="tasktemplate 3348: AUDITORS"):
        source(task())


def test_members_that_name_nobody_are_logged_once(portal: Portal, source: PortalTemplates, events: Events) -> None:
    department = {"TYPE": "R", "USER_ID": None, "ACCESS_CODE": "DR2"}
    resolved = {"TYPE": "U", "USER_ID": None, "resolver": {"code": "by_email"}}
    portal.step(template(people=[("A", 5)], members=[department, resolved]))
    for _ in range(2):
        told = source(task())
    assert (told.fields.get("RESPONSIBLE_ID"), told.defaults["RESPONSIBLE_ID"]) == (None, 107)
    assert [(one["field"], one["codes"]) for one in named(events, "template.nobody")] == [
        ("RESPONSIBLE_ID", "DR2"),
        ("AUDITORS", "?"),
    ]


def test_of_several_responsible_the_others_are_logged(portal: Portal, source: PortalTemplates, events: Events) -> None:
    portal.step(template(people=[("R", 106), ("R", 5), ("R", 6)]))
    assert source(task()).fields["RESPONSIBLE_ID"] == 106
    assert [one["people"] for one in named(events, "template.other_responsible")] == ["5, 6"]


def test_resolvers_get_the_process_variables(portal: Portal, source: PortalTemplates) -> None:
    portal.module.set_up({"emails": {"anna@example.org": 33}})
    portal.step(template(people=(), members=[{"TYPE": "R", "resolver": {"code": "by_email", "fallback": 1}}]))
    assert source(task(assigneeEmail="anna@example.org")).fields["RESPONSIBLE_ID"] == 33
    sent = dict(portal.calls)[GET]["processVariables"]
    assert sent == {
        "assigneeEmail": "anna@example.org",
        "startedBy": 107,
        "businessKey": None,
        "processInstanceId": "instance-of-task-1",
    }


def test_only_plain_values_go_to_resolvers_and_two_megabytes_are_cut(
    portal: Portal, source: PortalTemplates, events: Events
) -> None:
    plain: dict[str, Any] = {"a": 1, "b": True, "c": None, "d": 1.5, "e": NOW}
    odd = {
        "list": [1],
        "mapping": {"a": 1},
        "file": FileVariable("a.pdf"),
        "bytes": b"x",
        "nan": float("nan"),
        "long": "x" * 5000,
        "unreadable": UnreadableVariable("unreadable", "Object", unchanged("x")),
    }
    many = {f"v{number:04}": "я" * 1000 for number in range(2000)}
    told = resolver_variables(fetched(variables={**many, **plain, **odd, "startedBy": "107"}, business_key="A-1"))
    assert told.values.items() >= {"a": 1, "b": True, "c": None, "d": 1.5, "e": NOW.isoformat()}.items()
    assert told.values["startedBy"] == "107"
    assert told.values["businessKey"] == "A-1"
    assert not odd.keys() & told.values.keys()
    assert set(told.left_out) == many.keys() - told.values.keys() != set()
    assert sum(len(str(value)) for value in told.values.values()) < MOST_BYTES
    portal.step(template())
    for _ in range(2):
        source(task(**many))
    [said] = named(events, "template.variables_left_out")
    assert said["count"] == len(many) - 42


@pytest.mark.parametrize(
    "error",
    [
        Doubtful(ROWS, "no_answer"),
        Doubtful(ROWS, "http_500", status=500),
        MethodMissing(ROWS, "ERROR_METHOD_NOT_FOUND"),
        {"success": False, "error": "Diagram not found"},
        {"success": False, "error": "Internal server error: x"},
        {"success": True},
        {},
        [],
    ],
)
@pytest.mark.parametrize("method", [ROWS, GET, HEAD])
def test_no_failure_means_that_there_is_no_template(
    portal: Portal, source: PortalTemplates, method: str, error: Any
) -> None:
    portal.step(template(**people(RESPONSIBLE_USE_SUPERVISOR="Y")))
    portal.failing[method] = error
    with pytest.raises(PortalError):
        source(task())
    portal.failing.clear()
    assert source(task()).content is not None


def test_a_step_without_a_template_is_a_fact(portal: Portal, source: PortalTemplates) -> None:
    portal.step(name="Approve\nthe request", predecessors=["Activity_0"])
    given = source(task(diagramOwner=7, parentTaskId="8000"))
    assert given.fields == {}
    assert given.content is not None
    assert given.content.template is None
    assert given.content.step is not None
    assert given.content.step.predecessors == ("Activity_0",)
    assert given.defaults == {
        "TITLE": "Approve the request",
        "RESPONSIBLE_ID": 107,
        "CREATED_BY": 107,
        "AUDITORS": [7],
        "PARENT_ID": 8000,
        "SUBORDINATE": "Y",
        "REQUIRE_RESULT": "Y",
    }
    assert portal.count(GET) == 0


def test_a_process_without_rows_is_logged_once(portal: Portal, source: PortalTemplates, events: Events) -> None:
    portal.module.set_up({"unknown_diagram": None})
    for _ in range(2):
        assert source(task()).content is not None
    assert [one["process"] for one in named(events, "template.no_rows")] == [PROCESS]


@pytest.mark.parametrize("parent", [0, "0", None, ""])
def test_no_parent(portal: Portal, source: PortalTemplates, parent: Any) -> None:
    portal.step(template())
    assert "PARENT_ID" not in source(task(parentTaskId=parent)).defaults


@pytest.mark.parametrize("parent", ["-", "abc", "-5", -5, 1.5, ["8000"]])
def test_a_parent_that_is_no_number_is_ignored_and_logged_once(
    portal: Portal, source: PortalTemplates, events: Events, parent: Any
) -> None:
    """It is only a default, as `startedBy` and `diagramOwner` are: it fails no step."""
    portal.step(template())
    for _ in range(2):
        assert source(task(parentTaskId=parent)).defaults.keys().isdisjoint({"PARENT_ID", "SUBORDINATE"})
    [logged] = named(events, "template.no_parent")
    assert (logged["process"], logged["variable"]) == (PROCESS, "parentTaskId")


def test_a_task_whose_process_is_unknown_is_a_fault(source: PortalTemplates) -> None:
    with pytest.raises(MappingFault, match=r"bitrix\.portal_templates"):
        source(fetched(process_definition_key=None))


def test_the_rows_of_a_process_cost_one_call_a_minute(
    portal: Portal, source: PortalTemplates, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("bitrix.kept.time.monotonic", lambda: now[0])
    portal.step()
    for _ in range(100):
        source(task())
    assert portal.count(ROWS) == 1
    portal.step(template())
    now[0] += 61
    assert source(task()).fields["TITLE"] == "Template 3348"


def test_a_template_deleted_between_two_reads_is_read_anew(portal: Portal, source: PortalTemplates) -> None:
    portal.step(template())
    source(task())
    portal.module.diagrams.remove_template(3348)
    with pytest.raises(ModuleRefused, match="not found"):
        source(task())
    portal.step()  # its row now says so as well
    assert source(task()).fields == {}


def test_a_template_that_its_row_still_names_is_never_taken_for_none(portal: Portal, source: PortalTemplates) -> None:
    portal.step(template())
    portal.module.diagrams.remove_template(3348)
    for _ in range(3):
        with pytest.raises(ModuleRefused) as caught:
            source(task())
        assert caught.value.template == 3348


@pytest.mark.parametrize(
    "content", [template(DEADLINE_AFTER="soon"), template(files=[{"NAME": "a.pdf"}]), template(PRIORITY="high")]
)
def test_a_template_with_a_part_that_cannot_be_read_is_named(
    portal: Portal, source: PortalTemplates, content: Mapping[str, Any]
) -> None:
    portal.step(content)
    with pytest.raises(Doubtful) as caught:
        source(task())
    assert caught.value.template == 3348


def item(id_: int, parent: int, title: str, **more: Any) -> dict[str, Any]:
    return {"item": {"ID": id_, "TITLE": title, **more}, "tree": {"parent_id": parent}}


def test_all_levels_of_checklists_with_their_members_are_given(portal: Portal, source: PortalTemplates) -> None:
    rows = [
        item(11, 11, "Papers"),
        item(12, 11, "Invoice\nof May"),
        item(13, 12, "Stamp", IS_IMPORTANT="Y", IS_COMPLETE="Y", MEMBERS={"7": {"TYPE": "A"}, "8": {"TYPE": "U"}}),
        item(14, 11, " "),
        item(20, 20, "Money"),
        item(21, 20, "x" * 300),
        item(30, 30, "Nothing in it"),
    ]
    portal.step(template(checklists=rows))
    stamp = ChecklistItem("Stamp", important=True, accomplices=[7], auditors=[8])
    assert source(task()).fields["CHECKLISTS"] == [
        ChecklistItem("Papers", (ChecklistItem("Invoice of May", (stamp,)), ChecklistItem("-"))),
        ChecklistItem("Money", (ChecklistItem("x" * 254 + "…"),)),
    ]


def test_a_checklist_deeper_than_calls_may_nest_is_given(portal: Portal, source: PortalTemplates) -> None:
    portal.step(template(checklists=[item(number, max(number - 1, 1), "x") for number in range(1, 491)]))
    [one] = source(task()).fields["CHECKLISTS"]
    assert sum(1 for _ in one.all()) == 490


def test_lists_without_items_leave_the_field_to_the_configuration(portal: Portal, source: PortalTemplates) -> None:
    portal.step(template(checklists=[item(30, 30, "Nothing in it")]))
    assert "CHECKLISTS" not in source(task()).fields


@pytest.mark.parametrize("below", [lambda _: 1, lambda number: max(number - 1, 1)])
def test_ten_thousand_items_in_a_row_or_nested_are_a_fault(
    portal: Portal, source: PortalTemplates, below: Callable[[int], int]
) -> None:
    portal.step(template(checklists=[item(number, below(number), "x") for number in range(1, 10_001)]))
    with pytest.raises(MappingFault, match="tasktemplate 3348: CHECKLISTS"):
        source(task())


@pytest.mark.parametrize("seconds", ["", "0", None])
def test_no_relative_deadline(portal: Portal, source: PortalTemplates, seconds: str | None) -> None:
    portal.step(template(DEADLINE_AFTER=seconds or ""))
    assert source(task()).deadline is None


def test_a_relative_deadline_counts_from_the_external_task(portal: Portal, source: PortalTemplates) -> None:
    portal.step(template(DEADLINE_AFTER="86400"))
    assert source(task()).deadline == NOW + timedelta(days=1)


def test_a_relative_deadline_beyond_all_calendars_is_a_fault(portal: Portal, source: PortalTemplates) -> None:
    portal.step(template(DEADLINE_AFTER="9" * 15))
    with pytest.raises(MappingFault, match="DEADLINE_AFTER"):
        source(task())


def test_without_a_creation_time_the_ledgers_row_tells_the_age(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    old = replace(task(), create_time=None)
    before = Ages(ledger).born(old)
    assert abs((datetime.now(UTC) - before).total_seconds()) < 30
    row = ledger.begin_create(old, draft(old), None)
    assert Ages(ledger).born(old) == datetime.fromtimestamp(row.created_at, UTC)
    assert Ages(ledger).born(task()) == NOW
    ledger.close()


def test_the_template_goes_before_the_configuration_and_that_before_the_starter(
    portal: Portal, source: PortalTemplates
) -> None:
    portal.step(template(people=[("U", 5)], TITLE="Of the template", DEADLINE_AFTER="3600"))
    topic = TopicSettings(
        task={"title": "Of the topic", "auditors": "6", "deadline": "{{ due }}", "created_by": "12", "tags": ["a"]}
    )
    told = source(task(due=NOW + timedelta(days=1), responsibleId=33))
    fields = _draft(told, topic, task(due=NOW + timedelta(days=1), responsibleId=33))
    assert (fields["TITLE"], fields["AUDITORS"], fields["TAGS"]) == ("Of the template", [5], ["a"])
    assert (fields["RESPONSIBLE_ID"], fields["CREATED_BY"]) == (33, 12)
    assert fields["DEADLINE"] == (NOW + timedelta(hours=1)).isoformat()
    assert fields["SE_PARAMETER"] == [{"CODE": 3, "VALUE": "Y"}]


def test_the_configuration_may_let_tasks_end_without_a_result(portal: Portal, source: PortalTemplates) -> None:
    portal.step(template())
    fields = _draft(source(task()), TopicSettings(task={"require_result": False}), task())
    assert fields["SE_PARAMETER"] == [{"CODE": 3, "VALUE": "N"}]


def _draft(given: Given, topic: TopicSettings, of: FetchedTask) -> Mapping[str, Any]:
    bitrix = BitrixSettings(webhook_url=WEBHOOK)
    mapper = Mapper({of.topic: topic}, bitrix, portal_task_url=lambda *_: "", language="en")
    return given.added_to(mapper.draft(of, given=given.fields, defaults=given.defaults)).fields
