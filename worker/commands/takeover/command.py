"""`takeover`: shows the plan as a table, and carries it out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from tempfile import TemporaryDirectory

from bitrix.errors import PortalError
from bitrix.task_states import Status, TaskStates
from bitrix.tasks import Tasks
from worker.commands.ledger_commands import open_ledger, portal_client, reader_of
from worker.commands.origins import doubtful
from worker.commands.person import person
from worker.commands.takeover.plan import Intent, Plan, Takeover
from worker.commands.takeover.promises import Promises
from worker.commands.takeover.words import WORDS
from worker.config.settings import LedgerSettings, Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.ledger import Ledger, LedgerError, LedgerUnavailable, Person
from worker.mapping.mapper import Mapper
from worker.model import Promise
from worker.runtime.telemetry import Telemetry
from worker.steps.definitions import Definitions
from worker.tasks.lookup import Lookup
from worker.words.causes import with_cure
from worker.words.phrase import table_in

SLOT = "takeover"
REFUSED: Mapping[Intent, str] = {Intent.UNASKED: "must_wait", Intent.UNKNOWN: "waits_unread"}
"""The plans that are refused, and the words for it."""
MOST_STEPS = 10
"""How many steps a refusal names."""


class Ending(Enum):
    """How the command ended."""

    DONE = auto()
    LEFT = auto()
    """Something is left for a person to do."""
    UNKNOWN_ID = auto()
    """Others hold locks, the named worker none, and nothing was ever taken over from it: its id is mistyped."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The terminal. `say` prints a line, `progress` a line that the next one may replace."""

    words: Mapping[str, str]
    say: Callable[[str], object]
    progress: Callable[[str], object]

    def tell(self, name: str, **facts: object) -> None:
        self.say(self.words[name].format(**facts))


def takeover(
    settings: Settings,
    from_worker: str,
    *,
    dry_run: bool,
    reason: str | None,
    say: Callable[[str], object],
    progress: Callable[[str], object],
) -> Ending:
    """Take over the tasks locked by `from_worker`.

    `reason`: for the trail in the ledger; None: not said.
    """
    screen = Screen(table_in(settings.log.language, WORDS), say, progress)
    for line in doubtful(settings):  # an env file of the old installation may be in use
        say(line)
    if from_worker == settings.camunda.worker_id:
        screen.tell("own_id")
        return Ending.LEFT
    try:
        return _ended(settings, from_worker, screen, None if dry_run else person(reason))
    except (PortalError, EngineError) as error:
        say(with_cure(error).in_(settings.log.language))
        return Ending.LEFT


def _ended(settings: Settings, from_worker: str, screen: Screen, by: Person | None) -> Ending:
    """`by` None: a dry run."""
    with (
        closing(portal_client(settings)) as client,
        closing(Engine(settings.camunda, SLOT, {}, connections=1)) as engine,
        closing(Telemetry.build(settings.log.level, settings.log.language, settings.log.format)) as telemetry,
        open_ledger(settings) if by else _no_ledger(settings) as ledger,
    ):
        kept = ledger.views.promises if by else partial(_kept, settings)
        work = Takeover(
            from_worker=from_worker,
            topics=settings.topics,
            engine=engine,
            promises=Promises(_mapper(settings), Definitions(engine, telemetry), engine, kept),
            lookup=Lookup(Tasks(client), ledger, telemetry, hold_seconds=settings.hold_seconds),
            task_states=TaskStates(client),
            ledger=ledger,
            by=by or person(None),
            hold_seconds=settings.hold_seconds,
            wait=time.sleep,
        )
        plans = _plans(work, from_worker, screen)
        if not plans:
            return _nothing(work, from_worker, settings, screen)
        if _refused(work, plans, screen):
            return Ending.LEFT
        return _carried_out(work, plans, ledger, settings, screen) if by else _dry(screen)


@contextmanager
def _no_ledger(settings: Settings) -> Iterator[Ledger]:
    """A temporary ledger for a dry run, which must not create the real one."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/dry-run.db"
        with open_ledger(settings.model_copy(update={"ledger": LedgerSettings(url=url)})) as ledger:
            yield ledger


def _mapper(settings: Settings) -> Mapper:
    task_url = settings.bitrix.webhook_url.task_url
    return Mapper(settings.topics, settings.bitrix, portal_task_url=task_url, language=settings.log.language)


def _kept(settings: Settings, external_task_ids: Sequence[str]) -> Mapping[str, Promise]:
    """What the real ledger says that these tasks were created for; nothing if there is none that can be read."""
    try:
        with closing(reader_of(settings)) as ledger:
            return ledger.views.promises(external_task_ids)
    except LedgerError:
        return {}


def _plans(work: Takeover, from_worker: str, screen: Screen) -> list[Plan]:
    plans = work.plan()
    for topic, count in work.other_topics().items():
        screen.tell("others", topic=topic, count=count)
    if plans:
        counts = Counter(plan.intent for plan in plans)
        found = ", ".join(f"{screen.words[intent]}: {counts[intent]}" for intent in Intent if counts[intent])
        screen.say(_table(plans, screen.words))
        screen.tell("found", worker=from_worker, count=len(plans), counts=found)
    return plans


def _nothing(work: Takeover, from_worker: str, settings: Settings, screen: Screen) -> Ending:
    """Say that there is nothing to take over. Ends well if the id is known, or nobody holds locks."""
    holders = work.holders()
    screen.tell("nothing" if holders else "none_locked", worker=from_worker, holders=", ".join(holders))
    if from_worker in holders or _is_taken_over(settings, from_worker):
        return Ending.DONE
    if not holders:
        screen.tell("check_id")
        return Ending.DONE
    screen.tell("unknown_id")
    return Ending.UNKNOWN_ID


def _is_taken_over(settings: Settings, from_worker: str) -> bool:
    """Whether the ledger, if there is one that can be read, tells of steps taken over from this worker."""
    try:
        with closing(reader_of(settings)) as ledger:
            return ledger.views.is_taken_over(from_worker)
    except (LedgerError, LedgerUnavailable):
        return False


def _refused(work: Takeover, plans: Sequence[Plan], screen: Screen) -> bool:
    """Whether to refuse: old tasks cannot be found, or are open although their steps do not wait, for all we know."""
    if any(plan.intent is Intent.CREATE for plan in plans) and not work.can_find_old_tasks():
        screen.tell("no_field")
        return True
    unasked: dict[tuple[str, str], Counter[str]] = {}
    for plan in plans:
        if reason := REFUSED.get(plan.intent):
            unasked.setdefault((reason, plan.task.topic), Counter())[plan.task.activity_id] += 1
    for (reason, topic), steps in unasked.items():
        named = ", ".join(f"{step} ({count})" for step, count in steps.most_common(MOST_STEPS))
        more = ", …" if len(steps) > MOST_STEPS else ""
        screen.tell(reason, topic=topic, count=steps.total(), steps=named + more)
    return bool(unasked)


def _dry(screen: Screen) -> Ending:
    screen.tell("dry")
    return Ending.DONE


def _carried_out(work: Takeover, plans: Sequence[Plan], ledger: Ledger, settings: Settings, screen: Screen) -> Ending:
    if ledger.shared:
        ledger.leases.lease(SLOT, locks_for=settings.hold_seconds)
    screen.tell("working", seconds=settings.hold_seconds)
    try:
        progress, waited = screen.words["progress"], screen.words["left_to_wait"]
        taken = work.carry_out(
            plans,
            lambda done, of: screen.progress(progress.format(done=done, of=of)),
            lambda seconds: screen.progress(waited.format(seconds=seconds)),
        )
    finally:
        if ledger.shared:
            ledger.leases.release()
    screen.tell("done", freed=taken.freed, gone=taken.gone)
    for task, reason in taken.left.items():
        screen.tell("left", task=task, reason=reason)
    if taken.late:
        screen.tell("late", count=len(taken.late))
    return Ending.LEFT if taken.late or taken.left else Ending.DONE


def _table(plans: Sequence[Plan], words: Mapping[str, str]) -> str:
    rows = [words["head"].split("|")]
    for plan in plans:
        state = plan.state
        rows.append(
            [
                plan.task.id,
                plan.task.topic,
                plan.task.process_instance_id or "–",
                str(state.id) if state else "–",
                _status(state.status) if state else "–",
                plan.answer or "–",
                words[plan.intent] + (words["denied"] if plan.denied else ""),
            ]
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _status(status: int) -> str:
    return Status(status).name.lower() if status in set(Status) else str(status)
