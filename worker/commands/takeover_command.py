"""`takeover`: shows the plan as a table, and carries it out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from tempfile import TemporaryDirectory

from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.task_states import Status, TaskStates
from bitrix.tasks import Tasks
from worker.commands.ledger_commands import open_ledger, portal_client, reader_of
from worker.commands.person import person
from worker.commands.takeover import Intent, Plan, Takeover
from worker.config.settings import LedgerSettings, Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.ledger import Ledger, LedgerError, LedgerUnavailable, Person
from worker.runtime.telemetry import Telemetry
from worker.steps.definitions import Definitions
from worker.tasks.lookup import Lookup
from worker.words.causes import with_cure
from worker.words.phrase import Phrase, table_in

SLOT = "takeover"
WORDS: Mapping[str, Phrase] = {
    "head": Phrase(
        "внешняя задача|топик|экземпляр|задача|статус|ответ|план",
        "external task|topic|instance|task|status|answer|plan",
    ),
    "wait": Phrase("ждать закрытия", "wait until closed"),
    "complete": Phrase("завершить", "complete"),
    "ask": Phrase("спросить человека (инцидент)", "ask a person (incident)"),
    "create": Phrase("создать", "create"),
    "denied": Phrase(" (ответ не нужен: у шага — «нет»)", " (no answer needed: the step says no)"),
    "found": Phrase(
        "За {worker} заблокировано внешних задач: {count} ({counts})",
        "Locked by {worker}: {count} external tasks ({counts})",
    ),
    "nothing": Phrase(
        "За {worker} ничего не заблокировано: принимать нечего. Блокировки сейчас держат: {holders}.",
        "{worker} has locked nothing, so there is nothing to take over. Locks are held by: {holders}.",
    ),
    "nobody": Phrase("никто", "nobody"),
    "unknown_id": Phrase(
        "Журнал не знает и прежних его задач: проверьте --from-worker. Ничего не изменено.",
        "The ledger knows of no earlier takeover from it either: check --from-worker. Nothing was changed.",
    ),
    "own_id": Phrase(
        "CAMUNDA_WORKER_ID совпадает с прежним воркером. Задайте другой, иначе воркер не отличит его блокировки от "
        "своих. Ничего не изменено.",
        "CAMUNDA_WORKER_ID is that of the old worker: set another one, otherwise its locks look like "
        "ours. Nothing was changed.",
    ),
    "no_field": Phrase(
        "На портале нет поля UF_CAMUNDA_ID_EXTERNAL_TASK: задачи прежней установки не найти, и все были "
        "бы созданы заново. Верните поле и повторите. Ничего не изменено.",
        "The portal has no field UF_CAMUNDA_ID_EXTERNAL_TASK: the tasks of the old installation cannot be "
        "found, and all of them would be created again. Restore the field and repeat. Nothing was changed.",
    ),
    "left": Phrase(
        "Не снята блокировка {task}: {reason}. Возобновите экземпляр и повторите команду.",
        "The lock of {task} was not released: {reason}. Activate the instance and repeat.",
    ),
    "dry": Phrase("Ничего не изменено (--dry-run).", "Nothing was changed (--dry-run)."),
    "others": Phrase(
        "Топик {topic}: {count} задач прежнего воркера не принимаются, топика нет в настройках.",
        "Topic {topic}: {count} tasks of the old worker are not taken over, the settings do not name it.",
    ),
    "must_wait": Phrase(
        "Топик {topic}: открытых задач {count}, а wait_for_close не включён: шаги завершились бы сразу, "
        "без ответа. Задайте topics.{topic}.wait_for_close: true. Ничего не изменено.",
        "Topic {topic}: {count} tasks are open, and wait_for_close is off: their steps would be completed "
        "at once, without an answer. Set topics.{topic}.wait_for_close: true. Nothing was changed.",
    ),
    "working": Phrase(
        "Записано. Воркер снимет блокировки через {seconds:.0f} с, когда прежние службы уже точно ничего не создают…",
        "Recorded. The locks are released in {seconds:.0f} s, when the old services can no longer be creating tasks…",
    ),
    "left_to_wait": Phrase("осталось {seconds:.0f} с", "{seconds:.0f} s left"),
    "progress": Phrase("снято {done} из {of}", "released {done} of {of}"),
    "done": Phrase(
        "Принято: {freed}; уже завершено или занято другим воркером: {gone}. Дальше их обслуживает `run`.",
        "Taken over: {freed}; ended or locked by others meanwhile: {gone}. `run` continues with them.",
    ),
    "late": Phrase(
        "Прежний воркер ещё работает: с начала команды он заблокировал ещё {count}. Остановите его и повторите.",
        "The old worker still runs: it has locked {count} more since this command began. Stop it and repeat.",
    ),
}


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
    for warning in settings.warnings:  # an env file of the old installation may be in use
        say(warning.line(settings.log.language))
    if from_worker == settings.camunda.worker_id:
        screen.tell("own_id")
        return Ending.LEFT
    client = portal_client(settings)
    engine = Engine(settings.camunda, SLOT, {}, connections=1)
    telemetry = Telemetry.build(settings.log.level, settings.log.language, settings.log.format)
    try:
        with _no_ledger(settings) if dry_run else open_ledger(settings) as ledger:
            work = _takeover(settings, from_worker, client, engine, ledger, by=person(reason), telemetry=telemetry)
            plans = _plans(work, from_worker, screen)
            if not plans:
                return _nothing(work, from_worker, settings, screen)
            if _refused(work, plans, settings, screen):
                return Ending.LEFT
            return _dry(screen) if dry_run else _carried_out(work, plans, ledger, settings, screen)
    except (PortalError, EngineError) as error:
        say(with_cure(error).in_(settings.log.language))
        return Ending.LEFT
    finally:
        client.close()
        engine.close()
        telemetry.close()


@contextmanager
def _no_ledger(settings: Settings) -> Iterator[Ledger]:
    """A temporary ledger for a dry run, which must not create the real one."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/dry-run.db"
        with open_ledger(settings.model_copy(update={"ledger": LedgerSettings(url=url)})) as ledger:
            yield ledger


def _takeover(
    settings: Settings,
    from_worker: str,
    client: BitrixClient,
    engine: Engine,
    ledger: Ledger,
    *,
    by: Person,
    telemetry: Telemetry,
) -> Takeover:
    return Takeover(
        from_worker=from_worker,
        topics=settings.topics,
        engine=engine,
        definitions=Definitions(engine, telemetry),
        lookup=Lookup(Tasks(client), ledger, telemetry, hold_seconds=settings.hold_seconds),
        task_states=TaskStates(client),
        ledger=ledger,
        by=by,
        hold_seconds=settings.hold_seconds,
        wait=time.sleep,
    )


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
    screen.tell("nothing", worker=from_worker, holders=", ".join(holders) or screen.words["nobody"])
    if not holders or from_worker in holders or _is_taken_over(settings, from_worker):
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


def _refused(work: Takeover, plans: Sequence[Plan], settings: Settings, screen: Screen) -> bool:
    """Whether to refuse: old tasks cannot be found, or are open in a topic that would complete their steps at once."""
    if any(plan.intent is Intent.CREATE for plan in plans) and not work.can_find_old_tasks():
        screen.tell("no_field")
        return True
    open_ = Counter(plan.task.topic for plan in plans if plan.intent is Intent.WAIT)
    refused = [topic for topic in open_ if not settings.topics[topic].wait_for_close]
    for topic in refused:
        screen.tell("must_wait", topic=topic, count=open_[topic])
    return bool(refused)


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
