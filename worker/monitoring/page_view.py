"""Works out what the status page shows from plain facts: headline, sides, charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from worker.ledger import Counted
from worker.monitoring.health import HealthCheck
from worker.monitoring.page_incidents import NAME, group_of, not_known
from worker.monitoring.page_model import HEIGHT, WIDTH, About, Chart, Facts, Group, Side, View
from worker.monitoring.page_rows import Rows
from worker.monitoring.page_warnings import warned
from worker.monitoring.rates import MINUTE, MINUTES
from worker.runtime.gate import NOT_PROBED
from worker.words.incident_words import WORDS as OF_INCIDENTS, need_a_decision
from worker.words.page import WORDS, span
from worker.words.phrase import Language, table_in

SIDES = ("engine", "portal", "ledger")
HOUR_SECONDS = MINUTE * MINUTES
CHARTED = (
    Counted.TASKS_FETCHED,
    Counted.WAITING_FETCHED,
    Counted.TASKS_CREATED,
    Counted.TASKS_COMPLETED,
    Counted.TASKS_FAILED,
    Counted.SYNC_REQUESTS_SENT,
)


def view_of(facts: Facts, about: About, language: Language) -> View:
    """The whole page in one language."""
    words = table_in(language, WORDS)
    rows = Rows(facts.view, facts.doubtful, about, language) if facts.view else None
    decide = group_of(facts.incidents, facts.at, about, language)
    groups = [*([decide] if decide.count else []), *(rows.groups() if rows else [])]
    mood, headline = _headline(facts, groups, language)
    ended = [f"{words['threads']}: {check.reason}" for check in facts.alive if not check.good]
    refused = [facts.refusal] if facts.refusal else []
    return View(
        language=language,
        mood=mood,
        headline=headline,
        reasons=[*ended, *refused],
        updated=words["updated"].format(time=datetime.fromtimestamp(facts.at).astimezone().strftime("%H:%M:%S")),
        sides=[_side(check, facts, about, language) for check in facts.ready if check.name in SIDES],
        rates=_rates(facts, language),
        charts=[_chart(name, facts.rates.get(name, ()), words) for name in CHARTED],
        people=rows.people() if rows else "",
        unknown=not_known(facts.incidents, language),
        groups=groups,
        lines=rows.lines() if rows else None,
        warnings=[warned(one, facts.at, about, language) for one in facts.warnings],
        about=_about(facts, about, language),
    )


# --- the headline ---


def _headline(facts: Facts, groups: Iterable[Group], language: Language) -> tuple[str, str]:
    words = table_in(language, WORDS)
    wrong = {check.name: check.reason for check in (*facts.alive, *facts.ready) if not check.good}
    down = [side for side in SIDES if side in wrong and wrong[side] != NOT_PROBED]
    if "threads" in wrong:
        return "bad", words["thread_ended"]
    if "running" in wrong:
        return "wait", words["stopping"]
    if down:
        waits = all(check.passes for check in facts.ready if check.name in down)
        headline = words["side_down" if waits else "side_needs_help"]
        return "bad", headline.format(sides=", ".join(words[f"{side}_down"] for side in down))
    if facts.refusal:
        return "bad", words["fetch_refused"]
    if any(side in wrong for side in SIDES) or ("poll" in wrong and facts.since_poll is None):
        return "wait", words["starting"]
    if wrong:
        return "bad", words["no_poll"]
    return _of_what_waits(facts, {group.name: group.count for group in groups}, language)


def _of_what_waits(facts: Facts, counts: Mapping[str, int], language: Language) -> tuple[str, str]:
    """The headline of a worker that works, by what a person must know first."""
    words = table_in(language, WORDS)
    if counts.get(NAME):
        return "warn", words["but"].format(what=need_a_decision(counts[NAME]).in_(language))
    for name in ("parked", "not_served", "unsettled", "doubtful", "late", "unread"):
        if counts.get(name):
            return "warn", words[f"but_{name}"].format(count=counts[name])
    if not facts.incidents.known:
        return "warn", OF_INCIDENTS["but_unknown"].in_(language)
    return "good", words["works"]


def _side(check: HealthCheck, facts: Facts, about: About, language: Language) -> Side:
    words = table_in(language, WORDS)
    probing = check.reason == NOT_PROBED
    mood = "good" if check.good else "wait" if probing else "bad"
    place = {
        "engine": about.engine,
        "portal": about.portal,
        "ledger": words["ledger_shared" if about.shared_ledger else "ledger_file"],
    }[check.name]
    reason = "" if probing else check.reason
    if check.name == "engine" and not reason:
        ago = facts.since_poll
        reason = words["not_polled"] if ago is None else words["last_poll"].format(ago=span(ago, language))
    if check.name == "portal" and not reason:
        reason = _held_back(facts, language)
    state = words["well" if check.good else "probing" if probing else "down"]
    return Side(words[check.name], mood, state, place, reason)


def _held_back(facts: Facts, language: Language) -> str:
    """How many calls the portal's limits hold back, and the smallest budget left."""
    words, parts = table_in(language, WORDS), []
    if facts.calls_waiting:
        parts.append(words["calls_waiting"].format(count=facts.calls_waiting))
    if facts.budgets:
        method, seconds = min(facts.budgets.items(), key=lambda pair: pair[1])
        parts.append(words["budget_left"].format(method=method, span=span(seconds, language)))
    return "; ".join(parts)


# --- the charts ---


def _rates(facts: Facts, language: Language) -> str:
    """The time that the charts cover: an hour, or less after a start, so that nobody takes a restart for quiet."""
    words = table_in(language, WORDS)
    if facts.rates_cover >= HOUR_SECONDS - MINUTE:
        return words["rates"]
    return words["rates_since_start"].format(span=span(facts.rates_cover, language))


def _chart(name: str, values: Sequence[float], words: Mapping[str, str]) -> Chart:
    highest = max(values, default=0.0)
    first = WIDTH - len(values)
    bars = [
        (first + place, round(HEIGHT - height, 2), round(height, 2))
        for place, value in enumerate(values)
        if (height := max(value / highest * HEIGHT, 1.0) if value else 0.0)
    ]
    total, peak = _number(sum(values)), _number(highest)
    label = words["chart"].format(name=words[name], total=total, peak=peak)
    bad = name == Counted.TASKS_FAILED
    return Chart(words[name], label, total, words["peak"].format(peak=peak) if highest else "", bars, bad)


def _number(value: float) -> str:
    return f"{round(value):,}".replace(",", "\u202f") if value >= 10 or value == int(value) else f"{value:.1f}"


# --- about ---


def _about(facts: Facts, about: About, language: Language) -> list[tuple[str, str]]:
    words = table_in(language, WORDS)
    return [
        (words["version"], about.version),
        (words["worker_id"], about.worker_id),
        (words["uptime"], span(facts.uptime, language)),
        (words["in_flight"], words["in_flight_words"].format(count=facts.in_flight, most=about.max_in_flight)),
        (words["creates_allowed"], words["creates_words"].format(count=facts.creates_allowed)),
        (words["topics"], ", ".join(about.served.topics)),
        *((words[f"since_{name}"], span(seconds, language)) for name, seconds in facts.since_rounds.items()),
    ]
