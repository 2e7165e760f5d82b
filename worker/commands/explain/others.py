"""What `explain` says of steps that these settings do not serve: another worker's, misspelt ones, forgotten ones."""

from __future__ import annotations

from collections.abc import Iterator

from worker.commands.explain.events import quoted
from worker.commands.explain.matter import matter_of
from worker.commands.explain.records import EngineSays, Matter, Told
from worker.config.served import CAUSE as NOT_SERVED, CURE as CURE_OF_STRANGER, Served
from worker.engine.step_life import TaskNow
from worker.monitoring.surroundings import meant_by
from worker.words.explain_cures import CURES
from worker.words.explain_events import PIECES
from worker.words.phrase import NOTHING, Phrase, in_sentences


def not_served(told: Told) -> Iterator[Matter]:
    """A step that these settings do not name, whether the ledger has its row or not."""
    life, task = told.life, told.engine.task
    if life is not None and not life.task.served:
        why = told.served.why_not(life.task.topic, life.task.tenant)
        cure = in_sentences(why, told.worker.other_settings, CURE_OF_STRANGER)
        yield matter_of("not_served", "needs", cause=NOT_SERVED, cure=cure)
    elif task and told.is_strange:
        yield _strange(task, told.served, told.engine, told.worker.other_settings)


def _strange(task: TaskNow, served: Served, engine: EngineSays, other_settings: Phrase) -> Matter:
    """Whoever has taken it, or ended its tries, knows it; nobody knows a topic that is only misspelt."""
    holder = task.worker_id or next((one.worker_id for one in reversed(engine.log) if one.worker_id), None)
    if holder or task.retries == 0:
        return _of_others("of_others", task, holder, since=engine.incident_at, reason=engine.failure)
    topic = quoted(task.topic or "?")
    if meant := meant_by(topic, served.topics):
        facts = {"topic": topic, "meant": meant}
        return matter_of("misspelt", "needs", facts, since=engine.began, cure=CURES["misspelt"])
    lacking = served.lacking(topic, task.tenant and quoted(task.tenant))
    cure = in_sentences(CURES["never_served"].format(what=lacking), other_settings)
    return matter_of("never_served", "needs", since=engine.began, cure=cure)


def elsewhere(told: Told) -> Iterator[Matter]:
    """The other steps at which the process of a step that is over is now."""
    for other in told.engine.others:
        failed, topic = other.retries == 0, other.topic
        since, reason = told.engine.incident_times.get(other.external_task_id), other.error if failed else None
        if failed and not told.served.step(topic, other.tenant):
            yield _of_others("elsewhere_of_others", other, other.worker_id, since=since, reason=reason)
            continue
        about = PIECES["topic"].format(topic=quoted(topic)) if topic else NOTHING
        facts = {"step": _place(other), "topic": about}
        cure = CURES["elsewhere"].format(id=quoted(other.external_task_id))
        name = "elsewhere_failed" if failed else "elsewhere"
        yield matter_of(name, "needs" if failed else "over", facts, since=since, reason=reason, cure=cure)


def _of_others(
    name: str, task: TaskNow, holder: str | None, *, since: float | None = None, reason: str | None = None
) -> Matter:
    failed = task.retries == 0
    facts = {
        "step": _place(task),
        "topic": quoted(task.topic or "?"),
        "worker": PIECES["worker"].format(worker=quoted(holder)) if holder else NOTHING,
        "state": PIECES["is_incident"] if failed else NOTHING,
    }
    cure: Phrase = CURES["of_others"] if failed else NOTHING
    return matter_of(name, "others", facts, since=since if failed else None, reason=reason, cure=cure)


def _place(task: TaskNow) -> str:
    return quoted(task.activity_id or task.external_task_id)
