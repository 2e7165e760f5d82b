"""Engine, portal and ledger on the status page: where they are, whether they work, and how they keep up."""

from __future__ import annotations

from collections.abc import Sequence

from worker.monitoring.health import HealthCheck
from worker.monitoring.page_model import About, Facts, Side
from worker.monitoring.pauses import in_full, of_lately, pauses_in
from worker.runtime.call_times import Latency
from worker.runtime.pause import Pause
from worker.words.codes import SLOW, PartName
from worker.words.headline import PASSING_PARTS
from worker.words.page import WORDS, short_span, span
from worker.words.phrase import NOTHING, Language, Phrase, as_sentence, in_sentences, table_in

SIDES = ("engine", "portal", "ledger")
UNKNOWN_STEPS = frozenset((PartName.LEFT_LOCKED, PartName.STRANGER_LOCKED))
"""Parts that tell of locked steps of which the ledger has no row."""
Named = list[tuple[str, str]]


def side(check: HealthCheck, facts: Facts, about: About, language: Language) -> Side:
    """One of the three sides. What the engine was not asked yet stands at its card: it may be nobody's trouble here."""
    words = table_in(language, WORDS)
    paused = [pause for pause in paused_parts(facts) if pause.side == check.name and pause.part != PartName.MACHINE]
    parts = [pause.reason for pause in paused]
    unknown = [facts.incidents.callers_unknown] if check.name == "engine" and check.good else []
    reasons = [*([_cause(check)] if is_down(check) else []), *parts, of_lately(check), *unknown]
    hurt = [pause.part for pause in paused if pause.part not in PASSING_PARTS]
    mood, state = ("warn", "slow" if SLOW.issuperset(hurt) else "in_part") if check.good and hurt else ("good", "well")
    return Side(
        name=words[check.name],
        mood=mood if check.good else "wait" if check.not_yet else "bad",
        state=words[state if check.good else "probing" if check.not_yet else "down"],
        place={"engine": about.engine, "portal": about.portal, "ledger": about.ledger}[check.name],
        reason=_told(reasons).in_(language),
        facts={"engine": _of_engine, "portal": _of_portal, "ledger": _of_ledger}[check.name](facts, about, language),
    )


def _told(reasons: Sequence[Phrase]) -> Phrase:
    """Each a sentence of its own: what is told first follows the name of the side."""
    first, *others = [*filter(None, reasons), NOTHING]
    return in_sentences(first, *map(as_sentence, filter(None, others)))


def is_down(check: HealthCheck) -> bool:
    """Whether this side does not work, as far as it was looked at."""
    return not check.good and not check.not_yet


def paused_parts(facts: Facts) -> list[Pause]:
    """The pauses of parts of the work while their side works."""
    return [pause for pause in pauses_in(facts.ready) if pause.part]


def why_down(check: HealthCheck, facts: Facts, language: Language) -> str:
    """Why a side is down, how to fix it, since when, and what waits meanwhile."""
    return (in_full(check.pause, facts.meanwhile) if check.pause else check.reason).in_(language)


def _cause(check: HealthCheck) -> Phrase:
    """What happened and how to fix it: since when, and what waits, is said at the top."""
    return check.pause.reason if check.pause else check.reason


def _of_engine(facts: Facts, about: About, language: Language) -> Named:
    words, flow = table_in(language, WORDS), facts.flow
    locked = {pause.part: pause.count for pause in paused_parts(facts) if pause.part in UNKNOWN_STEPS}
    in_work = words["in_flight_words"].format(count=facts.in_flight, most=about.most_in_hand)
    return [
        (words["answered"], _ago(facts.engine_answered, language)),
        (words["backlog"], words["not_known"] if flow.backlog is None else _number(flow.backlog)),
        (words["in_flight"], in_work),
        *((words[part], _number(count)) for part, count in locked.items() if part),
        *([(words["silent_locked"], _number(flow.silent_locked))] if flow.silent_locked else []),
        *_latency(flow.engine, language),
    ]


def _of_portal(facts: Facts, _: About, language: Language) -> Named:
    words, flow = table_in(language, WORDS), facts.flow
    found = [(words["answered"], _ago(flow.portal_answered, language))]
    if facts.calls_waiting:
        found.append((words["calls_waiting"], _number(facts.calls_waiting)))
    if facts.budgets:
        method, seconds = min(facts.budgets.items(), key=lambda pair: pair[1])
        found.append((words["budget_left"], f"{span(seconds, language)} ({method})"))
    return [*found, *_latency(flow.portal, language)]


def _of_ledger(facts: Facts, _: About, language: Language) -> Named:
    words = table_in(language, WORDS)
    counts = facts.view.counts if facts.view else {}
    names = ("outcomes", "syncs")
    found = [(words[name], _number(counts[name]) if name in counts else words["not_known"]) for name in names]
    return [*found, *_latency(Latency(facts.flow.ledger_latency), language)]


def _latency(latency: Latency, language: Language) -> Named:
    """What a call takes now, and usually, as far as it is known."""
    words = table_in(language, WORDS)
    named = {"now": latency.now, "usual": latency.usual}
    told = {name: short_span(seconds, language) for name, seconds in named.items() if seconds is not None}
    form = words["latency_both"] if len(told) == 2 else "{now}" if "now" in told else words["latency_usual"]
    return [(words["latency"], form.format(**told))] if told else []


def _ago(seconds: float | None, language: Language) -> str:
    words = table_in(language, WORDS)
    if seconds is None:
        return words["never"]
    return words["just_now"] if seconds < 1 else words["ago"].format(ago=span(seconds, language))


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
