"""The texts of `explain`: what is the matter with one step, what to do, and its life."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.documents import see
from worker.words.explain_instances import OF_INSTANCES
from worker.words.phrase import Phrase, unchanged

HEADS: Mapping[str, Phrase] = {
    "needs": Phrase("Нужно ваше решение: {what}", "Needs you: {what}"),
    "held": Phrase("Шаг пока задержан: {what}", "Held up for now: {what}"),
    "goes_on": Phrase("Продолжится само: {what}", "Goes on by itself: {what}"),
    "waits": Phrase("Ждёт человека: {what}", "Waits for a person: {what}"),
    "unsure": Phrase("Известно не всё: {what}", "Not everything is known: {what}"),
    "others": Phrase("Не у этого воркера: {what}", "Not at this worker: {what}"),
    "over": Phrase("Шаг закончен: {what}", "The step is over: {what}"),
}
"""The first line, by what kind of matter it is."""

FRAME: Mapping[str, Phrase] = {
    "since": Phrase("С {since} ({span})", "Since {since} ({span})"),
    "reason": Phrase("Причина: {reason}", "Reason: {reason}"),
    "cure": Phrase("Что делать: {cure}", "What to do: {cure}"),
    "nothing": Phrase("Ничего", "Nothing"),
    "also": Phrase("Кроме того:", "Besides:"),
    "step": Phrase("Шаг", "Step"),
    "process": Phrase("Процесс", "Process"),
    "external_task": Phrase("Внешняя задача", "External task"),
    "instance": Phrase("Экземпляр", "Instance"),
    "business_key": Phrase("Бизнес-ключ", "Business key"),
    "topic": Phrase("Топик", "Topic"),
    "tenant": Phrase("Тенант", "Tenant"),
    "portal_task": Phrase("Задача Битрикс24", "Bitrix24 task"),
    "cockpit": unchanged("Cockpit"),
    "shell": Phrase(f"Для команд из {see('model-faults')}", f"For the commands of {see('model-faults')}"),
    "life": Phrase("Жизнь шага (время этой машины, {zone}):", "The life of the step (this machine's time, {zone}):"),
    "undated": Phrase("без даты", "no date"),
    "later": Phrase("ещё впереди", "still to come"),
    "unknown": Phrase("Неизвестно:", "Not known:"),
    "not_known": Phrase("{side}: не удалось узнать: {reason}", "{side}: not known: {reason}"),
    "any_moment": Phrase("в ближайшее время", "any moment"),
    "no_time": Phrase("время неизвестно", "time unknown"),
    "of_the_step": Phrase("шага", "of the step"),
    "not_set": Phrase("не задано {setting}", "{setting} is not set"),
    "engine": Phrase("движок", "engine"),
    "portal": Phrase("портал", "portal"),
    "ledger": Phrase("журнал", "ledger"),
    "worker": Phrase("воркер", "worker"),
    "many": Phrase(
        "Под «{asked}» подходят несколько шагов ({count}). Повторите с идентификатором внешней задачи"
        " (номер задачи Битрикс24 — с решёткой: '#42'):",
        "Several steps match “{asked}” ({count}). Repeat with the id of the external task (a Bitrix24 task's number"
        " with a hash: '#42'):",
    ),
    "more": Phrase("есть и другие: уточните запрос", "there are more: be more precise"),
    "candidate": Phrase(
        "  {id}  {state}  {step}  (процесс {process}, ключ {key}, задача {task}, экземпляр {instance})",
        "  {id}  {state}  {step}  (process {process}, key {key}, task {task}, instance {instance})",
    ),
    "gone": Phrase("в движке шага больше нет", "the engine no longer has it"),
    "at_engine": Phrase("в движке, воркер ещё не взял", "at the engine, not taken yet"),
    "none_heard": Phrase(
        "Известно не всё: по «{asked}» ничего не найдено, но спросить удалось не всех.",
        "Not everything is known: nothing was found for “{asked}”, but not everybody could be asked.",
    ),
    "instance_of": Phrase("  экземпляр процесса {instance}", "  process instance {instance}"),
    "young": Phrase(
        "Журнал создан {at}: о том, что было раньше, он не знает.",
        "The ledger was made at {at}: it knows nothing of what was before.",
    ),
    "none": Phrase(
        "Ничего не найдено по «{asked}». Подходят внешняя задача, экземпляр процесса, бизнес-ключ (целиком или начало)"
        " или номер задачи Битрикс24 (целиком). Завершённые шаги журнал хранит 14 дней.",
        "Nothing found for “{asked}”. Give an external task, a process instance, a business key (in full or its"
        " beginning), or the whole number of a Bitrix24 task. The ledger keeps completed steps for 14 days.",
    ),
}

MATTERS: Mapping[str, Phrase] = {
    "incident": Phrase(
        "инцидент: попытки шага кончились, движок никому его не выдаст",
        "an incident: the step has no retries left, the engine hands it out to nobody",
    ),
    **OF_INSTANCES,
    "suspended": Phrase("экземпляр процесса приостановлен в движке", "the process instance is suspended in the engine"),
    "not_served": Phrase("шаг больше не обслуживается", "the step is no longer served"),
    "sync_parked": Phrase(
        "синхронизация {id} этого экземпляра отложена до вашего решения",
        "the synchronisation {id} of this instance is parked until you decide",
    ),
    "outcome_refused": Phrase(
        "движок не принял итог шага (попыток: {tries})",
        "the engine has not accepted the step's outcome (tries: {tries})",
    ),
    "outcome_owed": Phrase("итог шага передаётся движку", "the step's outcome is being told to the engine"),
    "outcome_later": Phrase(
        "итог шага будет передан движку не раньше {next}", "the step's outcome is told to the engine from {next} on"
    ),
    "doubt": Phrase(
        "неизвестно, создана ли задача: воркер подождёт и найдёт её по метке, второй задачи не будет{now}",
        "it is unknown whether the task was created: the worker waits, looks for its marker, and makes no second "
        "one{now}",
    ),
    "creating": Phrase(
        "создание задачи ещё не подтверждено: ответ портала не записан{now}",
        "the create of the task is not confirmed yet: no answer of the portal is recorded{now}",
    ),
    "taken_over": Phrase(
        "неизвестно, создана ли задача: шаг взял воркер {worker}, он подождёт и найдёт её по метке, второй не будет",
        "it is unknown whether the task was created: the worker {worker} has taken the step, waits, and looks for its "
        "marker; it makes no second one",
    ),
    "act_held_up": Phrase("задача {task} ещё дополняется: {act}", "task {task} is still being added to: {act}"),
    "act_given_up": Phrase("задача {task} осталась без дополнения: {act}", "task {task} was left without: {act}"),
    "waiting": Phrase("задача {task} на портале ещё не закрыта", "task {task} on the portal is not closed yet"),
    "waiting_unheard": Phrase(
        "по журналу задача {task} на портале ещё не закрыта",
        "by the ledger, task {task} on the portal is not closed yet",
    ),
    "dismissed": Phrase(
        "ответственный {person} задачи {task} уволен, и закрыть её некому",
        "the responsible person {person} of task {task} is dismissed, and nobody will close it",
    ),
    "closed_unseen": Phrase(
        "задача {task} на портале уже закрыта, воркер этого ещё не заметил",
        "task {task} is closed on the portal, the worker has not noticed it yet",
    ),
    "awaits_control": Phrase(
        "задача {task} выполнена и ждёт контроля постановщика", "task {task} is done and awaits its creator's control"
    ),
    "unconcluded": Phrase(
        "задача {task} на портале закрыта, но воркер пока не может определить её итог",
        "task {task} is closed on the portal, but the worker cannot determine its outcome yet",
    ),
    "closed_suspended": Phrase(
        "задача {task} на портале закрыта, воркер прочитает её ответ, когда экземпляр возобновят",
        "task {task} is closed on the portal, the worker reads its answer once the instance is activated",
    ),
    "task_gone": Phrase(
        "портал не показывает задачу {task}: она удалена или скрыта от владельца вебхука",
        "the portal does not show task {task}: it was deleted, or is hidden from the webhook's owner",
    ),
    "step_gone": Phrase(
        "движок больше не показывает этот шаг: он закончен, отменён или скрыт от пользователя воркера",
        "the engine no longer shows this step: it ended, was cancelled, or is hidden from the worker's user",
    ),
    "sync_late": Phrase(
        "синхронизация {id} этого экземпляра запаздывает (попыток: {tries})",
        "the synchronisation {id} of this instance is late (tries: {tries})",
    ),
    "sync_owed": Phrase(
        "синхронизация {id} этого экземпляра в очереди", "the synchronisation {id} of this instance is queued"
    ),
    "retry": Phrase(
        "задача не создана; движок выдаст шаг снова{left}",
        "no task was created; the engine hands the step out again{left}",
    ),
    "handed_out_again": Phrase(
        "задача {task} создана, но шаг не завершён; движок выдаст его снова{left}",
        "task {task} exists, but the step failed; the engine hands it out again{left}",
    ),
    "settled": Phrase(
        "движок принял его итог (если шага в движке уже не было, в логе есть `task.gone`)",
        "the engine accepted its outcome (the log says `task.gone` if the engine no longer had the step)",
    ),
    "cancelled": Phrase(
        "он отменён в движке без итога воркера: его прервало событие (например, таймер) или его отменил человек",
        "it was cancelled in the engine without the worker's outcome: by an event such as a timer, or by a person",
    ),
    "gone": Phrase(
        "в движке его больше нет, а итога воркера движок не принял: шаг отменили, или он закончился иначе",
        "the engine no longer had it, and accepted no outcome of the worker: it was cancelled, or ended otherwise",
    ),
    "settled_in_vain": Phrase(
        "по журналу шаг закончен, но он ещё есть в движке: движок выдаст его снова, и итог будет передан ещё раз",
        "by the ledger the step is over, but the engine still has it: it is handed out and its outcome told once more",
    ),
    "elsewhere": Phrase(
        "его процесс сейчас на другом шаге: {step}{topic}",
        "its process is now at another step: {step}{topic}",
    ),
    "elsewhere_failed": Phrase(
        "процесс сейчас на другом шаге, и попытки того кончились: {step}{topic}",
        "the process is now at another step, which has no retries left: {step}{topic}",
    ),
    "elsewhere_of_others": Phrase(
        "процесс сейчас на шаге {step} другого воркера (топик {topic}{worker}){state}",
        "the process is now at the step {step} of another worker (topic {topic}{worker}){state}",
    ),
    "of_others": Phrase(
        "шаг {step} берёт другой воркер (топик {topic}{worker}){state}",
        "the step {step} belongs to another worker (topic {topic}{worker}){state}",
    ),
    "misspelt": Phrase(
        "воркер с этими настройками шаг не возьмёт: топик {topic} похож на опечатку в модели. Нужен {meant}?",
        "a worker with these settings does not take the step: the topic {topic} is probably a typo in the model. Is "
        "{meant} meant?",
    ),
    "superseded": Phrase(
        "движок выдал шаг другому воркеру{by}, завершает его тот",
        "the engine handed the step out to another worker{by}, which completes it",
    ),
    "not_recorded": Phrase(
        "движок знает шаг, а в журнале его нет: воркер с этим журналом его ещё не брал или запись уже удалена",
        "the engine knows the step, the ledger does not: no worker with this ledger took it yet, or its row is gone",
    ),
    "not_taken": Phrase(
        "воркер с этим журналом шаг ещё не взял{lock}", "no worker with this ledger has taken the step yet{lock}"
    ),
    "never_served": Phrase(
        "воркер с этими настройками шаг не возьмёт", "a worker with these settings does not take the step"
    ),
    "held": Phrase(
        "воркер взял шаг и пробует снова и снова, но дальше он не идёт",
        "the worker has taken the step and tries again and again, but the step does not go on",
    ),
    "held_up": Phrase("воркер приостановлен: {what}", "the worker is paused: {what}"),
    "held_up_part": Phrase("воркер приостановил: {what}", "the worker has paused: {what}"),
    "slow": Phrase(
        "{what} отвечает медленно, поэтому шаг идёт дольше", "the {what} answers slowly, so the step takes longer"
    ),
    "slow_here": Phrase(
        "машина воркера перегружена, поэтому шаг идёт дольше",
        "the worker's machine is overloaded, so the step takes longer",
    ),
    "other_worker": unchanged("{another}"),
    "works_elsewhere": unchanged("{another}"),
    "no_worker": Phrase("по адресу {address} воркер не отвечает", "no worker answers at {address}"),
}
"""What is the matter, by the name of the matter."""
