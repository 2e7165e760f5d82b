"""Looks up the people, groups and parent tasks that a model's steps name by constants, if a portal is configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bitrix.errors import PortalError
from worker.commands.check.client import client_of_check
from worker.commands.check.finding import Finding, of_error
from worker.commands.check.named_lookup import DISMISSED, KINDS, READERS, Constant, NamedLookup, Seen
from worker.config.settings import Settings
from worker.mapping.checklists import ChecklistItem
from worker.mapping.faults import reason_of
from worker.mapping.fields import people
from worker.mapping.unfit import Unfit
from worker.steps.bpmn.step import Step
from worker.steps.people_of_drafts import CHECKLISTS, RESPONSIBLE
from worker.steps.trial import constant_fields
from worker.words import look_names as names
from worker.words.phrase import Phrase, unchanged

MOST = 50
"""How many of one model are looked up; each may cost a call."""
NO_PORTAL = Phrase(
    "не проверено: BITRIX_WEBHOOK_URL не задан ({named})", "not looked up: BITRIX_WEBHOOK_URL is not set ({named})"
)
TOO_MANY = Phrase("не проверено: {count} сверх первых {most}", "not looked up: {count} beyond the first {most}")
SEEN = unchanged("{place}: {wrong}")
RESPONSIBLE_NOT_SHOWN = Phrase(
    "исправьте модель: если такого сотрудника нет, портал откажет, и вместо задачи будет инцидент",
    "correct the model: if there is no such user, the portal refuses, and the step becomes an incident without a task",
)
MADE_ALL_THE_SAME = Phrase(
    "исправьте модель: задача будет создана и так, а об этом скажет только лог",
    "correct the model: the task is made all the same, and only the log says so",
)


def named_of_model(settings: Settings, model: str, ours: Mapping[str, Step]) -> list[Finding]:
    """The findings for all steps; one that says so if there is no portal to ask. Empty: the model names nobody."""
    by_step = {id_: list(_constants(step, settings)) for id_, step in ours.items()}
    named = list(dict.fromkeys((one.field, str(one.value)) for several in by_step.values() for one in several))
    if not named:
        return []
    what = names.named_of(model)
    if settings.portal is None:
        told = dict.fromkeys(f"{one.path} = {_text(one)}" for several in by_step.values() for one in several)
        return [Finding(what, good=True, seen=NO_PORTAL.format(named=", ".join(told)), checked=False)]
    try:
        with client_of_check(settings) as client:
            found = list(_looked_up(NamedLookup(client), model, by_step, named[:MOST]))
    except PortalError as error:
        return [of_error(what, error, essential=False)]
    if (beyond := len(named) - MOST) > 0:
        found.append(Finding(what, good=True, seen=TOO_MANY.format(count=beyond, most=MOST), checked=False))
    return found


def _looked_up(
    lookup: NamedLookup, model: str, by_step: Mapping[str, list[Constant]], named: list[tuple[str, str]]
) -> Iterator[Finding]:
    for id_, several in by_step.items():
        for seen in lookup.look([one for one in several if (one.field, str(one.value)) in named]):
            if seen.wrong:
                yield _finding(names.step(model, id_), seen, seen.wrong)


def _finding(what: Phrase, seen: Seen, wrong: Phrase) -> Finding:
    if seen.refused:
        return Finding(what, good=False, seen=seen.place, cure=reason_of("dismissed") if wrong is DISMISSED else wrong)
    cure = RESPONSIBLE_NOT_SHOWN if seen.constant.field == RESPONSIBLE else MADE_ALL_THE_SAME
    return Finding(what, good=False, seen=SEEN.format(place=seen.place, wrong=wrong), cure=cure, essential=False)


def _constants(step: Step, settings: Settings) -> Iterator[Constant]:
    """The constants of a step that its tasks get, and that their readers accept: others are refused elsewhere."""
    topic = step.topic or ""
    if topic in settings.templates.topics:  # a template of the portal may decide otherwise
        return
    for name, field, value in constant_fields(step, settings.topics[topic]):
        if field not in {*KINDS, CHECKLISTS}:
            continue
        try:
            read = READERS[field](value)
        except Unfit:
            continue
        if field == CHECKLISTS:
            yield from _members(topic, read)
        elif read:
            yield Constant(topic, name, field, read)


def _members(topic: str, lists: list[ChecklistItem]) -> Iterator[Constant]:
    for item in (one for each in lists for one in each.all()):
        for role, value in (("accomplices", item.accomplices), ("auditors", item.auditors)):
            if value:
                yield Constant(topic, f"checklists.{role}", role.upper(), people(value))


def _text(one: Constant) -> str:
    several = one.value if isinstance(one.value, list) else [one.value]
    return ", ".join(str(getattr(value, "text", value)) for value in several)
