"""What `check` reports about topics, tenants and locks in the engine that the settings do not account for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime

from bitrix.causes import Cause, Trouble
from worker.commands.check.finding import Finding, of_error
from worker.config.settings import Settings
from worker.config.template_switch import REST
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.line import CALL_SECONDS
from worker.engine.looks import MOST_COUNTED
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.reader import LedgerReader
from worker.mapping.letters import told_apart
from worker.monitoring.strangers import held_by_strangers, said_of
from worker.monitoring.surroundings import MOST_HOLDERS, locked_away, meant_by, unknown_tenants, unserved
from worker.words import look_names as names
from worker.words.causes import explained
from worker.words.phrase import Phrase, unchanged

NOT_SERVED = Phrase("{waiting}, этот воркер их не обслуживает", "{waiting}, not served by this worker")
MORE = Phrase("{seen} и ещё до {more}", "{seen} and up to {more} more")
UNKNOWN = Phrase("движку неизвестны: {names}", "unknown to the engine: {names}")
NO_PROCESS = Phrase("движок не показывает таких процессов: {names}", "the engine shows no such process: {names}")
CORRECT_KEYS = Phrase(
    "исправьте ключ, регистр букв важен, или уберите его",
    "correct the key, upper and lower case matter, or remove it",
)
LOCKED = Phrase("{count} на сутки и дольше, их держат: {holders}", "{count} locked for more than a day by {holders}")
TYPO = Phrase(
    "похоже на опечатку: исправьте топик в модели: {meant}? Или добавьте его в topics",
    "probably a typo: correct the topic in the model: {meant}? Or add it to topics",
)
NO_STEP = Phrase(
    "в движке нет ни одного шага с этим топиком, а шаги с похожим ({other}) сейчас держат: {holders}",
    "no step in the engine has this topic, and steps of a similar one ({other}) are locked by {holders}",
)
OWN_TYPO = Phrase(
    "если в настройках опечатка, исправьте topics: {meant}; иначе ничего делать не нужно",
    "if the settings misspell it, correct topics: {meant}; otherwise nothing needs to be done",
)


def surroundings_of(engine: Engine, topics: Collection[str], exceptions: Sequence[str] = ()) -> Iterator[Finding]:
    """The findings. A failed call is one too, but not essential: the worker can work without these checks."""
    try:
        yield from _other_topics(engine, topics)
        yield from _without_steps(engine, topics)
        yield from _tenants(engine)
        yield from _locked_away(engine, topics)
        yield from _exceptions(engine, exceptions)
    except EngineError as error:
        cure = Phrase(
            "Дайте пользователю движка право READ на экземпляры процессов; без него неизвестно, какие ещё топики ждут.",
            "Grant the engine's user READ on process instances; without it other waiting topics are unknown.",
        )
        yield of_error(names.OTHER_TOPICS, error, essential=False, cure=cure)


def strangers_of(engine: Engine, settings: Settings) -> Iterator[Finding]:
    """Steps locked by a worker that the ledger does not know. Without a ledger, or an engine, others say so."""
    seconds = settings.ledger.heartbeat_seconds
    with (
        suppress(LedgerError, LedgerUnavailable, EngineError),
        closing(LedgerReader(settings.ledger.url, portal=None, engine=None, beat_seconds=seconds)) as reader,
    ):
        if found := held_by_strangers(engine, settings.topics, reader.views, timeout=CALL_SECONDS):
            told = explained(Trouble("engine", Cause.LOCKED_BY_STRANGER, said=said_of(found)))
            yield Finding(names.LOCKS_OF_STRANGERS, good=False, seen=told.sentence, cure=told.cure, essential=False)


def waiting_words(count: int) -> Phrase:
    """How many wait, such as `3 waiting`."""
    if count >= MOST_COUNTED:
        return Phrase(f"ждут {MOST_COUNTED} или больше", f"{MOST_COUNTED} or more waiting")
    return Phrase(f"ждут: {count}", f"{count} waiting")


def _exceptions(engine: Engine, exceptions: Sequence[str]) -> Iterator[Finding]:
    """Exceptions from the portal's templates that fit no process; none if our user may read no process at all."""
    odd = [one for one in exceptions if not engine.knows_process(one.removesuffix(REST), begins=one.endswith(REST))]
    if odd and engine.knows_process("", begins=True):
        seen, cure = NO_PROCESS.format(names=", ".join(odd)), CORRECT_KEYS
        yield Finding(names.EXCEPTIONS, good=False, seen=seen, cure=cure, essential=False)


def _other_topics(engine: Engine, topics: Collection[str]) -> Iterator[Finding]:
    """Topics with waiting tasks that this worker does not serve. Most of them belong to other workers."""
    found, more = unserved(engine, topics, timeout=CALL_SECONDS)
    for one in found:
        if one.meant:
            yield Finding(
                names.topic(one.topic),
                good=False,
                seen=NOT_SERVED.format(waiting=waiting_words(one.waiting)),
                cure=TYPO.format(meant=told_apart(one.topic, one.meant)),
                essential=False,
            )
    if others := sorted(str(one) for one in found if not one.meant):
        seen = unchanged(", ".join(others))
        yield Finding(names.TOPICS_OF_OTHERS, good=True, seen=MORE.format(seen=seen, more=more) if more else seen)


def _without_steps(engine: Engine, topics: Collection[str]) -> Iterator[Finding]:
    """Topics of ours that no step has, each beside a similar one whose steps another worker holds: it may be meant."""
    seen = engine.topics_seen(timeout=CALL_SECONDS)
    for topic in sorted({*topics} - {*seen}):
        for other in (one for one in seen if one not in topics and meant_by(one, [topic])):
            locked = engine.locked_beyond(other, datetime.now(UTC), timeout=CALL_SECONDS)
            if holders := sorted({one.worker_id or "?" for one in locked} - {engine.worker_id}):
                facts = {"other": other, "holders": ", ".join(holders[:MOST_HOLDERS])}
                cure = OWN_TYPO.format(meant=told_apart(topic, other))
                yield Finding(names.topic(topic), good=False, seen=NO_STEP.format(**facts), cure=cure, essential=False)


def _tenants(engine: Engine) -> Iterator[Finding]:
    """Tenants of ours that nothing belongs to. If that is true of all, nothing is served."""
    unknown = unknown_tenants(engine, timeout=CALL_SECONDS)
    if engine.tenants.ids:
        yield Finding(
            names.TENANTS,
            good=not unknown,
            seen=UNKNOWN.format(names=", ".join(unknown)) if unknown else unchanged(str(engine.tenants)),
            cure=Phrase(
                "проверьте camunda.tenant_ids: в движке нет ни определений, ни шагов этого тенанта",
                "check camunda.tenant_ids: the engine has neither definitions nor steps of this tenant",
            ),
            essential=len(unknown) == len(engine.tenants.ids),
        )


def _locked_away(engine: Engine, topics: Collection[str]) -> Iterator[Finding]:
    for one in locked_away(engine, topics, timeout=CALL_SECONDS):
        yield Finding(
            names.locks(one.topic),
            good=False,
            seen=LOCKED.format(count=one.count, holders=", ".join(one.holders)),
            cure=Phrase(
                f"если этот воркер больше не работает: takeover --from-worker {one.holders[0]}",
                f"if that worker no longer runs: takeover --from-worker {one.holders[0]}",
            ),
            essential=False,
        )
