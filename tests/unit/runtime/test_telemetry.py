from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal, cast

import pytest

from tests.support.builders import fetched
from tests.support.fakes import FakeEngine, FakeThreads
from tests.support.page_facts import ABOUT
from tests.support.sources import calls
from worker.engine.errors import LockLost
from worker.engine.locks import LockBook
from worker.model import Ending, Promise
from worker.monitoring.page_warnings import warned
from worker.monitoring.statistics import with_rate
from worker.runtime import clock, task_names
from worker.runtime.telemetry import LEVELS, LONGEST_LINE, LONGEST_VALUE, Telemetry
from worker.tasks.hand import note_names
from worker.words.codes import Code, Ended, SideName, WaitsFor
from worker.words.log.lines import TEXTS
from worker.words.log.text import Level
from worker.words.pauses import RESUMED
from worker.words.reasons import Reason

Format = Literal["console", "json"]
SECRET = "verysecretcode"
both_formats = pytest.mark.parametrize("format_", ["console", "json"])

# --- the catalogue ---


def literals(node: ast.expr) -> list[str]:
    """The event names that a call may give: a literal, or the two sides of a choice."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


@cache
def emitted() -> list[tuple[str, str, set[str] | None]]:
    """(place, event, its facts) of every `.emit("literal", …)`; facts None where the call spreads a mapping.

    A `Sight` is given the events that it emits.
    """
    return list(_emitted())


def _emitted() -> Iterator[tuple[str, str, set[str] | None]]:
    for path, node in calls("worker"):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "emit":
            facts = {keyword.arg for keyword in node.keywords if keyword.arg}
            spread = any(keyword.arg is None for keyword in node.keywords)
            for event in literals(node.args[0]) if node.args else []:
                yield f"{path.name}:{node.lineno}", event, None if spread else facts
        elif isinstance(node.func, ast.Name) and node.func.id == "Sight":
            facts = {keyword.arg for keyword in node.keywords if keyword.arg}
            for argument, more in zip(node.args[1:3], ({"reason"}, set[str]()), strict=True):
                for event in literals(argument):
                    yield f"{path.name}:{node.lineno}", event, facts | more


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


SPREAD = {"statistics"}
"""Events whose facts come as a mapping: checked where it is made (`worker.monitoring.statistics.with_rate`)."""


def test_every_event_is_in_the_catalogue() -> None:
    assert len(emitted()) > 30
    assert {event: place for place, event, _ in emitted() if event not in TEXTS} == {}


def test_every_text_is_used() -> None:
    assert set(TEXTS) - {event for _, event, _ in emitted()} == set()


def test_every_call_gives_the_facts_that_its_text_tells() -> None:
    lacking = {
        f"{place} {event}": missing
        for place, event, facts in emitted()
        if facts is not None and (missing := placeholders(TEXTS[event].ru + TEXTS[event].en) - facts)
    }
    assert lacking == {}
    assert {event for _, event, facts in emitted() if facts is None} == SPREAD
    assert placeholders(TEXTS["statistics"].ru) <= set(with_rate({}))


@pytest.mark.parametrize("event", TEXTS)
def test_both_languages_tell_the_same_facts(event: str) -> None:
    assert placeholders(TEXTS[event].ru) == placeholders(TEXTS[event].en)
    assert TEXTS[event].level in LEVELS


# --- the lines ---


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def said(
    event: str,
    facts: dict[str, Any],
    format_: Format = "console",
    *,
    level: Level = "debug",
    language: Literal["ru", "en"] = "en",
) -> str:
    stream = io.StringIO()
    telemetry = Telemetry.build(level, language, format_, stream)
    telemetry.emit(event, **facts)
    telemetry.close()
    return stream.getvalue()


def test_a_line_tells_the_event_in_its_language_and_then_the_other_facts() -> None:
    facts = {"task": "t-1", "portal_task": 42, "process_instance_id": "i-1"}
    assert said("task.created", facts).endswith(
        " [INFO] task.created: Created Bitrix24 task 42 for t-1  process_instance_id=i-1\n"
    )
    assert "Создана задача Битрикс24 42 для t-1" in said("task.created", facts, language="ru")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_json_line_is_one_object_with_stable_names(language: Literal["ru", "en"]) -> None:
    line = json.loads(said("task.created", {"task": "t-1", "portal_task": 42}, "json", language=language))
    assert line.keys() == {"time", "level", "event", "message", "task", "portal_task"}
    assert (line["level"], line["event"], line["portal_task"]) == ("info", "task.created", 42)


def test_a_json_line_tells_the_whole_sentence_also_where_a_fact_is_called_message() -> None:
    line = json.loads(said("task.failed", {"task": "t-1", "retries": 2, "message": "no such user"}, "json"))
    assert line["message"] == "External task t-1 failed, 2 retries left: no such user"


@both_formats
@pytest.mark.parametrize(
    "secret",
    [
        f"https://portal.example/rest/1/{SECRET}/tasks.task.add",
        f"/rest/api/1/{SECRET}/x",
        f"https%3A%2F%2Fportal.example%2Frest%2F1%2F{SECRET}%2Fx",
        f'{{"url": "https:\\/\\/portal.example\\/rest\\/1\\/{SECRET}\\/x"}}',
    ],
)
def test_the_secret_is_in_no_line(format_: Format, secret: str) -> None:
    stream = io.StringIO()
    telemetry = Telemetry.build("debug", "en", format_, stream)
    for fact in (secret, ValueError(secret), [secret], {"url": secret}, "x" * (LONGEST_VALUE - 60) + secret):
        telemetry.emit("sync.failed", error=fact, other=fact)
        telemetry.emit("no.such.event", error=fact)
    logging.getLogger("library").warning("Retrying after %s", secret)
    telemetry.close()
    assert SECRET not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 11


@both_formats
def test_an_unknown_event_and_a_missing_fact_cost_no_line(format_: Format) -> None:
    assert "no.such.event" in said("no.such.event", {"a": 1}, format_)
    assert "task.created" in said("task.created", {"task": "t-1"}, format_)


@both_formats
def test_long_values_and_new_lines_become_one_bounded_line(format_: Format) -> None:
    text = "first\nsecond\r\n\tthird\u2028" + "ы" * 100_000
    line = said("sync.failed", dict.fromkeys(("error", *"abcdefghij"), text), format_)
    assert line.count("\n") == 1
    assert "first second third" in line
    assert len(line.splitlines()) == 1
    assert len(line) <= (LONGEST_LINE + 1 if format_ == "console" else 13 * LONGEST_VALUE)


@both_formats
def test_a_warning_of_a_library_is_one_bounded_line(format_: Format) -> None:
    stream = io.StringIO()
    telemetry = Telemetry.build("info", "en", format_, stream)
    logging.getLogger("library").warning("first\nsecond %s", "x" * 100_000)
    telemetry.close()
    assert len(stream.getvalue().splitlines()) == 1
    assert len(stream.getvalue()) <= LONGEST_LINE + 1


def test_with_json_a_warning_of_a_library_is_an_object_too() -> None:
    stream = io.StringIO()
    telemetry = Telemetry.build("info", "en", "json", stream)
    logging.getLogger("library").warning("pool is full")
    telemetry.close()
    line = json.loads(stream.getvalue())
    assert line["level"] == "warning"
    assert "pool is full" in line["message"]


@pytest.mark.parametrize(
    ("level", "written"),
    [("debug", {"debug", "info", "error"}), ("info", {"info", "error"}), ("warning", {"error"}), ("error", {"error"})],
)
def test_only_the_chosen_level_and_above_is_written(level: Level, written: set[str]) -> None:
    events = {"debug": "task.creating", "info": "worker.ready", "error": "sync.failed"}
    assert {name for name, event in events.items() if said(event, {}, level=level)} == written


def test_libraries_are_heard_from_warnings_on() -> None:
    stream = io.StringIO()
    telemetry = Telemetry.build("debug", "en", "console", stream)
    logging.getLogger("library.pool").debug("POST /x")
    logging.getLogger("camunda.client").info("variables of a process")
    logging.info("also on the root logger")  # as the Camunda client does
    chatty = logging.getLogger("a.library.with.its.own.level")
    chatty.setLevel(logging.DEBUG)
    chatty.info("x")
    telemetry.close()
    assert stream.getvalue() == ""
    logging.getLogger("library.pool").warning("pool is full")
    telemetry.close()
    assert stream.getvalue().endswith("[WARNING] library.pool: pool is full\n")


def test_without_a_stream_the_log_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry = Telemetry.build("info", "en", "console")
    telemetry.emit("worker.ready")
    telemetry.close()
    out, err = capsys.readouterr()
    assert (out, "worker.ready" in err) == ("", True)


def test_each_code_of_the_model_has_its_text() -> None:
    assert {one.value for one in Ended} == {one.value for one in Ending}
    assert {one.value for one in WaitsFor} == {one.name.lower() for one in Promise}


def test_an_unknown_fact_is_told_in_the_language_of_the_log() -> None:
    assert said("waiting.step_gone", {"task": "t", "portal_task": None}, language="ru").rstrip().endswith(": нет")
    assert json.loads(said("waiting.step_gone", {"task": "t", "portal_task": None}, "json"))["portal_task"] is None


@pytest.mark.parametrize("code", [*SideName, *Ended, *WaitsFor])
def test_a_code_is_told_as_text_and_kept_for_programs(code: Code) -> None:
    told = json.loads(said("fetch.resumed", {"what": RESUMED, "side": code, "lasted": "1 min"}, "json", language="ru"))
    assert told["side"] == code.value
    assert code.phrase.ru
    assert code.phrase.en
    assert code.phrase.ru in told["message"]


@pytest.mark.parametrize("reason", Reason)
def test_our_own_reasons_are_told_in_the_language_of_the_log_and_kept_for_programs(reason: Reason) -> None:
    told = json.loads(said("task.lock_lost", {"task": "t", "reason": reason}, "json"))
    assert told["reason"] == reason.value
    assert reason.phrase.ru
    assert reason.phrase.en in told["message"]


# --- the names of tasks ---

OF_SEVERAL = {"task.looked_up", "task.not_served"}
"""Events about many tasks at once."""


def test_each_event_of_a_task_says_which() -> None:
    about = {(place, event) for place, event, facts in emitted() if event.startswith("task.") and facts is not None}
    named = {(place, event) for place, event, facts in emitted() if facts is not None and "task" in facts}
    assert len(about) > 20
    assert {event for _, event in about - named} == OF_SEVERAL


@both_formats
def test_a_line_about_a_task_names_its_step_its_process_and_its_business_key(format_: Format) -> None:
    stream = io.StringIO()
    telemetry = Telemetry.build("debug", "en", format_, stream)
    note_names(telemetry, fetched("t-1", business_key="A-17", process_definition_key="order"))
    telemetry.emit("task.completed", task="t-1")
    telemetry.emit("task.completed", task="t-2")
    telemetry.close()
    ours, other = stream.getvalue().splitlines()
    for name, value in (
        ("activity", fetched().activity_id),
        ("business_key", "A-17"),
        ("process_definition_key", "order"),
    ):
        assert (f"{name}={value}" if format_ == "console" else f'"{name}": "{value}"') in ours
        assert name not in other


@both_formats
def test_a_line_about_a_process_instance_names_its_business_key(format_: Format) -> None:
    """`sync.*` said nothing of the order that somebody looked for."""
    stream = io.StringIO()
    telemetry = Telemetry.build("debug", "en", format_, stream)
    note_names(telemetry, fetched("t-1", business_key="A-17", process_instance_id="i-1"))
    for instance in ("i-1", "i-2"):
        telemetry.emit("sync.failed", error="no", process_instance_id=instance)
    telemetry.close()
    ours, other = stream.getvalue().splitlines()
    assert ("business_key=A-17" if format_ == "console" else '"business_key": "A-17"') in ours
    assert "business_key" not in other


def test_the_facts_of_an_event_go_before_the_names_of_its_task() -> None:
    telemetry = Telemetry.build("debug", "en", "json", stream := io.StringIO())
    telemetry.task_names.note("t-1", activity="noted")
    telemetry.emit("task.completed", task="t-1", activity="told")
    telemetry.close()
    assert json.loads(stream.getvalue())["activity"] == "told"


def test_only_the_last_tasks_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_names, "MOST_TASKS", 2)
    names = task_names.TaskNames()
    for task in ("a", "b", "a", "c"):
        names.note(task, activity=task, business_key=None)
    assert [names.of(task) for task in ("a", "b", "c", None)] == [{"activity": "a"}, {}, {"activity": "c"}, {}]


def test_a_line_of_json_begins_with_time_level_and_event() -> None:
    for event, facts in (("task.failed", {"task": "t", "retries": 1, "message": "no"}), ("worker.ready", {})):
        assert list(json.loads(said(event, facts, "json")))[:3] == ["time", "level", "event"]


@both_formats
def test_nothing_of_urllib3_is_in_the_log(format_: Format) -> None:
    telemetry = Telemetry.build("debug", "en", format_, stream := io.StringIO())
    pool = logging.getLogger("urllib3.connectionpool")
    pool.warning("Connection pool is full, discarding connection: %s. Connection pool size: %s", "h", 10)
    pool.warning("Retrying (%r) after connection broken by '%r': %s", "Retry", "NewConnectionError", "/x")
    telemetry.close()
    assert stream.getvalue() == ""
    assert telemetry.warnings.all() == []


# --- in both languages ---


def told_in_one_language(module: Path) -> Iterator[str]:
    """Facts of events that were put into the log's language before: the page is read in either."""
    for function in ast.walk(ast.parse(module.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        nodes = list(ast.walk(function))
        pairs = [(target, node.value) for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
        for target, value in [*pairs]:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs += zip(target.elts, value.elts, strict=True)
        words = {target.id for target, value in pairs if isinstance(target, ast.Name) and is_call_of(value, "words")}
        for emit in (node for node in nodes if is_call_of(node, "emit")):
            for fact in cast(ast.Call, emit).keywords:
                if is_call_of(fact.value, "words") or (isinstance(fact.value, ast.Name) and fact.value.id in words):
                    yield f"{module.name}: {function.name}: {fact.arg}"


def is_call_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def test_no_event_is_told_in_the_language_of_the_log_alone() -> None:
    """A page in Russian showed English sentences: of what a thing was, its text in one language had been passed on."""
    modules = sorted((Path(__file__).parents[3] / "worker").rglob("*.py"))
    assert [found for module in modules for found in told_in_one_language(module)] == []


def test_why_a_lock_was_lost_is_shown_in_the_language_of_the_page() -> None:
    engine, telemetry = FakeEngine(), Telemetry.build("info", "en", "console", io.StringIO())
    engine.extend_script = [LockLost("extendLock", "ENGINE-1", None)]
    locks = LockBook(engine, FakeThreads(), telemetry)  # type: ignore[arg-type]
    lock = locks.take(fetched(), 100.0, clock.boottime() + 100.0)
    assert lock
    assert not locks.extend(lock)
    locks.let_go(lock, lock.broken or "?")
    [lost] = telemetry.warnings.all()
    assert lost.count == 2
    page = warned(lost, clock.wall(), ABOUT, "ru")
    assert "движок ответил ошибкой: ENGINE-1" in page.items[0].reason
    telemetry.close()
