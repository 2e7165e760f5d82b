"""Works out what the status page shows from plain facts: the headline, and what each part has to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from worker.ledger.task_pages import TaskPage
from worker.monitoring.page_charts import charted, charts
from worker.monitoring.page_incidents import NAME, group_of, not_known
from worker.monitoring.page_model import About, Facts, Group, Listing, View, Wanted
from worker.monitoring.page_rows import Rows
from worker.monitoring.page_sides import SIDES, is_down, paused_parts, side, why_down
from worker.monitoring.page_tasks import TaskLines
from worker.monitoring.page_warnings import warned
from worker.monitoring.pauses import in_full
from worker.words.codes import PartName
from worker.words.incident_words import WORDS as OF_INCIDENTS, need_a_decision
from worker.words.page import WORDS, span
from worker.words.phrase import Language, table_in

NEWEST = Wanted()


def view_of(
    facts: Facts, about: About, language: Language, wanted: Wanted = NEWEST, found: TaskPage | None = None
) -> View:
    """The whole page in one language. `found`: the tasks that are `wanted`, unless these are the newest."""
    words = table_in(language, WORDS)
    rows = Rows(facts.view, facts.doubtful, about, language) if facts.view else None
    decide = group_of(facts.incidents, facts.at, about, language)
    needs = [*([decide] if decide.count else []), *(rows.needs() if rows else [])]
    waits = rows.waits() if rows else []
    mood, headline = _headline(facts, [*needs, *waits], language)
    return View(
        language=language,
        mood=mood,
        headline=headline,
        reasons=_reasons(facts, language),
        updated=words["updated"].format(time=datetime.fromtimestamp(facts.at).astimezone().strftime("%H:%M:%S")),
        sides=[side(check, facts, about, language) for check in facts.ready if check.name in SIDES],
        charts=charts(facts.rates, words),
        charted=charted(facts.rates_cover, language),
        people=rows.people() if rows else "",
        needs=needs,
        waits=waits,
        waits_title=words["waits" if _passes(facts) else "waits_for_the_fix"],
        unknown=not_known(facts.incidents, language),
        tasks=_tasks(facts, about, language, wanted, found),
        wanted=wanted,
        warnings=[warned(one, facts.at, about, language) for one in facts.warnings],
        about=_about(facts, about, language),
    )


def _reasons(facts: Facts, language: Language) -> list[str]:
    """What is wrong, and how to fix it."""
    words = table_in(language, WORDS)
    ended = [f"{words['threads']}: {check.reason}" for check in facts.alive if not check.good]
    down = [why_down(check, facts, language) for check in facts.ready if check.name in SIDES and is_down(check)]
    return [*ended, *down, *(in_full(pause, facts.meanwhile).in_(language) for pause in paused_parts(facts))]


def _tasks(facts: Facts, about: About, language: Language, wanted: Wanted, found: TaskPage | None) -> Listing | None:
    if facts.view is None:
        return None
    if wanted == NEWEST:
        found = TaskPage(facts.view.newest, facts.view.older)
    return TaskLines(facts.view.at, facts.doubtful, about, language).listing(found, wanted) if found else None


# --- the headline ---


def _headline(facts: Facts, groups: Iterable[Group], language: Language) -> tuple[str, str]:
    words = table_in(language, WORDS)
    wrong = {check.name: check.reason for check in (*facts.alive, *facts.ready) if not check.good}
    down = [check.name for check in facts.ready if check.name in SIDES and is_down(check)]
    if "threads" in wrong:
        return "bad", words["thread_ended"]
    if "running" in wrong:
        return "wait", words["stopping"]
    if down:
        headline = words["side_down" if _passes(facts) else "side_needs_help"]
        return "bad", headline.format(sides=", ".join(words[f"{side}_down"] for side in down))
    if any(pause.part is PartName.FETCH for pause in paused_parts(facts)):
        return "bad", words["fetch_refused"]
    if any(side in wrong for side in SIDES) or ("poll" in wrong and facts.since_poll is None):
        return "wait", words["starting"]
    if wrong:
        return "bad", words["no_poll"]
    return _of_what_waits(facts, {group.name: group.count for group in groups}, language)


def _passes(facts: Facts) -> bool:
    """Whether what is paused may go on without a person."""
    sides = all(check.passes for check in facts.ready if check.name in SIDES and is_down(check))
    return sides and all(pause.passes for pause in paused_parts(facts) if pause.part is not PartName.CLOCK)


def _of_what_waits(facts: Facts, counts: Mapping[str, int], language: Language) -> tuple[str, str]:
    """The headline of a worker that works, by what a person must know first."""
    words = table_in(language, WORDS)
    for pause in paused_parts(facts):
        return "warn", words["but"].format(what=words[f"{pause.part}_paused"])
    if counts.get(NAME):
        return "warn", words["but"].format(what=need_a_decision(counts[NAME]).in_(language))
    for name in ("parked", "not_served", "unsettled", "doubtful", "late", "unread"):
        if counts.get(name):
            return "warn", words[f"but_{name}"].format(count=counts[name])
    if not facts.incidents.asked:
        return "wait", words["starting"]
    if not facts.incidents.known:
        return "warn", OF_INCIDENTS["but_unknown"].in_(language)
    return "good", words["works"]


# --- about ---


def _about(facts: Facts, about: About, language: Language) -> list[tuple[str, str]]:
    words = table_in(language, WORDS)
    return [
        (words["version"], about.version),
        (words["worker_id"], about.worker_id),
        (words["uptime"], span(facts.uptime, language)),
        (words["creates_allowed"], words["creates_words"].format(count=facts.creates_allowed)),
        (words["topics"], ", ".join(about.served.topics)),
        *((words[f"since_{name}"], span(seconds, language)) for name, seconds in facts.since_rounds.items()),
    ]
