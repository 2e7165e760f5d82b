"""What is known of the steps that need a person: never "none" where nobody could be asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bitrix.causes import Cause, Trouble
from bitrix.task_states import Status, TaskState
from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.support.page_facts import ABOUT, facts
from worker.build import Parts
from worker.commands.incidents import NO_STUCK, callers_unknown, lines_of
from worker.commands.named_rows import name_of
from worker.commands.status import Heard, status_without, table
from worker.config.cockpit import instance_in
from worker.config.settings import Settings
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable
from worker.engine.incident_looks import MOST_JOBS
from worker.engine.incidents import Incident, Stuck, incident, with_called
from worker.engine.step_life import KnownInstance, task_now
from worker.ledger import LedgerUnavailable
from worker.ledger.life import Life
from worker.ledger.seen import SeenTask
from worker.model import Stage
from worker.monitoring.callers import AGAIN_SECONDS, MOST_ASKED as MOST_CALLERS
from worker.monitoring.incident_reader import MOST_ASKED, IncidentReader
from worker.monitoring.incident_watch import (
    EVERY_SECONDS,
    LATE_SECONDS,
    MOST_RAISED,
    NO_ANSWER,
    SOON_SECONDS,
    IncidentWatch,
)
from worker.monitoring.incidents import MOST_SHOWN
from worker.monitoring.misspelt import Misspelt, Waiting
from worker.monitoring.observation import Observation
from worker.monitoring.page_incidents import as_data, not_known, step_of
from worker.monitoring.page_view import view_of
from worker.monitoring.stuck import StuckLog
from worker.run import Run
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.tasks.waiting_book import Waiting as Held
from worker.words.headline import NEEDS
from worker.words.incident_words import (
    DISMISSED_CURE,
    IN_CONTROL_CURE,
    MISSPELT_CURE,
    SUSPENDED_CURE,
    WORDS,
    missing_said,
)
from worker.words.page import WORDS as PAGE_WORDS
from worker.words.phrase import LANGUAGES, NOTHING, Language

TOPICS = ("one", "two")
COCKPIT = "http://engine/camunda/app/cockpit/default"


def row(id_: str, topic: str = "one") -> Incident:
    return incident(
        topic,
        {
            "id": id_,
            "activityId": "Task_Create",
            "processDefinitionId": "order:1:x",
            "processInstanceId": f"instance-of-{id_}",
            "businessKey": "A-17",
            "errorMessage": "nobody is responsible",
        },
    )


class Source:
    """An engine with these incidents; `old`: those beyond the newest page of all."""

    def __init__(self, *found: Incident, more: int = 0) -> None:
        self.found = list(found)
        self.more = more
        self.since = {one.external_task_id: 1000.0 + place for place, one in enumerate(found)}
        self.old: set[str] = set()
        self.asked: list[str | None] = []
        self.error: EngineError | None = None
        self.times_error: EngineError | None = None
        self.jobs: list[Stuck] = []
        self.jobs_error: EngineError | None = None
        self.calls: dict[str, list[str]] = {}
        """The process instances that each has called, by history."""
        self.kept = True
        """Whether the engine keeps a history."""
        self.history_error: EngineError | None = None
        self.history_asked: list[str] = []

    def incidents_of(self, topic: str, *, timeout: float) -> tuple[list[Incident], int]:
        assert timeout
        if self.error:
            raise self.error
        found = [one for one in self.found if one.topic == topic]
        return found, len(found) + self.more

    def incident_times(self, task_id: str | None = None, *, timeout: float) -> dict[str, float]:
        assert timeout
        self.asked.append(task_id)
        if self.times_error:
            raise self.times_error
        if task_id is None:
            return {id_: at for id_, at in self.since.items() if id_ not in self.old}
        return {task_id: self.since[task_id]}

    def failed_jobs(self, *, timeout: float) -> list[Stuck]:
        assert timeout
        if self.jobs_error:
            raise self.jobs_error
        return self.jobs

    def kept_instances(self, ids: Sequence[str], *, timeout: float) -> dict[str, KnownInstance]:
        assert timeout
        self.history_asked += ids
        if self.history_error:
            raise self.history_error
        return {id_: KnownInstance("parent", "P-1") for id_ in ids if self.kept}

    def called_by(self, process_instance_id: str, *, ended: bool = False, timeout: float) -> list[str]:
        assert ended
        assert timeout
        return self.calls.get(process_instance_id, [])


class Numbers:
    def __init__(self, numbers: dict[str, int] | None = None) -> None:
        self.numbers = numbers

    def portal_tasks(self, external_task_ids: Sequence[str]) -> dict[str, int]:
        if self.numbers is None:
            raise LedgerUnavailable("the disk is full")
        return {id_: self.numbers[id_] for id_ in external_task_ids if id_ in self.numbers}

    def of_instances(self, process_instance_ids: Sequence[str]) -> dict[str, SeenTask]:
        if self.numbers is None:
            raise LedgerUnavailable("the disk is full")
        ours = [id_ for id_ in process_instance_ids if id_.startswith("ours")]
        return {id_: replace(STEP, process_instance_id=id_, portal_task_id=42) for id_ in ours}


class Lives:
    """A ledger with one step, or one that cannot be read."""

    def __init__(self, task: SeenTask | None = None) -> None:
        self.task = task

    def life(self, external_task_id: str) -> Life | None:
        if self.task is None:
            raise LedgerUnavailable("the disk is full")
        return Life(self.task, 0.0, 0.0, 1, "w", 0, None, (), (), ())


class Told:
    """A ledger that notes which stuck processes the log has told; `down`: it cannot be read."""

    def __init__(self) -> None:
        self.noted: set[str] = set()
        self.down = False

    def begin(self, instances: Collection[str]) -> set[str]:
        self._ask()
        new = set(instances) - self.noted
        self.noted |= new
        return new

    def end(self, still: Collection[str]) -> set[str]:
        self._ask()
        over = self.noted - set(still)
        self.noted -= over
        return over

    def _ask(self) -> None:
        if self.down:
            raise LedgerUnavailable("the disk is full")


def watch_of(read: IncidentReader, lives: Lives, gate: Gate, events: Events, told: Told | None = None) -> IncidentWatch:
    logs = StuckLog(events, told or Told()), StuckLog(events, Told())
    return IncidentWatch(read, lives, gate, events, stuck_log=logs[0], hanging_log=logs[1])


def a_run(tmp_path: Path) -> tuple[Observation, Parts]:
    """What people see of a run that has not begun, and its parts."""
    camunda = {"base_url": "http://engine/engine-rest", "cockpit_url": COCKPIT}
    bitrix = {"webhook_url": "https://portal.example/rest/1/secret/"}
    sides = {"camunda": camunda, "bitrix": bitrix, "ledger": {"url": f"sqlite:///{tmp_path / 'worker.db'}"}}
    run = Run(Settings.model_validate(sides), Events())
    return run._observation(), run._parts


def reader(source: Source, numbers: Numbers | None = None) -> IncidentReader:
    return IncidentReader(
        source, TOPICS, numbers or Numbers({}), lambda definition, activity: f"{definition}/{activity}"
    )


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def gate(events: Events) -> Gate:
    return Gate("engine", events)


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    now = {"boottime": 500.0, "wall": 1_800_000_000.0}
    monkeypatch.setattr(clock, "boottime", lambda: now["boottime"])
    monkeypatch.setattr(clock, "wall", lambda: now["wall"])
    return now


def pass_time(clocks: dict[str, float], seconds: float) -> None:
    for name in clocks:
        clocks[name] += seconds


def test_each_has_its_step_time_and_task_the_newest_first() -> None:
    found = reader(Source(row("a"), row("b", "two")), Numbers({"a": 42})).read()
    assert [(one.external_task_id, one.since) for one in found.shown] == [("b", 1001.0), ("a", 1000.0)]
    newest, oldest = found.shown
    assert (newest.step_name, newest.portal_task_id, oldest.portal_task_id) == ("order:1:x/Task_Create", None, 42)
    assert (oldest.reason, oldest.business_key) == ("nobody is responsible", "A-17")
    assert (found.count, found.by_topic, found.known) == (2, {"one": 1, "two": 1}, True)


def test_many_are_counted_and_the_newest_of_them_shown() -> None:
    found = reader(Source(*(row(f"t{number:04}") for number in range(MOST_SHOWN + 50)), more=1000)).read()
    assert (len(found.shown), found.count) == (MOST_SHOWN, MOST_SHOWN + 50 + 2000)
    assert found.shown[0].external_task_id == f"t{MOST_SHOWN + 49:04}"


def test_times_beyond_the_newest_page_are_asked_a_few_at_a_time_and_once() -> None:
    source = Source(*(row(f"t{number:04}") for number in range(MOST_ASKED + 5)))
    source.old = set(source.since)
    read = reader(source).read
    assert [one.since is None for one in read().shown].count(True) == 5
    assert not [one for one in read().shown if one.since is None]
    read()
    assert source.asked.count(None) == 3
    assert len(source.asked) == 3 + MOST_ASKED + 5


def test_a_time_that_the_engine_keeps_to_itself_leaves_the_incident() -> None:
    source = Source(row("a"))
    source.times_error = EngineDenied("incident", "no permission")
    [one] = reader(source).read().shown
    assert (one.external_task_id, one.since) == ("a", None)


def test_a_ledger_that_cannot_be_read_leaves_the_incident() -> None:
    [one] = reader(Source(row("a")), Numbers(None)).read().shown
    assert (one.portal_task_id, one.step_name) == (None, "order:1:x/Task_Create")


def job(id_: str, instance: str, root: str | None = None) -> Stuck:
    return Stuck(id_, root or id_, "failedJob", "decide", instance, "order:1:x", "no such variable", 1000.0)


def test_a_process_that_is_stuck_behind_a_step_of_ours_is_told_with_its_names() -> None:
    source = Source()
    source.jobs = [job("1", "ours-1"), job("2", "of others")]
    found = reader(source).read()
    assert found.stuck is not None
    [one] = found.stuck
    assert (one.process_instance_id, one.activity_id, one.reason) == ("ours-1", "decide", "no such variable")
    assert (one.step_name, one.process_definition_key) == ("order:1:x/decide", "order")
    assert (one.business_key, one.portal_task_id, one.since) == ("A-17", 42, 1000.0)
    assert found.count == 0


@pytest.mark.parametrize(
    "calls",
    [{"parent": ["ours-1"]}, {"parent": ["other"], "other": ["ours-1"]}, {"parent": ["x", "other", "ours-1"]}],
)
def test_a_process_that_is_stuck_after_a_called_process_with_our_step_is_told(calls: dict[str, list[str]]) -> None:
    """Its own rows name no step of ours, so it was on no page, and the answer of the person led nowhere."""
    source = Source()
    source.calls = calls
    source.jobs = [job("1", "parent"), job("2", "of others")]
    read = reader(source).read
    [one] = read().stuck or ()
    assert (one.process_instance_id, one.process_definition_key, one.business_key) == ("parent", "parent", "P-1")
    assert (one.portal_task_id, one.reason, one.step_name) == (42, "no such variable", "order:1:x/decide")
    found = read()
    assert (len(found.stuck or ()), found.callers_unknown) == (1, NOTHING)
    assert sorted(source.history_asked) == ["of others", "parent"], "each once"


def test_the_engine_is_asked_of_a_few_stuck_processes_in_each_look_and_the_others_are_counted(
    clocks: dict[str, float],
) -> None:
    source = Source()
    source.jobs = [job(f"{number:02}", f"parent-{number:02}") for number in range(MOST_CALLERS + 2)]
    source.calls = {f"parent-{MOST_CALLERS + 1:02}": ["ours-1"]}
    read = reader(source).read
    first = read()
    assert (first.stuck, len(source.history_asked)) == ([], MOST_CALLERS)
    assert "other stuck processes (2)" in first.callers_unknown.en
    second = read()
    assert (len(second.stuck or ()), second.callers_unknown) == (1, NOTHING)
    source.calls["parent-00"] = ["ours-2"]
    assert len(read().stuck or ()) == 1
    pass_time(clocks, AGAIN_SECONDS)
    assert len(read().stuck or ()) == 2, "it has gone on beside its fault"
    source.jobs = []
    assert read().stuck == []


@pytest.mark.parametrize(
    ("kept", "error", "why"),
    [
        (False, None, "the engine's history does not keep them"),
        (True, EngineDenied("history/process-instance", "no permission"), "no permission"),
    ],
)
def test_an_engine_without_a_history_is_told_and_hides_nothing_that_is_known(
    kept: bool, error: EngineError | None, why: str
) -> None:
    source = Source()
    source.kept, source.history_error = kept, error
    source.jobs = [job("1", "ours-1"), job("2", "parent")]
    found = reader(source).read()
    assert [one.process_instance_id for one in found.stuck or ()] == ["ours-1"]
    assert "other stuck processes (1)" in found.callers_unknown.en
    assert why in found.callers_unknown.en
    told = as_data(found, "en")
    assert [*callers_unknown(told)] == [found.callers_unknown.en]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_engine_was_not_asked_yet_is_no_decision_of_anybody(language: Language) -> None:
    """Of other teams' stuck processes it stood under `What needs you` for minutes after each start."""
    source = Source()
    source.jobs = [job(f"{number:02}", f"parent-{number:02}") for number in range(MOST_CALLERS + 2)]
    found = reader(source).read()
    said = found.callers_unknown.in_(language)
    page = view_of(facts(incidents=found), ABOUT, language)
    assert said
    assert (page.needs, page.unknown, not_known(found, language)) == ([], "", "")
    assert [side.reason for side in page.sides] == [said, "", ""]
    assert said not in "\n".join(lines_of(as_data(found, language), language))
    status = status_without(Heard(incidents=as_data(found, language)), language)
    assert said in table(status, language)


def test_the_newest_stuck_processes_are_asked_about_first() -> None:
    source = Source()
    source.jobs = [job(f"{number:02}", f"parent-{number:02}") for number in reversed(range(MOST_CALLERS + 2))]
    source.calls = {f"parent-{MOST_CALLERS + 1:02}": ["ours-1"]}
    assert len(reader(source).read().stuck or ()) == 1


@pytest.mark.parametrize("turned", [False, True])
def test_one_fault_in_processes_that_call_each_other_is_told_once(turned: bool) -> None:
    source = Source()
    source.jobs = [job("1", "ours-called"), job("2", "ours-calling", root="1"), job("3", "ours-too", root="x")]
    source.jobs = source.jobs[::-1] if turned else source.jobs
    found = reader(source).read().stuck
    assert found is not None
    assert {one.process_instance_id for one in found} == {"ours-called", "ours-too"}


def test_where_nobody_can_tell_which_processes_are_stuck_nothing_is_known() -> None:
    source = Source(row("a"))
    source.jobs = [job("1", "ours-1")]
    unread = reader(source, Numbers(None)).read()
    assert (unread.stuck, unread.why.en) == (None, "the ledger cannot be used: the disk is full")
    source.jobs_error = EngineDenied("incident", "no permission")
    found = reader(source).read()
    assert (found.stuck, found.count) == (None, 1)
    assert "no permission" in found.why.en
    source.jobs_error, source.jobs = None, []
    assert reader(source, Numbers(None)).read().stuck == [], "the engine has none at all"


def test_a_ledger_that_cannot_be_read_any_more_leaves_the_stuck_processes_it_knew() -> None:
    source, numbers = Source(), Numbers({})
    source.jobs = [job("1", "ours-1"), job("2", "of others")]
    read = reader(source, numbers).read
    known = read().stuck
    numbers.numbers = None
    assert known
    assert read().stuck == known
    source.jobs.append(job("3", "ours-3"))
    assert read().stuck is None, "nobody knows whose the new one is"


def test_without_incidents_no_time_is_asked() -> None:
    source = Source()
    assert (reader(source).read().count, source.asked) == (0, [])


def test_before_the_first_answer_nothing_is_known(gate: Gate, events: Events, clocks: dict[str, float]) -> None:
    watch = watch_of(reader(Source()), Lives(), gate, events)
    pass_time(clocks, 5.0)
    assert watch.seen().unknown_since == clocks["wall"] - 5.0
    assert watch.one_round() == EVERY_SECONDS
    assert (watch.seen().known, watch.seen().count) == (True, 0)


def test_an_engine_that_fails_leaves_what_it_told_and_since_when_it_is_old(
    gate: Gate, events: Events, clocks: dict[str, float]
) -> None:
    source = Source(row("a"))
    watch = watch_of(reader(source), Lives(), gate, events)
    watch.one_round()
    told_at = clocks["wall"]
    source.error = EngineUnreachable("external-task", "away", doubtful=True)
    pass_time(clocks, 15.0)
    assert watch.one_round() == watch.one_round() == SOON_SECONDS
    assert (watch.seen().unknown_since, watch.seen().count) == (told_at, 1)
    assert "away" in watch.seen().why.en
    assert events.names() == ["incidents.not_seen"], "once for each reason"
    source.error = None
    watch.one_round()
    assert events.names() == ["incidents.not_seen", "incidents.seen"]
    assert watch.seen().known


def test_a_closed_gate_is_seen_at_once_and_nothing_is_asked(
    gate: Gate, events: Events, clocks: dict[str, float]
) -> None:
    watch = watch_of(reader(Source()), Lives(), gate, events)
    watch.one_round()
    gate.close_for_first_probe()
    assert watch.seen().unknown_since == clocks["wall"]
    assert watch.one_round() == SOON_SECONDS
    assert not watch.seen().known
    gate.close(Trouble("engine", Cause.ENGINE_RIGHTS, said="no permission", call="external-task"))
    assert gate.pause
    assert watch.seen().why == gate.pause.said, "the cause, in the words of the pause"


def test_an_answer_that_nobody_renewed_counts_no_longer(gate: Gate, events: Events, clocks: dict[str, float]) -> None:
    """Whatever holds up the thread: what it told an hour ago is not "none" now."""
    watch = watch_of(reader(Source()), Lives(), gate, events)
    watch.one_round()
    pass_time(clocks, LATE_SECONDS + 1)
    assert watch.seen().unknown_since == clocks["wall"] - LATE_SECONDS - 1
    assert watch.seen().why == NO_ANSWER


STEP = SeenTask(
    external_task_id="new",
    topic="one",
    process_definition_key="order",
    process_instance_id="i-1",
    portal_task_id=None,
    stage=Stage.REJECTED,
    since=0.0,
    settlement=None,
    error=None,
    said=None,
    cause=None,
    sync=None,
    tenant="acme",
    business_key="A-17",
    activity_id="Task_Create",
    activity_name="Approve",
)


def test_one_that_this_worker_has_raised_counts_at_once_with_its_names(
    gate: Gate, events: Events, clocks: dict[str, float]
) -> None:
    watch = watch_of(reader(source := Source(row("a"))), Lives(STEP), gate, events)
    watch.one_round()
    watch.raised("new", "nobody is responsible")
    seen = watch.seen()
    assert (seen.count, seen.known, dict(seen.by_topic)) == (2, True, {"one": 2, "two": 0})
    assert seen.shown[0] == replace(
        row("new"),
        process_definition_id=None,
        process_definition_key="order",
        process_instance_id="i-1",
        tenant="acme",
        step_name="Approve",
        since=clocks["wall"],
    )
    no_tenant = watch_of(reader(Source()), Lives(replace(STEP, tenant="")), gate, events)
    no_tenant.raised("new", "nobody is responsible")
    assert no_tenant.seen().shown[0].tenant is None, "as the engine tells it"
    assert len(source.asked) == 1, "only the round has asked"


def test_it_counts_once_and_as_long_as_the_engine_lists_it(
    gate: Gate, events: Events, clocks: dict[str, float]
) -> None:
    watch = watch_of(reader(source := Source()), Lives(STEP), gate, events)
    watch.raised("new", "nobody is responsible")
    assert (watch.seen().count, watch.seen().known) == (1, False)
    pass_time(clocks, 1.0)
    source.found = [row("new")]
    source.since["new"] = 1.0
    watch.one_round()
    assert (watch.seen().count, watch.seen().shown[0].step_name) == (1, "order:1:x/Task_Create")
    source.found = []
    watch.one_round()
    assert watch.seen().count == 0


def test_the_end_of_an_incident_that_this_worker_has_raised_is_told_once(
    gate: Gate, events: Events, clocks: dict[str, float]
) -> None:
    """203 instances were deleted, and their warnings stood there as if all needed somebody."""
    watch = watch_of(reader(source := Source()), Lives(STEP), gate, events)
    watch.raised("new", "nobody is responsible")
    pass_time(clocks, 1.0)
    source.found = [row("new"), row("of an earlier run")]
    source.since |= {"new": 1.0, "of an earlier run": 1.0}
    watch.one_round()
    assert watch.seen().listed == {"new", "of an earlier run"}
    source.found, source.more = [], 1
    watch.one_round()
    assert (watch.seen().listed, events.names()) == (None, []), "it may be among those that were not read"
    source.more = 0
    for _ in range(2):
        watch.one_round()
    assert events.seen == [("task.incident_over", {"task": "new"})]


def test_an_incident_that_was_raised_again_meanwhile_is_not_said_to_be_over(
    gate: Gate, events: Events, clocks: dict[str, float]
) -> None:
    watch = watch_of(reader(source := Source()), Lives(STEP), gate, events)
    for _ in range(2):
        watch.raised("new", "nobody is responsible")
        pass_time(clocks, 1.0)
        source.found, source.since["new"] = [row("new")], 1.0
        watch.one_round()
    read = source.incidents_of

    def meanwhile(topic: str, *, timeout: float) -> tuple[list[Incident], int]:
        found = read(topic, timeout=timeout)
        pass_time(clocks, 1.0)
        watch.raised("new", "nobody is responsible")
        return found

    source.found, source.incidents_of = [], meanwhile  # type: ignore[method-assign]
    watch.one_round()
    assert (events.names(), watch.seen().listed) == ([], {"new"})


def test_nothing_is_known_of_the_end_of_an_incident_in_a_topic_that_is_not_asked_for(
    gate: Gate, events: Events, clocks: dict[str, float]
) -> None:
    """A worker of a shared ledger also delivers what another one has left, whatever its topics."""
    watch = watch_of(reader(Source()), Lives(replace(STEP, topic="of another worker")), gate, events)
    watch.raised("new", "nobody is responsible")
    pass_time(clocks, 1.0)
    watch.one_round()
    assert (events.names(), watch.seen().listed) == ([], set())


def test_while_the_engine_is_lost_no_incident_is_said_to_be_over(gate: Gate, events: Events) -> None:
    watch = watch_of(reader(Source(row("a"))), Lives(STEP), gate, events)
    watch.one_round()
    assert watch.seen().listed == {"a"}
    gate.close_for_first_probe()
    assert watch.seen().listed is None


def test_an_answer_to_an_older_question_does_not_deny_it(gate: Gate, events: Events, clocks: dict[str, float]) -> None:
    watch = watch_of(reader(source := Source(row("a"))), Lives(), gate, events)

    def meanwhile(task_id: str | None = None, *, timeout: float) -> dict[str, float]:
        pass_time(clocks, 1.0)
        watch.raised("new", "the answer is lost")
        return {"a": 1.0}

    source.incident_times = meanwhile  # type: ignore[method-assign]
    watch.one_round()
    assert [one.external_task_id for one in watch.seen().shown] == ["new", "a"]
    assert (watch.seen().shown[0].topic, watch.seen().shown[0].reason) == ("?", "the answer is lost")


def test_no_more_are_kept_than_can_be_told_apart(gate: Gate, events: Events) -> None:
    watch = watch_of(reader(Source()), Lives(STEP), gate, events)
    for number in range(MOST_RAISED + 1):
        watch.raised(str(number), "no")
    assert watch.seen().count == MOST_RAISED
    assert len(watch.seen().shown) == MOST_SHOWN


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_task_that_the_portal_did_not_show_once_is_named_on_page_and_in_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    """For minutes it was only one of those that are still open."""
    observation, parts = a_run(tmp_path)
    parts.ledger.waiting.begin(fetched(), None, 85, origin="created")
    assert not list(lines_of(as_data(observation.look().incidents, language), language))
    monkeypatch.setattr(type(parts.sweep.tasks), "missing", [85])
    seen = observation.look()
    parts.ledger.close()
    said = missing_said([85]).in_(language)
    assert "#85" in said
    assert view_of(seen, ABOUT, language).people.endswith(said)
    assert list(lines_of(as_data(seen.incidents, language), language)) == [said]


@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "open"])
def test_a_task_of_a_suspended_process_needs_a_person_on_page_and_in_status(tmp_path: Path, *, is_open: bool) -> None:
    """The page counted it among those that go on, and said that nothing needs anybody; `explain` said `Needs you`."""
    observation, parts = a_run(tmp_path)
    parts.ledger.waiting.begin(fetched(business_key="A-17"), None, 85, origin="created")
    if is_open:
        parts.waiting.suspended.meet_open("task-1", 85)
    else:
        parts.waiting.suspended.meet(fetched(business_key="A-17"), 85)
    seen = observation.look()
    for language in LANGUAGES:
        name = "suspended_open_reason" if is_open else "suspended_reason"
        said, cure = WORDS[name].in_(language), SUSPENDED_CURE.in_(language)
        page = view_of(seen, ABOUT, language)
        [group] = page.needs
        assert (group.count, group.items[0].number, group.items[0].link) == (
            1,
            85,
            instance_in(COCKPIT, "instance-of-task-1"),
        )
        assert said in group.items[0].reason
        assert cure in group.hint
        assert page.people == PAGE_WORDS["nobody"].in_(language)
        lines = list(lines_of(as_data(seen.incidents, language), language))
        assert [said in line for line in lines].count(True) == [cure in line for line in lines].count(True) == 1
        assert any("A-17" in line and "85" in line for line in lines)
    parts.ledger.close()


def test_what_awaits_control_is_counted_among_what_waits_on_page_in_status_and_in_the_metrics(tmp_path: Path) -> None:
    """The page did not have the word, and nobody looked for who must accept the task."""
    observation, parts = a_run(tmp_path)
    for id_, number in (("task-1", 85), ("task-2", 86)):
        parts.ledger.waiting.begin(fetched(id_, business_key="A-17"), None, number, origin="created")
    done = TaskState(85, Status.AWAITS_CONTROL, closed_at="2026-03-02T13:00:00+03:00")
    parts.waiting.put(Held("task-1", "bitrix_create_task", 85, False, False, clock.boottime() + 300, 300.0))
    parts.waiting.in_control.meet("task-1", done)
    parts.waiting.in_control.meet("task-3", replace(done, id=87))  # in the book no more
    seen = observation.look()
    readings = {one.name: one.read for one in observation._readings()}
    assert readings["in_control"]() == 1
    for language in LANGUAGES:
        said, cure = WORDS["in_control_reason"].in_(language), IN_CONTROL_CURE.in_(language)
        page = view_of(seen, ABOUT, language)
        [group] = page.waits
        assert (group.name, group.count, group.items[0].number) == ("in_control", 1, 85)
        assert said in group.items[0].reason
        assert cure in group.hint
        assert ": 1." in page.people, "the other one is open"
        assert page.needs == []
        lines = list(lines_of(as_data(seen.incidents, language), language))
        assert [said in line and "A-17" in line for line in lines].count(True) == 1
        assert lines.count(cure) == 1
    assert as_data(seen.incidents, "en")["in_control"]["count"] == 1
    parts.ledger.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_open_task_of_a_dismissed_person_needs_a_person_on_page_and_in_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    """`explain` said `Needs you`, and the page of the same step that nothing does."""
    observation, parts = a_run(tmp_path)
    one = Stuck("t-1", "t-1", "dismissed", "ask", "instance-1", None, "42", 1.0, business_key="A-17", portal_task_id=86)
    monkeypatch.setattr(type(parts.sweep.tasks), "dismissed", [one])
    seen, needs = observation.look(), observation._needs()
    parts.ledger.close()
    of_the_ledger = dict.fromkeys(("not_accepted", "parked", "not_served", "unread", "given_up"), 0)
    assert needs == {"suspended": 0, "dismissed": 1, "taken": 0, "held": 0, "log": 0} | of_the_ledger, (
        "nobody has asked the engine yet"
    )
    said = WORDS["dismissed_reason"].format(person=42).in_(language)
    [group] = view_of(seen, ABOUT, language).needs
    assert (group.name, group.count, group.items[0].number) == ("dismissed", 1, 86)
    assert (group.items[0].reason, group.items[0].link) == (said, instance_in(COCKPIT, "instance-1"))
    told = as_data(seen.incidents, language)
    [line] = [line for line in lines_of(told, language) if said in line]
    assert "A-17" in line
    assert [*lines_of(told, language)][-1] == DISMISSED_CURE.in_(language)
    headline = status_without(Heard(incidents=told | {"count": 0, "stuck": NO_STUCK}), language)["headline"]
    assert NEEDS["dismissed"].of(1).in_(language) in headline


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_under_a_misspelt_topic_need_a_person_on_page_in_status_and_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    """51 steps waited for ever, the headline did not know of them, and no alert could."""
    observation, parts = a_run(tmp_path)
    steps = [task_now({"id": name, "processInstanceId": name, "businessKey": name}) for name in ("A-17", "B-2")]
    found = Misspelt.of([Waiting("bitrix_create_tsk", "bitrix_create_task", 51, steps)])
    monkeypatch.setattr(parts.surroundings, "misspelt", found)
    seen, needs = observation.look(), observation._needs()
    parts.ledger.close()
    assert needs["misspelt"] == 51
    said = WORDS["misspelt_reason"].format(topics="bitrix_create_tsk → bitrix_create_task").in_(language)
    page = view_of(seen, ABOUT, language)
    [group] = page.needs
    assert (group.name, group.count, len(group.items)) == ("misspelt", 51, 2)
    assert "49" in group.more
    assert (group.clusters[0].reason, group.items[0].link) == (said, instance_in(COCKPIT, "A-17"))
    told = as_data(seen.incidents, language)
    lines = [*lines_of(told, language)]
    assert lines[-1] == MISSPELT_CURE.in_(language)
    assert [one for one in ("A-17", "B-2", said, "49") if not any(one in line for line in lines)] == []
    headline = status_without(Heard(incidents=told | {"count": 0, "stuck": NO_STUCK}), language)["headline"]
    assert NEEDS["misspelt"].of(51).in_(language) in headline
    assert NEEDS["misspelt"].of(51).in_(language) in page.headline


def test_a_process_that_is_stuck_is_logged_once_and_so_is_its_end(events: Events, gate: Gate) -> None:
    """The log's last line about a process that is stuck behind its step was that the step is completed."""
    source = Source()
    watch = watch_of(reader(source), Lives(), gate, events)
    source.jobs = [job("1", "ours-1"), job("2", "of others")]
    for _ in range(2):
        watch.one_round()
    source.jobs_error = EngineDenied("incident", "no permission")
    watch.one_round()
    assert [name for name in events.names() if name.startswith("process.")] == ["process.stuck"]
    told = events.facts("process.stuck")
    assert (told["process_instance_id"], told["business_key"]) == ("ours-1", STEP.business_key)
    assert told["process_definition_key"] == STEP.process_definition_key
    assert told["reason"]
    source.jobs_error, source.jobs = None, [job("2", "of others")]
    for _ in range(2):
        watch.one_round()
    assert [name for name in events.names() if name.startswith("process.")] == ["process.stuck", "process.not_stuck"]
    assert events.facts("process.not_stuck")["process_instance_id"] == "ours-1"


def test_after_a_restart_a_stuck_process_is_not_told_again_but_its_end_is(events: Events, gate: Gate) -> None:
    source, told = Source(), Told()
    source.jobs = [job("1", "ours-1"), job("2", "ours-2")]
    for _ in range(2):
        watch_of(reader(source), Lives(), gate, events, told).one_round()
    assert events.names() == ["process.stuck"] * 2, "each once, by the first run"
    source.jobs = [job("1", "ours-1")]
    again = watch_of(reader(source), Lives(), gate, events, told)
    for _ in range(2):
        again.one_round()
    assert events.names()[2:] == ["process.not_stuck"], "also of one that went on while no worker ran"
    assert events.facts("process.not_stuck")["process_instance_id"] == "ours-2"


def test_a_stuck_process_is_told_once_the_ledger_works_again(events: Events, gate: Gate) -> None:
    source, told = Source(), Told()
    source.jobs = [job("1", "ours-1")]
    watch = watch_of(reader(source), Lives(), gate, events, told)
    told.down = True
    watch.one_round()
    assert (events.names(), len(watch.seen().stuck or ())) == ([], 1), "page and `status` show it meanwhile"
    told.down = False
    for _ in range(2):
        watch.one_round()
    assert events.names() == ["process.stuck"]


def test_a_process_that_is_only_beyond_what_the_engine_was_asked_for_is_not_said_to_go_on(
    events: Events, gate: Gate
) -> None:
    source = Source()
    watch = watch_of(reader(source), Lives(), gate, events)
    source.jobs = [job("1", "ours-1")]
    watch.one_round()
    source.jobs = [job(f"{number}", "of others") for number in range(MOST_JOBS)]
    watch.one_round()
    assert events.names() == ["process.stuck"]


def test_a_process_that_is_stuck_in_one_that_it_called_is_told_with_that_place(events: Events, gate: Gate) -> None:
    """Page and `status` named the call in the caller only, and the engine gives no message there."""
    source = Source()
    there = Stuck("2", "2", "failedJob", "calc", "child-7", "child:2:y", "division by zero")
    caller = replace(job("1", "ours-1", root="2"), reason=None)
    source.jobs = with_called([caller, there])
    watch = watch_of(reader(source), Lives(), gate, events)
    watch.one_round()
    [one] = watch.seen().stuck or ()
    assert (one.reason, step_of(one)) == ("division by zero", "order:1:x/decide → child: calc")
    assert events.facts("process.stuck")["step"] == "order:1:x/decide → child: calc"
    [shown] = as_data(watch.seen(), "en")["stuck"]["shown"]
    assert shown["called"] == {"activity": "calc", "processDefinitionKey": "child", "processInstanceId": "child-7"}
    assert name_of(shown, "en").startswith(
        "order:1:x/decide (decide), stuck in the called process child at calc (instance child-7), process order"
    )
