"""The first sentence of page and `status`: whether the worker works, and how much needs a person."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.codes import PartName
from worker.words.documents import LOST
from worker.words.forms import Forms
from worker.words.phrase import Phrase, unchanged

PAUSED = Phrase("Приостановлено: {sides}", "Paused: {sides}")
UNHARMED = Phrase(f"{PAUSED.ru}. Ничего не потеряно", f"{PAUSED.en}. Nothing is lost")
STATES: Mapping[str, Phrase] = {
    "works": Phrase(
        "Работает: задачи запрашиваются, создаются и завершаются", "Working: tasks are fetched, created and completed"
    ),
    "not_running": Phrase(
        "Воркер не отвечает по адресу http.host и http.port: не запущен или завис. Запустите его или перезапустите, "
        f"ничего не потеряется. Что с ним: {PROGRAM} health",
        "The worker does not answer at http.host and http.port: it does not run, or hangs. Start or restart it, "
        f"nothing is lost. More: {PROGRAM} health",
    ),
    "cannot_start": Phrase(
        "Воркер не отвечает по адресу http.host и http.port: не запущен или завис, а запуск сейчас не удастся. {why}",
        "The worker does not answer at http.host and http.port: it does not run, or hangs, and a start would fail now. "
        "{why}",
    ),
    "no_ledger": Phrase(
        "Воркер не отвечает по адресу http.host и http.port, и журнала нет. Если журнал был, не запускайте воркер: "
        "сначала найдите файл или резервную копию, запуск создал бы пустой журнал. Порядок действий: "
        f"{LOST}",
        "The worker does not answer at http.host and http.port, and there is no ledger. If there was one, do not start "
        "the worker: look for the file or a backup first, as a start would make an empty ledger. What to do: "
        f"{LOST}",
    ),
    "in_its_place": unchanged("{another}"),
    "page_off": Phrase(
        "Неизвестно, работает ли воркер: его страница выключена (http.port: 0)",
        "It is not known whether the worker works: its page is off (http.port: 0)",
    ),
    "thread_ended": Phrase(
        "Не работает: поток завершился или завис. Перезапустите процесс",
        "Not working: a thread has ended or hangs. Restart the process",
    ),
    "side_down": Phrase(
        f"{UNHARMED.ru}, работа продолжится, когда причина исчезнет",
        f"{UNHARMED.en}, work resumes once the cause is gone",
    ),
    "side_needs_help": Phrase(
        f"{UNHARMED.ru}, но работа продолжится только после вашего вмешательства",
        f"{UNHARMED.en}, but work resumes only after you have fixed this",
    ),
    "ledger_harmed": Phrase(
        f"{PAUSED.ru}. Работа продолжится только после вашего вмешательства",
        f"{PAUSED.en}. Work resumes only after you have fixed this",
    ),
    "fetch_refused": Phrase("Приостановлено: движок не выдаёт задачи", "Paused: the engine hands out no tasks"),
    "no_poll": Phrase(
        "Приостановлено: движок давно не отвечал на запрос задач",
        "Paused: the engine has not answered a fetch for a long time",
    ),
    "starting": Phrase(
        "Запуск: проверяется связь с движком, порталом и журналом", "Starting: checking engine, portal and ledger"
    ),
    "stopping": Phrase(
        "Остановка: новые задачи не запрашиваются, начатые завершаются",
        "Stopping: no new tasks are fetched, those begun are finished",
    ),
}
DOWN: Mapping[str, Phrase] = {
    "ledger": Phrase("журнал недоступен", "the ledger is unavailable"),
    "engine": Phrase("движок недоступен", "the engine is unavailable"),
    "portal": Phrase("портал недоступен", "the portal is unavailable"),
}
"""A side that is down for no known cause; `brief` names the known ones. In the order of `SideName`."""
BUT = Phrase("Работает, но {what}", "Working, but {what}")
BESIDES = Phrase("{state}. Кроме того, {what}", "{state}. Besides, {what}")
UNKNOWN = Phrase(
    "Работает, но неизвестно, ждут ли шаги решения", "Working, but it is not known whether steps need a decision"
)
PAUSED_PARTS: Mapping[PartName, Phrase] = {
    PartName.SYNCS: Phrase("синхронизации приостановлены", "synchronisations are paused"),
    PartName.GONE_TASKS: Phrase(
        "ждут шаги задач, которых не стало на портале", "steps wait whose tasks are missing on the portal"
    ),
    PartName.GONE_STEPS: Phrase("в движке не стало ожидающих шагов", "waiting steps are missing in the engine"),
    PartName.ANSWERS: Phrase("ответы на закрытые задачи не прочитать", "the answers of closed tasks cannot be read"),
    PartName.CHANGES: Phrase("каждый опрос смотрит на все ожидающие задачи", "each poll looks at all waiting tasks"),
    PartName.CLOCK: Phrase("часы этой машины перевели", "the clock of this machine was set"),
    PartName.NEW_LEDGER: Phrase(
        "журнал новый, а на портале есть задачи прежнего",
        "the ledger is new, and the portal has tasks of an earlier one",
    ),
    PartName.SLOW_ENGINE: Phrase("движок отвечает медленно", "the engine answers slowly"),
    PartName.SLOW_PORTAL: Phrase("портал отвечает медленно", "the portal answers slowly"),
    PartName.SLOW_LEDGER: Phrase("журнал отвечает медленно", "the ledger answers slowly"),
    PartName.MACHINE: Phrase("машина воркера перегружена", "the worker's machine is overloaded"),
    PartName.LEFT_LOCKED: Phrase(
        "шаги прошлого запуска ждут конца своих блокировок", "steps of an earlier run wait until their locks end"
    ),
    PartName.STRANGER_LOCKED: Phrase(
        "шаги заблокированы воркером, которого этот журнал не знает",
        "steps are locked by a worker that this ledger does not know",
    ),
}
"""A part of the work that is paused; `PartName.FETCH` stops all of it and is a state."""
COUNTED_PARTS: Mapping[PartName, Forms] = {
    PartName.GONE_TASKS: Forms(
        ru=(
            "ждёт шаг {count} задачи, которой не стало на портале",
            "ждут шаги {count} задач, которых не стало на портале",
            "ждут шаги {count} задач, которых не стало на портале",
        ),
        en=(
            "{count} step waits whose task is missing on the portal",
            "{count} steps wait whose tasks are missing on the portal",
        ),
    ),
    PartName.GONE_STEPS: Forms(
        ru=(
            "в движке не стало {count} ожидающего шага",
            "в движке не стало {count} ожидающих шагов",
            "в движке не стало {count} ожидающих шагов",
        ),
        en=("{count} waiting step is missing in the engine", "{count} waiting steps are missing in the engine"),
    ),
    PartName.LEFT_LOCKED: Forms(
        ru=(
            "{count} шаг прошлого запуска ждёт конца своей блокировки",
            "{count} шага прошлого запуска ждут конца своих блокировок",
            "{count} шагов прошлого запуска ждут конца своих блокировок",
        ),
        en=(
            "{count} step of an earlier run waits until its lock ends",
            "{count} steps of an earlier run wait until their locks end",
        ),
    ),
    PartName.STRANGER_LOCKED: Forms(
        ru=(
            "{count} шаг заблокирован воркером, которого этот журнал не знает",
            "{count} шага заблокированы воркером, которого этот журнал не знает",
            "{count} шагов заблокированы воркером, которого этот журнал не знает",
        ),
        en=(
            "{count} step is locked by a worker that this ledger does not know",
            "{count} steps are locked by a worker that this ledger does not know",
        ),
    ),
}
"""The same where it is known how many steps a pause concerns."""
PASSING_PARTS = frozenset({PartName.LEFT_LOCKED, PartName.STRANGER_LOCKED})
"""Those that need nobody, named only if nothing else is."""


NEEDS: Mapping[str, Forms] = {
    "incidents": Forms(
        ru=("{count} шаг ждёт решения", "{count} шага ждут решения", "{count} шагов ждут решения"),
        en=("{count} step needs a decision", "{count} steps need a decision"),
    ),
    "stuck": Forms(
        ru=("{count} процесс стоит", "{count} процесса стоят", "{count} процессов стоят"),
        en=("{count} process is stuck", "{count} processes are stuck"),
    ),
    "hangs": Forms(
        ru=(
            "{count} процесс ждёт у шлюза ветвей, которые не придут",
            "{count} процесса ждут у шлюзов ветвей, которые не придут",
            "{count} процессов ждут у шлюзов ветвей, которые не придут",
        ),
        en=(
            "{count} process waits at a gateway for branches that do not come",
            "{count} processes wait at gateways for branches that do not come",
        ),
    ),
    "suspended": Forms(
        ru=(
            "{count} шаг стоит: процесс приостановлен",
            "{count} шага стоят: процессы приостановлены",
            "{count} шагов стоят: процессы приостановлены",
        ),
        en=(
            "{count} step is held up because its process is suspended",
            "{count} steps are held up because their processes are suspended",
        ),
    ),
    "dismissed": Forms(
        ru=(
            "{count} открытая задача ждёт уволенного",
            "{count} открытые задачи ждут уволенных",
            "{count} открытых задач ждут уволенных",
        ),
        en=("{count} open task waits for a dismissed person", "{count} open tasks wait for dismissed persons"),
    ),
    "held": Forms(
        ru=(
            "{count} шаг в работе не идёт дальше",
            "{count} шага в работе не идут дальше",
            "{count} шагов в работе не идут дальше",
        ),
        en=("{count} step in hand does not go on", "{count} steps in hand do not go on"),
    ),
    "not_accepted": Forms(
        ru=(
            "движок не примет итог {count} шага, пока не устранена причина",
            "движок не примет итоги {count} шагов, пока не устранена причина",
            "движок не примет итоги {count} шагов, пока не устранена причина",
        ),
        en=(
            "the engine will not accept the outcome of {count} step until the cause is fixed",
            "the engine will not accept the outcomes of {count} steps until the cause is fixed",
        ),
    ),
    "taken": Forms(
        ru=(
            "открыта {count} задача, шаг которой закончен у другого воркера",
            "открыты {count} задачи, шаги которых закончены у другого воркера",
            "открыто {count} задач, шаги которых закончены у другого воркера",
        ),
        en=(
            "{count} task is open whose step is over at another worker",
            "{count} tasks are open whose steps are over at another worker",
        ),
    ),
    "misspelt": Forms(
        ru=(
            "{count} шаг никто не берёт: топик похож на опечатку",
            "{count} шага никто не берёт: топик похож на опечатку",
            "{count} шагов никто не берёт: топик похож на опечатку",
        ),
        en=(
            "{count} step is taken by nobody because its topic is probably misspelt",
            "{count} steps are taken by nobody because their topics are probably misspelt",
        ),
    ),
    "parked": Forms(
        ru=(
            "{count} синхронизация отложена до вашего решения",
            "{count} синхронизации отложены до вашего решения",
            "{count} синхронизаций отложено до вашего решения",
        ),
        en=(
            "{count} synchronisation is parked until you decide",
            "{count} synchronisations are parked until you decide",
        ),
    ),
    "not_served": Forms(
        ru=(
            "{count} шаг топика или тенанта, которого больше нет в настройках",
            "{count} шага топика или тенанта, которого больше нет в настройках",
            "{count} шагов топика или тенанта, которого больше нет в настройках",
        ),
        en=(
            "{count} step is of a topic or tenant that the settings no longer name",
            "{count} steps are of a topic or tenant that the settings no longer name",
        ),
    ),
    "unread": Forms(
        ru=("{count} модель не прочитана", "{count} модели не прочитаны", "{count} моделей не прочитано"),
        en=("{count} model could not be read", "{count} models could not be read"),
    ),
    "given_up": Forms(
        ru=(
            "{count} задача осталась без дополнения",
            "{count} задачи остались без дополнения",
            "{count} задач осталось без дополнения",
        ),
        en=("{count} task was left without a part", "{count} tasks were left without a part"),
    ),
    "log": Forms(
        ru=("лог не записывается", "лог не записывается", "лог не записывается"),
        en=("the log is not written", "the log is not written"),
    ),
}
"""What needs a person, the most urgent first."""
WAITS: Mapping[str, Forms] = {
    "unsettled": Forms(
        ru=(
            "движок пока не принял итог {count} шага",
            "движок пока не принял итоги {count} шагов",
            "движок пока не принял итоги {count} шагов",
        ),
        en=(
            "the engine has not accepted the outcome of {count} step yet",
            "the engine has not accepted the outcomes of {count} steps yet",
        ),
    ),
    "doubtful": Forms(
        ru=(
            "создание {count} задачи пока не подтверждено",
            "создание {count} задач пока не подтверждено",
            "создание {count} задач пока не подтверждено",
        ),
        en=(
            "the create of {count} task is not confirmed yet",
            "the creates of {count} tasks are not confirmed yet",
        ),
    ),
    "late": Forms(
        ru=(
            "{count} синхронизация запаздывает",
            "{count} синхронизации запаздывают",
            "{count} синхронизаций запаздывает",
        ),
        en=("{count} synchronisation is late", "{count} synchronisations are late"),
    ),
    "silent": Forms(
        ru=(
            "{count} воркер этого журнала не отмечается",
            "{count} воркера этого журнала не отмечаются",
            "{count} воркеров этого журнала не отмечаются",
        ),
        en=("{count} worker of this ledger sends no heartbeats", "{count} workers of this ledger send no heartbeats"),
    ),
}
"""What needs nobody, named only if nothing else is."""
