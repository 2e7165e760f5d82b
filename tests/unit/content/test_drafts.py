"""A draft is completed from what is only read; a read that fails is neither "none" nor a create."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bitrix.camunda_module import DiagramStep
from bitrix.errors import Doubtful, NotExecuted, PortalError, Rejected
from bitrix.task_template import TaskTemplate, TemplateFile
from tests.support.builders import fetched
from tests.support.workshop import Workshop
from tests.unit.mapping.test_mapping import Bitrix
from worker.config.settings import TopicSettings
from worker.content.drafts import Drafts
from worker.content.given import Given, PortalContent
from worker.engine.errors import EngineUnreachable
from worker.ledger import LedgerUnavailable
from worker.mapping.faults import REPEATED, MappingFault, reason_of
from worker.mapping.mapper import Mapper
from worker.model import Act, FetchedTask, TaskDraft
from worker.tasks.neutral import UNANSWERED_READS
from worker.tasks.outcomes import Fail, Hold, LetGo, Settle


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    yield shop
    shop.ledger.close()


class Shout:
    """A part that writes the title in capitals."""

    def complete(self, _: FetchedTask, draft: TaskDraft) -> TaskDraft:
        return replace(draft, fields={**draft.fields, "TITLE": draft.fields["TITLE"].upper()})


class Broken:
    """A part that cannot be read."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def complete(self, _: FetchedTask, draft: TaskDraft) -> TaskDraft:
        raise self.error


def with_parts(shop: Workshop, *parts: Shout | Broken, given: Given | None = None) -> None:
    drafts: Drafts = shop.creator._drafts
    drafts._parts = parts
    if given is not None:
        drafts._source = lambda _: given


def test_parts_complete_the_draft_before_it_is_sent(shop: Workshop) -> None:
    with_parts(shop, Shout())
    assert isinstance(shop.creator.go_on(shop.hand()), Settle)
    (made,) = shop.portal.made
    assert made["TITLE"] == made["TITLE"].upper() != ""


@pytest.mark.parametrize(
    ("error", "unanswered", "is_well", "outcome"),
    [
        (Doubtful("user.get", "http_500"), 0, True, Hold),
        (Doubtful("user.get", "http_500"), UNANSWERED_READS - 1, True, Fail),
        (Rejected("user.get", "ERROR_CORE"), 0, True, Fail),
        (Doubtful("user.get", "http_500"), UNANSWERED_READS - 1, False, Hold),
        (NotExecuted("user.get", "QUERY_LIMIT_EXCEEDED"), UNANSWERED_READS - 1, True, Hold),
        (EngineUnreachable("variables", "no_answer", doubtful=False), 0, True, LetGo),
    ],
)
def test_content_that_cannot_be_read_creates_nothing(
    shop: Workshop, error: PortalError | EngineUnreachable, *, unanswered: int, is_well: bool, outcome: type
) -> None:
    shop.portal.profile_script = [] if is_well else [Doubtful("profile", "http_500")] * 4
    with_parts(shop, Broken(error))
    decided = shop.creator.go_on(replace(shop.hand(), unanswered=unanswered))
    assert type(decided) is outcome
    assert shop.portal.made == []
    assert shop.ledger.known(["task-1"]) == {}
    if isinstance(decided, Fail):
        assert "user.get" in decided.failure.message


@pytest.mark.parametrize(
    ("field", "value", "label"),
    [
        ("responsible_id", 9, "tasktemplate 304: RESPONSIBLE_ID"),
        ("files", "n12", "tasktemplate 304: FILES"),
        ("files", "n13", "files"),
        ("deadline", "soon", "deadline"),
    ],
)
def test_a_fault_of_what_the_template_gave_names_the_template(
    shop: Workshop, field: str, value: object, label: str
) -> None:
    """Nobody finds it among process variables, or in the topic's template."""
    template = TaskTemplate(304, files=(TemplateFile(12, "a.pdf"),))
    given = Given(fields={"RESPONSIBLE_ID": 9}, content=PortalContent(template=template))
    with_parts(shop, Broken(MappingFault("topic", field, value, reason_of("dismissed"))), given=given)
    outcome = shop.creator.go_on(shop.hand())
    assert isinstance(outcome, Fail)
    assert f"{label} = " in outcome.failure.message
    assert ("tasktemplate" in outcome.failure.message) == ("tasktemplate" in label)


def test_a_dismissed_responsible_of_a_template_is_a_fault_that_names_the_template(shop: Workshop) -> None:
    content = PortalContent(template=TaskTemplate(304))
    with_parts(shop, given=Given(fields={"RESPONSIBLE_ID": 9}, content=content))
    shop.creator._drafts._fitness = Dismissing()  # type: ignore[assignment]
    outcome = shop.creator.go_on(shop.hand())
    assert isinstance(outcome, Fail)
    assert "tasktemplate 304: RESPONSIBLE_ID" in outcome.failure.message


def test_a_fault_says_where_its_value_comes_from_and_what_to_do_then(shop: Workshop) -> None:
    """Of a dismissed person nobody was told in which of three places the number stands, and that retries are left."""
    shop.creator._drafts._fitness = Dismissing()  # type: ignore[assignment]
    outcome = shop.creator.go_on(shop.hand(fetched(variables={"responsibleId": "9"})))
    assert isinstance(outcome, Fail)
    assert outcome.failure.message == (
        "Topic bitrix_create_task, field responsibleId = 9 (process variable responsibleId): this user is dismissed, "
        "and nobody would close the task. Name an active user. Then raise the retries in Cockpit."
    )


class Dismissing:
    """A fitness by which the responsible person does not work any more."""

    def prove(self, task: FetchedTask, _: TaskDraft, __: object) -> TaskDraft:
        raise MappingFault(task.topic, "responsible_id", 9, reason_of("dismissed"))


def test_what_is_given_goes_before_the_configuration_and_its_variables() -> None:
    task = fetched(variables={"groupId": "no number"})
    topic = TopicSettings(task={"title": "{{ nowhere }}", "description": "of the configuration"})
    mapper = Mapper({task.topic: topic}, Bitrix(), portal_task_url=lambda *_: "", language="en")
    draft = mapper.draft(task, given={"TITLE": "of the portal", "GROUP_ID": 7})
    assert (draft.fields["TITLE"], draft.fields["GROUP_ID"]) == ("of the portal", 7)
    assert draft.fields["DESCRIPTION"] == "of the configuration"


def test_defaults_fill_what_neither_configuration_nor_variables_say() -> None:
    task = fetched(variables={"groupId": 7, "responsibleId": ""})
    topic = TopicSettings(task={"description": "of the configuration", "created_by": "{{ nobody | default('') }}"})
    mapper = Mapper({task.topic: topic}, Bitrix(), portal_task_url=lambda *_: "", language="en")
    defaults = {"TITLE": "Approve", "DESCRIPTION": "x", "GROUP_ID": 1, "CREATED_BY": 2, "RESPONSIBLE_ID": 3}
    fields = mapper.draft(task, defaults=defaults).fields
    assert (fields["TITLE"], fields["DESCRIPTION"], fields["GROUP_ID"]) == ("Approve", "of the configuration", 7)
    assert (fields["CREATED_BY"], fields["RESPONSIBLE_ID"]) == (2, 3)


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (None, "2026-03-02T10:00:00+00:00"),
        ("2026-03-02T12:59:59+03:00", "2026-03-02T12:59:59+03:00"),
        ("2026-03-02T13:00:01+03:00", "2026-03-02T10:00:00+00:00"),
    ],
)
def test_of_two_deadlines_the_earlier_counts(said: str | None, sent: str) -> None:
    given = Given(deadline=datetime(2026, 3, 2, 10, tzinfo=UTC))
    draft = given.added_to(TaskDraft("m", {"DEADLINE": said} if said else {}))
    assert draft.fields["DEADLINE"] == sent


class Named:
    """A part of the module that writes the step's name."""

    def complete(self, _: FetchedTask, draft: TaskDraft, content: PortalContent) -> TaskDraft:
        return replace(draft, fields={**draft.fields, "DESCRIPTION": content.step.name if content.step else ""})


@pytest.mark.parametrize(
    ("content", "written"), [(PortalContent(DiagramStep("a", "Approve")), "Approve"), (None, None)]
)
def test_the_modules_parts_complete_the_draft_where_it_is_read(
    shop: Workshop, content: PortalContent | None, written: str | None
) -> None:
    with_parts(shop, given=Given(content=content))
    drafts: Drafts = shop.creator._drafts
    drafts._module_parts = (Named(),)
    shop.creator.go_on(shop.hand())
    assert shop.portal.made[0].get("DESCRIPTION") == written


def test_acts_of_the_template_go_first() -> None:
    first, second = Act("checklist", {"title": "a"}), Act("comment", {"text": "b"})
    draft = Given(acts=(first,)).added_to(TaskDraft("m", {}, acts=(second,)))
    assert draft.acts == (first, second)


@pytest.mark.parametrize("error", [RecursionError("pa55word"), OverflowError("pa55word"), KeyError("pa55word")])
@pytest.mark.parametrize("of_source", [False, True])
def test_an_error_nobody_foresaw_is_the_fault_of_its_task_alone(
    shop: Workshop, error: Exception, *, of_source: bool
) -> None:
    """It would be raised again after each restart, and no task would ever be worked on."""

    def broken(_: FetchedTask) -> Given:
        raise error

    with_parts(shop, *([] if of_source else [Broken(error)]))
    if of_source:
        shop.drafts._source = broken
    decided = shop.creator.go_on(shop.hand())
    assert isinstance(decided, Fail)
    told = f"{decided.failure.message} {decided.failure.details}"
    assert f"{type(error).__name__} at test_drafts.py:" in told
    assert "pa55word" not in told
    assert shop.portal.made == []


def test_an_outage_of_the_ledger_is_not_taken_for_a_fault_of_the_task(shop: Workshop) -> None:
    with_parts(shop, Broken(LedgerUnavailable("away")))
    with pytest.raises(LedgerUnavailable):
        shop.drafts.draft(shop.hand().task)


@pytest.mark.parametrize(
    ("local", "repeated"),
    [([["deadline"]], True), ([[], ["Dead_Line"]], True), ([["groupId"]], False), ([], False)],
)
def test_a_value_that_the_model_has_set_is_not_said_to_be_corrected_by_the_retries(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, local: list[list[str]], *, repeated: bool
) -> None:
    """An input parameter is evaluated once: somebody corrected the process variable and raised the retries in vain."""
    monkeypatch.setattr(shop.creator._drafts._models, "near", lambda _: local)
    with_parts(shop, Broken(MappingFault("topic", "deadline", "soon", reason_of("unfit", "a date"))))
    outcome = shop.creator.go_on(shop.hand())
    assert isinstance(outcome, Fail)
    assert outcome.failure.message.endswith(shop.events.words(REPEATED)) is repeated
