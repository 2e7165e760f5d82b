"""What is said of steps that need a person's decision: page, `status` and check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker import PROGRAM
from worker.words.documents import see
from worker.words.explain_instances import HANGS_CURE
from worker.words.phrase import NOTHING, Phrase

STUCK_PAGE = see("model-faults", "go-on-with-a-stuck-process")
STUCK_CURE = Phrase(
    "Устраните причину (обычно это условие, скрипт или переменная за шагом): переменную исправьте у экземпляра, модель "
    f"разверните заново и мигрируйте на неё экземпляр ({STUCK_PAGE}). Затем увеличьте число "
    "попыток этого задания (job) в Cockpit. Новой задачи Битрикс24 не будет",
    "Fix the cause (usually a condition, script or variable behind the step): correct a variable at the instance; "
    f"deploy a corrected model and migrate the instance to it ({STUCK_PAGE}). Then raise "
    "the retries of the job in Cockpit. No new Bitrix24 task is made",
)
CALLERS_UNKNOWN = Phrase(
    "Вызывали ли процессы этого воркера другие стоящие процессы (их {count}), неизвестно: {why}",
    "Whether other stuck processes ({count}) called a process with a step of this worker is not known: {why}",
)
HANGING_UNKNOWN = Phrase(
    "Ждут ли процессы у шлюзов ветвей, которые не придут, известно не о всех: {why}",
    "Whether processes wait at gateways for branches that do not come is not known of all: {why}",
)
HANGING_LATER = Phrase("за раз движок спрашивают лишь о части из них", "each look asks the engine about a part of them")
CALLERS_LATER = Phrase("за раз движок спрашивают лишь о нескольких", "each look asks the engine about a few only")
UNSET = Phrase(
    ". Переменной {name} этот шаг не оставляет, он оставляет: {left}. Ответ оставляет только шаг, который спрашивает "
    "(UF_RESULT_EXPECTED), под именем своей активности",
    ". This step leaves no variable {name}; it leaves: {left}. Only a step that asks (UF_RESULT_EXPECTED) leaves an "
    "answer, under the name of its activity",
)
"""Follows the sentence about what to check in the model of a step whose result the engine refuses."""
NO_HISTORY = Phrase(
    "история движка их не хранит. Посмотрите их в Cockpit",
    "the engine's history does not keep them. Look at them in Cockpit",
)
SUSPENDED_CURE = Phrase(
    "Возобновите экземпляр процесса в Cockpit, если он может идти дальше: тогда воркер прочитает ответ закрытой "
    "задачи и завершит шаг",
    "Activate the process instance in Cockpit if it may go on: the worker then reads the answer of a closed task and "
    "completes its step",
)
DISMISSED_CURE = Phrase(
    "Передайте задачу на портале другому сотруднику", "Give the task to somebody else on the portal"
)
RETRY_CURE = Phrase(
    "Если причина не пройдёт сама, устраните её до последней попытки: после неё шаг станет инцидентом",
    "If the reason does not pass by itself, fix it before the last try: after that the step becomes an incident",
)
TAKEN_CURE = Phrase(
    "Сообщите тем, кто работает над задачей, что её ответ уже не учитывается, и закройте её",
    "Tell those who work on the task that its answer no longer counts, and close it",
)
ELSEWHERE_CURE = Phrase(
    "Если тот воркер тоже создаёт задачи на этом портале, он ждёт этой же задачи: ничего не делайте. Иначе её ответ не "
    "учитывается: сообщите тем, кто над ней работает, и закройте её",
    "If that worker makes tasks on this portal too, it waits for the same task: do nothing. Otherwise its answer does "
    "not count: tell those who work on it, and close it",
)
IN_CONTROL_CURE = Phrase(
    "Постановщик должен принять её или вернуть в работу. Чтобы шаг не ждал контроля: wait.done_in_control топика",
    "Its creator must accept it, or return it to work. To wait for no control: wait.done_in_control of the topic",
)
MISSPELT_CURE = Phrase(
    f"Исправьте топик в модели и мигрируйте экземпляры ({see('model-faults')}) или добавьте топик в настройки",
    f"Correct the topic in the model and migrate the instances ({see('model-faults')}), or add it to the settings",
)
MISSING = Phrase(
    "Портал не показал задачи ({tasks}): воркер посмотрит ещё раз, затем сочтёт их удалёнными.",
    "The portal did not show these tasks ({tasks}): the worker looks again, and then they count as deleted.",
)
NAMED_MISSING = 20


def missing_said(tasks: Sequence[int], count: int | None = None) -> Phrase:
    """Of which tasks it is not yet known whether they were deleted; empty of none. `count`: of all; None: of these."""
    left = (count or len(tasks)) - len(tasks[:NAMED_MISSING])
    named = ", ".join(f"#{number}" for number in tasks[:NAMED_MISSING]) + (f", +{left}" if left else "")
    return MISSING.format(tasks=named) if tasks else NOTHING


WORDS: Mapping[str, Phrase] = {
    "dismissed": Phrase("Ответственный уволен", "Responsible person dismissed"),
    "dismissed_hint": Phrase(
        f"{DISMISSED_CURE.ru}: шаг ждёт, пока её не закроют. Что было с шагом: {PROGRAM} explain ID.",
        f"{DISMISSED_CURE.en}: the step waits until it is closed. What happened to a step: {PROGRAM} explain ID.",
    ),
    "dismissed_reason": Phrase(
        "ответственный за задачу ({person}) уволен, и закрыть её некому",
        "the task's responsible person ({person}) is dismissed, and nobody will close it",
    ),
    "dismissed_noted_reason": Phrase(
        "ответственный за задачу был уволен, когда воркер смотрел последний раз, и закрыть её некому",
        "the task's responsible person was dismissed when the worker last looked, and nobody will close it",
    ),
    "dismissed_row": Phrase(
        "ждёт уволенного, по меньшей мере с {since}: {facts}: {reason}{link}",
        "waits for a dismissed person at least since {since}: {facts}: {reason}{link}",
    ),
    "dismissed_rows": Phrase(
        "ждут уволенного, шагов: {count}: {reason}", "{count} steps wait for a dismissed person: {reason}"
    ),
    "hangs": Phrase("Ждут ветвей, которые не придут", "Waiting for branches that do not come"),
    "hangs_hint": Phrase(
        f"{HANGS_CURE.ru}. Подробнее: {PROGRAM} explain ID.", f"{HANGS_CURE.en}. More: {PROGRAM} explain ID."
    ),
    "hangs_reason": Phrase(
        "процесс ждёт у шлюза других ветвей, а в нём больше ничего не выполняется: они не придут",
        "the process waits at the gateway for other branches, and nothing else of it runs: they do not come",
    ),
    "hangs_row": Phrase(
        "ждёт у шлюза с {since}: {facts}: {reason}{link}", "waits at a gateway since {since}: {facts}: {reason}{link}"
    ),
    "hangs_rows": Phrase(
        "ждут у шлюзов по одной причине, процессов: {count}: {reason}",
        "{count} processes wait at gateways for one reason: {reason}",
    ),
    "suspended": Phrase("Процесс приостановлен", "Process suspended"),
    "suspended_hint": Phrase(
        f"{SUSPENDED_CURE.ru}. Время: не меньше, чем с того, как это увидел воркер. "
        f"До тех пор ответ в задаче можно изменить. Что было с шагом: {PROGRAM} explain ID.",
        f"{SUSPENDED_CURE.en}. The age counts from when the worker first saw it. "
        f"Until then the answer may be changed. What happened to a step: {PROGRAM} explain ID.",
    ),
    "suspended_reason": Phrase(
        "задача закрыта, но экземпляр процесса приостановлен, и движок не принимает итог шага",
        "the task is closed, but its process instance is suspended, and the engine accepts no outcome of the step",
    ),
    "suspended_open_reason": Phrase(
        "задача открыта, а экземпляр процесса приостановлен: итога шага движок не примет",
        "the task is open, but its process instance is suspended: the engine will accept no outcome of the step",
    ),
    "suspended_noted_reason": Phrase(
        "экземпляр процесса был приостановлен, когда воркер смотрел последний раз: итога шага движок не примет",
        "the process instance was suspended when the worker last looked: the engine will accept no outcome of the step",
    ),
    "suspended_row": Phrase(
        "не идёт дальше, по меньшей мере с {since}: {facts}: {reason}{link}",
        "held up at least since {since}: {facts}: {reason}{link}",
    ),
    "suspended_rows": Phrase(
        "не идут дальше по одной причине, шагов: {count}: {reason}",
        "{count} steps are held up for one reason: {reason}",
    ),
    "taken": Phrase("Шаг закончен у другого воркера, а задача открыта", "Step over at another worker, task open"),
    "taken_hint": Phrase(
        f"{TAKEN_CURE.ru}. Что было с шагом: {PROGRAM} explain ID.",
        f"{TAKEN_CURE.en}. What happened to a step: {PROGRAM} explain ID.",
    ),
    "taken_reason": Phrase(
        "шаг взял другой воркер, и он уже закончен в движке, а задача ещё открыта",
        "another worker took the step, which is over at the engine, and the task is still open",
    ),
    "taken_row": Phrase(
        "взят другим воркером с {since}: {facts}: {reason}{link}",
        "taken by another worker since {since}: {facts}: {reason}{link}",
    ),
    "taken_rows": Phrase("шагов взято другим воркером: {count}: {reason}", "{count} steps taken by another: {reason}"),
    "elsewhere": Phrase("Шаг у другого воркера, а задача открыта", "Step with another worker, task open"),
    "elsewhere_hint": Phrase(
        f"{ELSEWHERE_CURE.ru}. Что было с шагом: {PROGRAM} explain ID.",
        f"{ELSEWHERE_CURE.en}. What happened to a step: {PROGRAM} explain ID.",
    ),
    "elsewhere_reason": Phrase(
        "шаг взял другой воркер ({worker}), а задача ещё открыта",
        "another worker ({worker}) has taken the step, and the task is still open",
    ),
    "elsewhere_row": Phrase(
        "у другого воркера с {since}: {facts}: {reason}{link}",
        "with another worker since {since}: {facts}: {reason}{link}",
    ),
    "elsewhere_rows": Phrase(
        "шагов у другого воркера: {count}: {reason}", "{count} steps with another worker: {reason}"
    ),
    "in_control": Phrase("Задача ждёт контроля постановщика", "Task awaits its creator's control"),
    "in_control_hint": Phrase(
        f"{IN_CONTROL_CURE.ru}. Время: с выполнения задачи. Что было с шагом: {PROGRAM} explain ID.",
        f"{IN_CONTROL_CURE.en}. The age counts from when the task was done. What happened to a step: {PROGRAM} "
        "explain ID.",
    ),
    "in_control_reason": Phrase(
        "задача выполнена и ждёт контроля постановщика", "the task is done and awaits its creator's control"
    ),
    "in_control_noted_reason": Phrase(
        "задача была выполнена и ждала контроля постановщика, когда воркер смотрел на неё в последний раз",
        "the task was done and awaited its creator's control when the worker last looked at it",
    ),
    "in_control_row": Phrase(
        "ждёт контроля с {since}: {facts}: {reason}{link}", "awaits control since {since}: {facts}: {reason}{link}"
    ),
    "in_control_rows": Phrase("ждут контроля, шагов: {count}: {reason}", "{count} steps await control: {reason}"),
    "misspelt": Phrase("Топик похож на опечатку", "Topic probably misspelt"),
    "misspelt_hint": Phrase(
        f"{MISSPELT_CURE.ru}. Подробнее о шаге: {PROGRAM} explain ID.",
        f"{MISSPELT_CURE.en}. More about a step: {PROGRAM} explain ID.",
    ),
    "misspelt_reason": Phrase(
        "шаг никто не возьмёт: топик похож на опечатку в модели: {topics}?",
        "nobody takes the step: its topic is probably a typo in the model: {topics}?",
    ),
    "misspelt_row": Phrase(
        "не берёт никто с {since}: {facts}: {reason}{link}", "taken by nobody since {since}: {facts}: {reason}{link}"
    ),
    "misspelt_rows": Phrase(
        "никто не берёт по одной причине, шагов: {count}: {reason}",
        "{count} steps are taken by nobody for one reason: {reason}",
    ),
    "incidents": Phrase("Ждут решения", "Need a decision"),
    "incidents_hint": Phrase(
        "Попытки этих шагов кончились: движок никому их не выдаст. Устраните причину и увеличьте число попыток "
        f"в Cockpit; об ошибке в модели — {see('model-faults')}. "
        f"Что было с шагом: {PROGRAM} explain ID.",
        "These steps have no retries left: the engine hands them out to nobody. Fix the cause, then raise the retries "
        f"in Cockpit; for a mistake in the model see {see('model-faults')}. "
        f"What happened to a step: {PROGRAM} explain ID.",
    ),
    "stuck": Phrase("Процессы стоят", "Stuck processes"),
    "stuck_hint": Phrase(
        "Движок сам не смог продолжить эти процессы: за шагом, рядом с ним или после вызванного процесса с шагом. "
        "{cure}. "
        f"Подробнее: {see('runbook-tasks', 'a-stuck-process')}. Что было с шагами процесса: {PROGRAM} explain ID.",
        "The engine itself could not go on with these processes: behind a step, beside one, or after a called process "
        "with one. {cure}. "
        f"More: {see('runbook-tasks', 'a-stuck-process')}. "
        f"What happened to the steps of a process: {PROGRAM} explain ID.",
    ).format(cure=STUCK_CURE),
    "stuck_row": Phrase(
        "процесс стоит с {since}: {facts}: {reason}{link}", "stuck since {since}: {facts}: {reason}{link}"
    ),
    "stuck_unknown": Phrase(
        "Стоят ли процессы за шагами, неизвестно: {why}", "Whether processes are stuck behind steps is not known: {why}"
    ),
    "unknown": Phrase(
        "Движок не сообщает, сколько шагов ждёт решения, с {since}: {why}",
        "The engine has not told how many steps need a decision, since {since}: {why}",
    ),
    "before": Phrase("Показано то, что движок сообщил тогда", "What the engine told then is shown"),
    "no_reason": Phrase("причина не названа", "no reason was given"),
    "no_time": Phrase("время неизвестно", "time unknown"),
    "cure": Phrase(
        "Устраните причину, затем увеличьте число попыток этих шагов в Cockpit. Ошибка в модели: см. "
        f"{see('model-faults')}",
        "Fix the cause, then raise the retries of these steps in Cockpit. A mistake in the model: see "
        f"{see('model-faults')}",
    ),
    "row": Phrase(
        "ждёт решения с {since}: {facts}: {reason}{link}", "needs a decision since {since}: {facts}: {reason}{link}"
    ),
    "not_asked": Phrase(
        "Сколько шагов ждёт решения, неизвестно: {reason}", "How many steps need a decision is not known: {reason}"
    ),
    "rows": Phrase(
        "ждут решения по одной причине, шагов: {count}: {reason}",
        "{count} steps need a decision for one reason: {reason}",
    ),
    "stuck_rows": Phrase(
        "стоят по одной причине, процессов: {count}: {reason}", "{count} processes are stuck for one reason: {reason}"
    ),
    "one_of": Phrase("  с {since}: {facts}{own}{link}", "  since {since}: {facts}{own}{link}"),
    "more_alike": Phrase("и ещё {count} по этой причине", "and {count} more for this reason"),
    "more_listed": Phrase(
        f"  и ещё {{count}} по этой причине, их показывает {PROGRAM} status --json",
        f"  and {{count}} more for this reason, listed by {PROGRAM} status --json",
    ),
    "more_others": Phrase(
        "Показаны не все причины. По другим: {count}", "Not all reasons are shown. For others: {count}"
    ),
    "more_unread": Phrase(
        "Прочитано не всё, причины остальных ({count}) смотрите в Cockpit",
        "Not all were read: see the reasons of the others ({count}) in Cockpit",
    ),
}
