"""Engine, portal and ledger on the status page: where they are, whether they work, and how they keep up."""

from __future__ import annotations

from worker.monitoring.health import HealthCheck
from worker.monitoring.page_model import About, Facts, Side
from worker.monitoring.pauses import in_full, of_lately, pauses_in
from worker.runtime.pause import Pause
from worker.words.codes import PartName
from worker.words.headline import PASSING_PARTS
from worker.words.page import WORDS, short_span, span
from worker.words.phrase import Language, Phrase, in_sentences, table_in

SIDES = ("engine", "portal", "ledger")
Named = list[tuple[str, str]]


def side(check: HealthCheck, facts: Facts, about: About, language: Language) -> Side:
    """One of the three sides. What the engine was not asked yet stands at its card: it may be nobody's trouble here."""
    words = table_in(language, WORDS)
    paused = [pause for pause in paused_parts(facts) if pause.side == check.name]
    parts = [pause.reason for pause in paused]
    unknown = [facts.incidents.callers_unknown] if check.name == "engine" and check.good else []
    reasons = [*([_cause(check)] if is_down(check) else []), *parts, of_lately(check), *unknown]
    in_part = any(pause.part not in PASSING_PARTS for pause in paused)
    mood, state = ("warn", "in_part") if check.good and in_part else ("good", "well")
    return Side(
        name=words[check.name],
        mood=mood if check.good else "wait" if check.not_yet else "bad",
        state=words[state if check.good else "probing" if check.not_yet else "down"],
        place={"engine": about.engine, "portal": about.portal, "ledger": about.ledger}[check.name],
        reason=in_sentences(*reasons).in_(language),
        facts={"engine": _of_engine, "portal": _of_portal, "ledger": _of_ledger}[check.name](facts, about, language),
    )


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
    strangers = [pause.count for pause in paused_parts(facts) if pause.part is PartName.STRANGER_LOCKED]
    in_work = words["in_flight_words"].format(count=facts.in_flight, most=about.most_in_hand)
    return [
        (words["answered"], _ago(facts.engine_answered, language)),
        (words["backlog"], words["not_known"] if flow.backlog is None else _number(flow.backlog)),
        (words["in_flight"], in_work),
        *((words["locked_away"], _number(count)) for count in strangers),
        *_latency(flow.engine_latency, language),
    ]


def _of_portal(facts: Facts, _: About, language: Language) -> Named:
    words, flow = table_in(language, WORDS), facts.flow
    found = [(words["answered"], _ago(flow.portal_answered, language))]
    if facts.calls_waiting:
        found.append((words["calls_waiting"], _number(facts.calls_waiting)))
    if facts.budgets:
        method, seconds = min(facts.budgets.items(), key=lambda pair: pair[1])
        found.append((words["budget_left"], f"{span(seconds, language)} ({method})"))
    return [*found, *_latency(flow.portal_latency, language)]


def _of_ledger(facts: Facts, _: About, language: Language) -> Named:
    words = table_in(language, WORDS)
    counts = facts.view.counts if facts.view else {}
    names = ("outcomes", "syncs")
    found = [(words[name], _number(counts[name]) if name in counts else words["not_known"]) for name in names]
    return [*found, *_latency(facts.flow.ledger_latency, language)]


def _latency(seconds: float | None, language: Language) -> Named:
    return [] if seconds is None else [(WORDS["latency"].in_(language), short_span(seconds, language))]


def _ago(seconds: float | None, language: Language) -> str:
    words = table_in(language, WORDS)
    if seconds is None:
        return words["never"]
    return words["just_now"] if seconds < 1 else words["ago"].format(ago=span(seconds, language))


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
