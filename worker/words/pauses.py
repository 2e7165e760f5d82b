"""What is said of a pause besides its cause: whether it ends by itself, since when, and what waits meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bitrix.causes import Side
from worker.words.codes import HOLDS_NOTHING, SLOW, Outlook, PartName, SideName
from worker.words.page import span
from worker.words.phrase import NOTHING, Phrase, joined, unchanged

PASSES = Phrase(
    "Может пройти без вмешательства, работа продолжится автоматически",
    "It may end without you, and work resumes automatically",
)
STAYS = Phrase(
    "Само не пройдёт: работа продолжится, когда причину устранят",
    "It does not end without you: work resumes once it is fixed",
)
RESTART = Phrase(
    "Изменённая настройка действует после перезапуска воркера",
    "A changed setting takes effect after a restart of the worker",
)
SETTING = re.compile(r"\b[A-Z]{2,}(_[A-Z\d]+)+\b|\b[a-z]+\.[a-z_]{2,}\b")
"""The name of a setting in a cure."""
PARTS: Mapping[PartName, Phrase] = {
    PartName.FETCH: Phrase(
        "Новые задачи не запрашиваются, начатые идут дальше", "No new tasks are fetched, those begun go on"
    ),
    PartName.SYNCS: Phrase(
        "Стоят только синхронизации. Задачи создаются и завершаются, поэтому /readyz отвечает, что воркер готов",
        "Only synchronisations are paused. Tasks are created and completed, so /readyz says that the worker is ready",
    ),
    PartName.GONE_TASKS: Phrase(
        "Ждут только шаги этих задач. Остальные обслуживаются, поэтому /readyz отвечает, что воркер готов",
        "Only the steps of these tasks wait. The others are served, so /readyz says that the worker is ready",
    ),
    PartName.GONE_STEPS: Phrase(
        "Не меняются только задачи этих шагов. Остальные обслуживаются, поэтому /readyz отвечает, что воркер готов",
        "Only the tasks of these steps are left alone. The others are served, so /readyz says that the worker is ready",
    ),
    PartName.ANSWERS: Phrase(
        "Ждут только шаги, задачи которых закрыты с ответом. Остальные обслуживаются, поэтому /readyz отвечает, что "
        "воркер готов",
        "Only steps wait whose tasks are closed with an answer. The others are served, so /readyz says that the worker "
        "is ready",
    ),
    PartName.CHANGES: Phrase(
        "Ответы не теряются, поэтому /readyz отвечает, что воркер готов; но воркер при каждом опросе смотрит на все "
        "ожидающие задачи, и вызовов портала больше",
        "No answer is lost, so /readyz says that the worker is ready; but the worker looks at all waiting tasks in "
        "each poll, so the portal gets more calls",
    ),
    PartName.LEFT_LOCKED: Phrase(
        "Ждут только эти шаги. Остальные обслуживаются, поэтому /readyz отвечает, что воркер готов",
        "Only these steps wait. The others are served, so /readyz says that the worker is ready",
    ),
    PartName.STRANGER_LOCKED: Phrase(
        "Ждут только эти шаги. Остальные обслуживаются, поэтому /readyz отвечает, что воркер готов",
        "Only these steps wait. The others are served, so /readyz says that the worker is ready",
    ),
    **dict.fromkeys(
        SLOW,
        Phrase(
            "Работа не стоит, а идёт медленнее, поэтому /readyz отвечает, что воркер готов",
            "Work is not paused, only slower, so /readyz says that the worker is ready",
        ),
    ),
    PartName.NEW_LEDGER: Phrase(
        "Работа не стоит, поэтому /readyz отвечает, что воркер готов",
        "Work is not paused, so /readyz says that the worker is ready",
    ),
    PartName.CLOCK: Phrase(
        "Работа не стоит, поэтому /readyz отвечает, что воркер готов; неверны только даты",
        "Work is not paused, so /readyz says that the worker is ready; only dates are wrong",
    ),
}
"""What is paused and what goes on, if it is not a whole side; and why the worker counts as ready."""
SINCE = Phrase("С {time}, уже {span}", "Since {time}, for {span}")
NEXT = Phrase("следующая проверка через {span}", "next check in {span}")
ON_TRIAL = Phrase(
    "проверка удалась, решит следующий такой вызов, самое позднее через {span}",
    "a check succeeded, the next such call decides, in {span} at the latest",
)
CHECKED = Phrase("проверяется сейчас", "being checked now")
MEANWHILE = Phrase("Тем временем ждут: {what}", "Waiting meanwhile: {what}")
NOT_KNOWN = Phrase("Ждёт ли тем временем что-нибудь, неизвестно", "Whether anything waits meanwhile is not known")
NOTHING_WAITS = Phrase("Тем временем ничего не ждёт", "Nothing waits meanwhile")
WAITS: Mapping[str, Phrase] = {
    "backlog": Phrase("шагов в движке, которые ещё не взяты: {count}", "steps in the engine not yet fetched: {count}"),
    "inHand": Phrase("задач в работе: {count}", "tasks in hand: {count}"),
    "waiting": Phrase("шагов, ждущих людей: {count}", "steps that wait for people: {count}"),
    "outcomes": Phrase("итогов для движка: {count}", "outcomes for the engine: {count}"),
    "syncs": Phrase("синхронизаций ещё не принято: {count}", "synchronisations not yet accepted: {count}"),
}
"""What may wait, by its name in `/readyz` and `status --json`."""
WAITS_FOR_PART: Mapping[PartName, tuple[str, ...]] = {
    PartName.FETCH: tuple(WAITS),
    PartName.SYNCS: ("syncs",),
    PartName.GONE_TASKS: (),
    PartName.GONE_STEPS: (),
    PartName.ANSWERS: (),
    PartName.CHANGES: (),
    PartName.CLOCK: (),
    PartName.NEW_LEDGER: (),
    PartName.LEFT_LOCKED: (),
    PartName.STRANGER_LOCKED: (),
    PartName.SLOW_ENGINE: ("backlog", "inHand", "outcomes"),
    PartName.SLOW_PORTAL: ("backlog", "inHand", "syncs"),
    PartName.SLOW_LEDGER: ("backlog", "inHand"),
    PartName.MACHINE: ("backlog", "inHand"),
}
"""What of it waits for a part of the work; how many tasks or steps are gone is said with the cause."""


TAKES = Phrase("вызов занимает {span}", "a call takes {span}")
ANSWERS_IN = Phrase("ответ приходит не позже чем через {span}", "an answer comes within {span}")
NO_CALLS = Phrase("в последние минуты вызовов не было", "there were no calls in the last minutes")
LATELY = Phrase(
    "{side}: пауз за последний час: {count}, вместе {span}; последняя до {time}",
    "{side}: paused {count} times in the last hour, together {span}; the last until {time}",
)

RESUMED = Phrase("Получение задач возобновлено", "Fetching has resumed")
STAYS_PAUSED = Phrase(
    "Получение задач ещё приостановлено по другой причине ({others}), а эта устранена",
    "Fetching is still paused for another reason ({others}), but this one is gone",
)
BESIDES = Phrase(". Кроме того, {what}", ". Besides, {what}")
OF_SIDE = unchanged("{side}: {said}")


def besides(others: Sequence[tuple[Side, Phrase]]) -> Phrase:
    """What else keeps tasks from being fetched, by its side, to follow another sentence; empty if nothing does."""
    told = [OF_SIDE.format(side=SideName(side).phrase, said=said) for side, said in others]
    return BESIDES.format(what=joined("; ", told)) if told else NOTHING


def ended_for(others: Sequence[Side]) -> Phrase:
    """That a pause has ended. `others`: the sides for which no tasks are fetched all the same."""
    names = joined(", ", [SideName(side).phrase for side in others])
    return STAYS_PAUSED.format(others=names) if names else RESUMED


def spans(seconds: float) -> Phrase:
    """A time span in one or two units, in both languages."""
    return Phrase(span(seconds, "ru"), span(seconds, "en"))


def outlook(*, passes: bool, part: PartName | None = None) -> Phrase:
    """Whether a pause may end without a person."""
    if part in HOLDS_NOTHING:
        return (Outlook.PASSES if passes else Outlook.STAYS).phrase
    return PASSES if passes else STAYS


def restart_for(cure: str) -> Phrase:
    """That a restart is due, if this cure names a setting."""
    return RESTART if SETTING.search(cure) else NOTHING


def times(since: float, lasted: float, soon: Phrase) -> Phrase:
    """Since when (seconds since the epoch), for how long, and `soon`: when the next check is."""
    began = datetime.fromtimestamp(since).astimezone()
    form = "%H:%M" if lasted < 43200 else "%d.%m %H:%M"
    said = SINCE.format(time=began.strftime(form), span=spans(lasted))
    return Phrase(f"{said.ru}; {soon.ru}", f"{said.en}; {soon.en}")


def next_check(seconds: float, *, on_trial: bool = False) -> Phrase:
    """When the next check is, or that one is under way. `on_trial`: a call decides by then that is made anyway."""
    if on_trial:
        return ON_TRIAL.format(span=spans(seconds))
    return NEXT.format(span=spans(seconds)) if seconds >= 1 else CHECKED


def lately(side: Phrase, count: int, seconds: float, until: float) -> Phrase:
    """That a side which works now was paused again and again. `until`: seconds since the epoch."""
    time = datetime.fromtimestamp(until).astimezone().strftime("%H:%M")
    return LATELY.format(side=side, count=count, span=spans(seconds), time=time)


def meanwhile(counts: Mapping[str, int | None]) -> Phrase:
    """How much waits, by the names of `WAITS`; a count that is not known (None) is left out if another is told."""
    told = [WAITS[name].format(count=count) for name, count in counts.items() if count]
    if not told:
        return NOT_KNOWN if None in counts.values() else NOTHING_WAITS
    return MEANWHILE.format(what=Phrase(", ".join(one.ru for one in told), ", ".join(one.en for one in told)))
