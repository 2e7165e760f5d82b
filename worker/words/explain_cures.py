"""The texts of `explain`: what to do."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.documents import see
from worker.words.faults import ANEW
from worker.words.health import CURE_OF_ANOTHER
from worker.words.incident_words import (
    DISMISSED_CURE,
    ELSEWHERE_CURE,
    IN_CONTROL_CURE,
    MISSPELT_CURE,
    RETRY_CURE,
    TAKEN_CURE,
)
from worker.words.phrase import Phrase, unchanged

CURES: Mapping[str, Phrase] = {
    "incident": Phrase(
        f"Устраните причину, затем увеличьте число попыток шага в Cockpit. Ошибка в модели: см. {see('model-faults')}",
        f"Fix the cause, then raise the step's retries in Cockpit. A mistake in the model: see {see('model-faults')}",
    ),
    "suspended": Phrase(
        "Снимите приостановку в Cockpit, если она больше не нужна", "Activate it in Cockpit if it may go on"
    ),
    "sync_parked": Phrase(
        f"Устраните причину, затем: {PROGRAM} replay {{id}} (ненужную: {PROGRAM} forget {{id}} --reason ТЕКСТ)",
        f"Fix the cause, then: {PROGRAM} replay {{id}} (not needed: {PROGRAM} forget {{id}} --reason TEXT)",
    ),
    "outcome_refused": Phrase(
        "Итог передаётся снова автоматически, следующая попытка: {next}",
        "It is told again automatically, the next try: {next}",
    ),
    "failure_later": Phrase(
        "Ничего: сразу после запуска воркер не сообщает об ошибках: прежний запуск ещё может создавать задачу",
        "Nothing: right after its start the worker tells no failure, a call of the run before may still create a task",
    ),
    "sync_late": Phrase(
        "Запрос повторяется автоматически, следующая попытка: {next}",
        "It is sent again automatically, the next try: {next}",
    ),
    "repeats": Phrase(
        f"Исправьте ошибку сейчас: новая попытка её повторит, затем шаг станет инцидентом. См. {see('model-faults')}",
        f"Correct the mistake now: another try repeats it, and then the step becomes an incident. See "
        f"{see('model-faults')}",
    ),
    "may_repeat": RETRY_CURE,
    "waiting": Phrase(
        "Ничего, пока задачу кто-то выполняет. Если некому, смените её ответственного или закройте её на портале",
        "Nothing while somebody works on it. If nobody does, give it to somebody else or close it on the portal",
    ),
    "dismissed": DISMISSED_CURE,
    "closed_unseen": Phrase(
        "Ничего: воркер сверяет задачи раз в несколько минут. Если этого долго нет, проверьте, что он запущен",
        "Nothing: the worker checks every few minutes. If it takes longer, see that it runs",
    ),
    "awaits_control": IN_CONTROL_CURE,
    "task_gone": Phrase(
        "Восстановите задачу на портале или начните шаг заново, с новой задачей "
        f"({ANEW}). Воркер смотрит дважды, через waiting.sweep_seconds: если портал не покажет задачу и во второй раз, "
        "она считается удалённой, и шаг становится инцидентом, если в wait.deleted топика не задано другое",
        f"Restore the task on the portal, or begin the step anew, with a new task ({ANEW}). The worker looks twice, "
        "waiting.sweep_seconds apart: if the portal does not show the task the second time either, it counts as "
        "deleted, and the step becomes an incident, unless wait.deleted of the topic says otherwise",
    ),
    "step_gone": Phrase(
        "Ничего: воркер закроет запись при следующей сверке",
        "Nothing: the worker ends the record at its next comparison",
    ),
    "elsewhere": unchanged(f"{PROGRAM} explain {{id}}"),
    "act_given_up": Phrase("Если нужно, дополните задачу сами", "Add it by hand if it is needed"),
    "not_recorded": Phrase(
        "Проверьте, что воркер запущен и что топик {topic} есть в его настройках",
        "See that the worker runs and that the topic {topic} is in its settings",
    ),
    "not_taken": Phrase(
        "Ничего: воркер берёт шаги по мере сил. Если этого долго нет, посмотрите, не заблокирован ли шаг другим",
        "Nothing: the worker takes it when it has room. If that takes long, see whether another one has locked it",
    ),
    "never_served": Phrase(
        "Если шаг должен брать этот воркер, добавьте в настройки: {what}",
        "If this worker is to take the step, add to the settings: {what}",
    ),
    "misspelt": MISSPELT_CURE,
    "of_others": Phrase(
        "Сообщите тем, кто отвечает за тот воркер: с этим делать нечего",
        "Report it to those who run that worker: there is nothing to do with this one",
    ),
    "left_open": Phrase(
        f"Задача {{task}} осталась открытой на портале. {TAKEN_CURE.ru}",
        f"Task {{task}} stays open on the portal. {TAKEN_CURE.en}",
    ),
    "still_open": Phrase(
        f"Задача {{task}} открыта на портале. {ELSEWHERE_CURE.ru}",
        f"Task {{task}} is open on the portal. {ELSEWHERE_CURE.en}",
    ),
    "other_worker": CURE_OF_ANOTHER,
    "held": Phrase(
        "Устраните причину: тогда воркер продолжит шаг автоматически",
        "Fix the cause: the worker then goes on with the step automatically",
    ),
    "no_start": Phrase("Запуск сейчас не удастся. {why}", "A start would fail now. {why}"),
    "no_worker": Phrase(
        "Если он не запущен на этой машине, запустите его: без него ничего не продолжится",
        "If it does not run on this machine, start it: nothing goes on without it",
    ),
}
"""What to do where the catalogue of causes does not say it."""
