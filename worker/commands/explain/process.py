"""What `explain` says of a process instance: where it is stuck, how it ended, and that it has no step of ours yet."""

from __future__ import annotations

from collections.abc import Iterator

from worker.commands.explain.events import quoted
from worker.commands.explain.matter import matter_of
from worker.commands.explain.records import EngineSays, Joining, Matter
from worker.engine.incidents import Stuck
from worker.words.explain_events import PIECES
from worker.words.explain_instances import HANGS_CURE
from worker.words.incident_words import STUCK_CURE
from worker.words.phrase import NOTHING, Phrase, in_sentences

WHY = Phrase(". В модели {seen}", ". In the model {seen}")


def of_process(engine: EngineSays) -> Iterator[Matter]:
    """Why it is stuck, where it waits for other branches, or that somebody deleted it."""
    for one in engine.stuck:
        yield _stuck(one, engine)
    for join in engine.process.joining if engine.process else ():
        yield _at_join(join, engine)
    if deleted := engine.deleted:
        yield matter_of("instance_deleted", "over", since=deleted.ended, reason=deleted.why)


def _stuck(one: Stuck, engine: EngineSays) -> Matter:
    step = one.activity_id or "?"
    called = PIECES["in_called"].format(**_place(one.called)) if one.called else NOTHING
    if engine.process and not one.called and one.process_instance_id not in (None, engine.process.id):
        called = PIECES["in_caller"].format(**_place(one))
    facts = {"kind": quoted(one.kind), "step": quoted(engine.process.named(step) if engine.process else step)}
    return matter_of("stuck", "needs", facts | {"called": called}, since=one.since, reason=one.reason, cure=STUCK_CURE)


def _at_join(join: Joining, engine: EngineSays) -> Matter:
    """Only where nothing else is active it waits in vain; what the model has wrong may not have happened yet."""
    process = engine.process
    facts: dict[str, object] = {"place": quoted(process.named(join.activity_id) if process else join.activity_id)}
    if not join.alone:
        return matter_of("ends_otherwise" if join.ends else "at_join", "over", facts, since=join.since)
    facts |= {"why": WHY.format(seen=join.wrong.seen) if join.wrong else NOTHING}
    cure = in_sentences(HANGS_CURE, join.wrong.cure if join.wrong else NOTHING)
    return matter_of("hangs", "needs", facts, since=join.since, cure=cure)


def _place(called: Stuck) -> dict[str, str]:
    known = {"step": called.activity_id, "process": called.process_key, "instance": called.process_instance_id}
    return {name: quoted(value or "?") for name, value in known.items()}


def gone(engine: EngineSays) -> Iterator[Matter]:
    """That neither the engine nor its history has it any more."""
    if engine.process and engine.process.kept is None and not engine.others:
        yield matter_of("instance_gone", "over")


def without_step(engine: EngineSays) -> Matter:
    """That no step of it is known, and where it stands instead."""
    process = engine.process
    ended = bool(process and process.kept and process.kept.ended is not None)
    at = ", ".join(process.named(id_) for id_ in process.at) if process else ""
    place = PIECES["stands_at"].format(places=quoted(at)) if at and not ended else NOTHING
    return matter_of("no_step_ended" if ended else "no_step_yet", "others", {"place": place})
