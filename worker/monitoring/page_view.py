"""Works out what the status page shows from plain facts: the headline, and what each part has to say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from worker.engine.incidents import HANGS
from worker.ledger.task_pages import TaskPage
from worker.monitoring.headline import Condition, headline
from worker.monitoring.page_charts import charted, charts
from worker.monitoring.page_groups import group
from worker.monitoring.page_incidents import MISSPELT, NAME as INCIDENTS, STUCK, groups_of, not_known, waits_of
from worker.monitoring.page_model import About, Facts, Group, Listing, View, Wanted
from worker.monitoring.page_rows import Rows
from worker.monitoring.page_sides import SIDES, UNKNOWN_STEPS, is_down, paused_parts, side, why_down
from worker.monitoring.page_tasks import TaskLines
from worker.monitoring.page_warnings import held, lost, warned
from worker.monitoring.pauses import in_full, is_beside, pauses_in, urgent_first
from worker.words.codes import HOLDS_NOTHING, PartName
from worker.words.headline import NEEDS
from worker.words.page import WORDS, span
from worker.words.phrase import Language, table_in

NEWEST = Wanted()
HOLD_STEPS = frozenset((PartName.GONE_TASKS, PartName.GONE_STEPS, PartName.ANSWERS))
"""Parts without which steps that wait for people may not end."""
OF_THE_LEDGER = frozenset(("not_accepted", "parked", "not_served", "unread", "given_up"))
"""Kinds of `NEEDS` that only the ledger knows."""


def view_of(
    facts: Facts, about: About, language: Language, wanted: Wanted = NEWEST, found: TaskPage | None = None
) -> View:
    """The whole page in one language. `found`: the tasks that are `wanted`, unless these are the newest."""
    words = table_in(language, WORDS)
    rows = Rows(facts.view, facts, about, language) if facts.view else None
    needs = needs_of(facts, about, language)
    paused = {pause.part for pause in paused_parts(facts)}
    waits = [
        *(rows.waits(syncs_paused=PartName.SYNCS in paused) if rows else ()),
        *waits_of(facts.incidents, facts.at, about, language),
    ]
    mood, said = headline(_condition(facts, [*needs, *waits]))
    missing, seen = facts.incidents.missing, facts.incidents
    apart = len({one.id for one in (*seen.suspended, *seen.in_control)})
    return View(
        language=language,
        mood=mood,
        headline=said.in_(language),
        reasons=_reasons(facts, language),
        updated=words["updated"].format(time=datetime.fromtimestamp(facts.at).astimezone().strftime("%H:%M:%S")),
        sides=[side(check, facts, about, language) for check in facts.ready if check.name in SIDES],
        charts=charts(facts.rates, words),
        charted=charted(facts.rates_cover, language),
        people=rows.people(apart=apart, missing=missing, all_known=not paused & UNKNOWN_STEPS) if rows else "",
        needs=needs,
        waits=waits,
        waits_title=words[_title_of_what_waits(facts, waits)],
        unknown=not_known(facts.incidents, language),
        tasks=_tasks(facts, about, language, wanted, found),
        no_tasks=words["ledger_unreadable" if _is_ledger_down(facts) else "ledger_late"],
        wanted=wanted,
        warnings=[warned(one, facts.at, about, language) for one in facts.warnings],
        about=_about(facts, about, language),
    )


def needs_of(facts: Facts, about: About, language: Language) -> list[Group]:
    """What needs a person, as far as it is known."""
    met = [*groups_of(facts.incidents, facts.at, about, language), *_warned(facts, about, language)]
    return met + (Rows(facts.view, facts, about, language).needs() if facts.view else [])


def known_needs(facts: Facts) -> Collection[str]:
    """Of which kinds it is known whether there are any, by the names of the headline."""
    seen = facts.incidents
    unknown = set() if seen.known and seen.asked else {INCIDENTS, STUCK, HANGS}
    unknown |= {name for name, some in ((STUCK, seen.stuck), (MISSPELT, seen.misspelt)) if some is None}
    return NEEDS.keys() - unknown - (set() if facts.view else OF_THE_LEDGER)


def _warned(facts: Facts, about: About, language: Language) -> list[Group]:
    """The steps in hand that do not go on although the portal answers, and that the log is not written."""
    words, now = table_in(language, WORDS), (facts.warnings, facts.at, about, language)
    return [group(name, some, len(some), words) for name, some in (("held", held(*now)), ("log", lost(*now))) if some]


def _reasons(facts: Facts, language: Language) -> list[str]:
    """What is wrong, and how to fix it."""
    words = table_in(language, WORDS)
    ended = [f"{words['threads']}: {check.reason.in_(language)}" for check in facts.alive if not check.good]
    down = [
        why_down(check, facts, language)
        for check in urgent_first(facts.ready)
        if check.name in SIDES and is_down(check)
    ]
    paused = pauses_in(facts.ready)
    parts = [in_full(pause, facts.meanwhile, beside=is_beside(pause, paused)) for pause in paused_parts(facts)]
    return [*ended, *down, *(told.in_(language) for told in parts)]


def _is_ledger_down(facts: Facts) -> bool:
    return any(is_down(check) for check in facts.ready if check.name == "ledger")


def _tasks(facts: Facts, about: About, language: Language, wanted: Wanted, found: TaskPage | None) -> Listing | None:
    if facts.view is None:
        return None
    if wanted == NEWEST:
        found = TaskPage(facts.view.newest, facts.view.older)
    lines = TaskLines(facts.view.at, facts, about, language)
    return lines.listing(found, wanted) if found else None


# --- the headline ---


def _condition(facts: Facts, groups: Iterable[Group]) -> Condition:
    seen = facts.incidents
    return Condition(
        wrong=[check.name for check in (*facts.alive, *facts.ready) if not check.good],
        not_yet=[check.name for check in facts.ready if check.not_yet],
        causes={pause.side: pause.cause for pause in pauses_in(facts.ready) if pause.part is None},
        parts={pause.part: pause.count for pause in paused_parts(facts) if pause.part},
        passes=_sides_pass(facts),
        counts={group.name: group.count for group in groups},
        incidents="not_asked" if not seen.asked else "known" if seen.known and seen.stuck is not None else "unknown",
    )


def _title_of_what_waits(facts: Facts, waits: Sequence[Group]) -> str:
    """Whether it goes on without a person, if anything waits.

    If a worker has fallen silent amid a create, only as long as another one of the ledger runs.

    While only a part is paused, steps for people do, but for those that it has paused: of them some cannot end, and
    others still wait for people.
    """
    if facts.view and any(one.absent and one.external_task_id not in facts.creates for one in facts.view.creating):
        return "waits_or_not"
    if not waits and not (facts.view and facts.view.counts["waiting"]):
        return "waits_or_not"
    held = {pause.part for pause in paused_parts(facts) if not pause.passes and pause.part not in HOLDS_NOTHING}
    if not _sides_pass(facts) or (held and waits):
        return "waits_for_the_fix"
    return "waits_in_part" if held & HOLD_STEPS else "waits"


def _sides_pass(facts: Facts) -> bool:
    return all(check.passes for check in facts.ready if check.name in SIDES and is_down(check))


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
