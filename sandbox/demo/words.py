"""The demonstration's texts, in Russian and English."""

from __future__ import annotations

import time
from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "engine_starting": "Движок: {kind} (выбор: ENGINE=camunda|operaton|builtin). {real}",
        "real": "При первом запуске он скачивается из Maven Central.",
        "engine_fallback": "Настоящий движок здесь не запустить ({reason}): взят встроенный заменитель.",
        "engine_running": "Движок {kind} {version}: {url}",
        "portal_running": "Портал-заменитель, страница задач: {url}",
        "worker_started": "Воркер запущен отдельным процессом, его журнал: {log}",
        "instances_started": "Запущено экземпляров процесса {key}: {count}",
        "external_task": "внешняя задача {value}",
        "portal_task": "задача Битрикс24 № {value}",
        "completed": "внешняя задача завершена",
        "synchronised": "экземпляр синхронизирован",
        "head": "экземпляр|внешняя задача|задача|завершена|синхронизирована|секунд",
        "yes": "да",
        "no": "нет",
        "all_through": "Все {count} прошли за {seconds} с.",
        "stays": "Страница задач: {url} — Ctrl-C завершает.",
        "late": "Не все экземпляры прошли за {seconds:.0f} с",
        "see_log": "журнал воркера: {log}",
        "worker_ended": "Воркер завершился с кодом {code}; его журнал: {log}",
        "stopped": "Остановлено.",
        "trouble": "Не получилось: {error}",
        "unavailable": "Движок {kind} не запустить: {reason}",
        "unknown_kind": "ENGINE={kind} нет; выберите camunda, operaton или builtin",
        "unknown_example": "EXAMPLE={example} нет; выберите: {choices}",
        "needs_real": "Примеру нужен настоящий движок ({reason}): поставьте Java 17+ с Maven или выберите "
        "ENGINE=camunda|operaton",
        "timer": "Кто не закроет первую задачу за {patience}, у того решение перейдёт к руководителю.",
        "your_turn": "Дальше действуете вы: закрывайте задачи на странице {url} — Ctrl-C завершает.",
        "step_waits": "шаг «{step}», внешняя задача {value}",
        "close_it": "→ откройте {url}, закройте задачу № {task} и выберите ДА или НЕТ: «{question}»",
        "fill_it_in": "→ откройте {url}, заполните анкету задачи № {task} и закройте её: «{question}»",
        "left_open": "задача № {task} остаётся без ответа, ждём таймера",
        "task_closed": "задача № {task} закрыта, ответ {answer}",
        "commented": "комментарий к задаче № {task}: {text}",
        "step_completed": "шаг «{step}» завершён",
        "step_cancelled": "шаг «{step}» отменён таймером, ответа не было",
        "step_open": "шаг «{step}» ждёт",
        "incident": "инцидент в шаге «{step}»: {reason}",
        "synchronised_again": "экземпляр синхронизирован (раз: {count})",
        "process_ended": "процесс завершён",
        "result": "Ответил пример сам.",
        "all_ended": "Все процессы завершены: {count}.",
        "quiet": "Ничего не происходит уже {seconds:.0f} с",
        "example_head": "экземпляр|задача|ответ|шаг",
    },
    "en": {
        "engine_starting": "Engine: {kind} (choose: ENGINE=camunda|operaton|builtin). {real}",
        "real": "The first start takes it from Maven Central.",
        "engine_fallback": "No real engine can be started here ({reason}): the built-in stand-in is taken.",
        "engine_running": "Engine {kind} {version}: {url}",
        "portal_running": "Portal stand-in, the page of its tasks: {url}",
        "worker_started": "The worker runs as a process of its own, its log: {log}",
        "instances_started": "Started instances of process {key}: {count}",
        "external_task": "external task {value}",
        "portal_task": "Bitrix24 task {value}",
        "completed": "external task completed",
        "synchronised": "instance synchronised",
        "head": "instance|external task|task|completed|synchronised|seconds",
        "yes": "yes",
        "no": "no",
        "all_through": "All {count} are through, in {seconds} s.",
        "stays": "The page of the tasks: {url} — Ctrl-C ends.",
        "late": "Not all instances were through within {seconds:.0f} s",
        "see_log": "the worker's log: {log}",
        "worker_ended": "The worker ended with code {code}; its log: {log}",
        "stopped": "Stopped.",
        "trouble": "It did not work: {error}",
        "unavailable": "Engine {kind} cannot be started: {reason}",
        "unknown_kind": "there is no ENGINE={kind}; choose camunda, operaton or builtin",
        "unknown_example": "there is no EXAMPLE={example}; choose: {choices}",
        "needs_real": "An example needs a real engine ({reason}): install Java 17+ with Maven, or choose "
        "ENGINE=camunda|operaton",
        "timer": "Who does not close the first task within {patience} loses the decision to the supervisor.",
        "your_turn": "Now it is you who acts: close the tasks on the page {url} — Ctrl-C ends.",
        "step_waits": "step «{step}», external task {value}",
        "close_it": "→ open {url}, close task No. {task} and choose ДА (yes) or НЕТ (no): «{question}»",
        "fill_it_in": "→ open {url}, fill in the questionnaire of task No. {task} and close it: «{question}»",
        "left_open": "task No. {task} stays unanswered, the timer is waited for",
        "task_closed": "task No. {task} closed, answer {answer}",
        "commented": "comment on task No. {task}: {text}",
        "step_completed": "step «{step}» completed",
        "step_cancelled": "step «{step}» cancelled by the timer, there was no answer",
        "step_open": "step «{step}» waits",
        "incident": "incident in step «{step}»: {reason}",
        "synchronised_again": "instance synchronised (times: {count})",
        "process_ended": "process ended",
        "result": "Answered by the example itself.",
        "all_ended": "All processes have ended: {count}.",
        "quiet": "Nothing has happened for {seconds:.0f} s",
        "example_head": "instance|task|answer|step",
    },
}


def language_of(environ: Mapping[str, str]) -> str:
    """`LOG_LANGUAGE`, or the terminal's language if it is not set."""
    named = environ.get("LOG_LANGUAGE") or environ.get("LC_ALL") or environ.get("LANG") or ""
    return "ru" if named.lower().startswith("ru") else "en"


class Say:
    """Lines on the terminal, in one language, with the seconds since the start."""

    def __init__(self, language: str) -> None:
        self._words = WORDS[language]
        self.started = time.monotonic()

    def __call__(self, name: str, **facts: object) -> str:
        """The words of `name`."""
        return self._words[name].format(**facts)

    def tell(self, name: str, **facts: object) -> None:
        """Print the text of `name`."""
        self.line(self(name, **facts))

    def line(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:6.1f} s] {text}", flush=True)
