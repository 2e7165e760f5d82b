"""The demonstration's texts, in Russian and English."""

from __future__ import annotations

import time
from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "engine_starting": "Движок: {kind} (выбор: ENGINE=camunda|operaton|builtin). {real}",
        "real": "При первом запуске он скачивается из Maven Central.",
        "engine_fallback": "Настоящий движок здесь не запустить ({reason}): используется встроенная имитация.",
        "engine_running": "Движок {kind} {version}: {url}",
        "portal_running": "Имитация портала, страница задач: {url}",
        "worker_started": "Воркер запущен отдельным процессом: страница {page}, лог {log}",
        "instances_started": "Запущено экземпляров процесса {key}: {count}",
        "external_task": "внешняя задача {value}",
        "portal_task": "задача Битрикс24 № {value}",
        "completed": "внешняя задача завершена",
        "synchronised": "экземпляр синхронизирован",
        "head": "экземпляр|внешняя задача|задача|завершена|синхронизирована|секунд",
        "yes": "да",
        "no": "нет",
        "all_through": "Готово: все экземпляры ({count}) пройдены за {seconds} с.",
        "stays": "Страница задач: {url} — Ctrl-C завершает.",
        "late": "Не все экземпляры пройдены за {seconds:.0f} с",
        "see_log": "лог воркера: {log}",
        "worker_ended": "Воркер завершился с кодом {code}; его лог: {log}",
        "stopped": "Остановлено.",
        "trouble": "Демонстрация завершилась ошибкой: {error}",
        "unavailable": "Движок {kind} не запустить: {reason}",
        "unknown_kind": "ENGINE={kind} нет; выберите camunda, operaton или builtin",
        "no_port": "{setting}={value}: это не номер порта; задайте число до 65535, 0 значит любой свободный",
        "port_taken": "{setting}={value}: порт занят или недоступен; выберите другой, 0 значит любой свободный",
        "page_elsewhere": "Порт {usual} занят (может быть, воркером), страница этого будет на порту {port}; "
        "свой порт задаёт HTTP_PORT.",
        "unknown_example": "EXAMPLE={example} нет; выберите: {choices}",
        "needs_real": "Примеру нужен настоящий движок ({reason}): поставьте Java 17+ с Maven или выберите "
        "ENGINE=camunda|operaton",
        "timer": "Если первую задачу не закрыть за {patience}, решать будет руководитель.",
        "your_turn": "Ваш ход: закройте задачи на странице {url}. Ctrl-C завершает демонстрацию.",
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
        "real": "The first start downloads it from Maven Central.",
        "engine_fallback": "No real engine can be started here ({reason}): the built-in stand-in is used.",
        "engine_running": "Engine {kind} {version}: {url}",
        "portal_running": "Portal stand-in, the page of its tasks: {url}",
        "worker_started": "The worker runs as a process of its own: its page {page}, its log {log}",
        "instances_started": "Started instances of process {key}: {count}",
        "external_task": "external task {value}",
        "portal_task": "Bitrix24 task {value}",
        "completed": "external task completed",
        "synchronised": "instance synchronised",
        "head": "instance|external task|task|completed|synchronised|seconds",
        "yes": "yes",
        "no": "no",
        "all_through": "All {count} instances are done, in {seconds} s.",
        "stays": "The page of the tasks: {url} — Ctrl-C ends.",
        "late": "Not all instances were done within {seconds:.0f} s",
        "see_log": "the worker's log: {log}",
        "worker_ended": "The worker ended with code {code}; its log: {log}",
        "stopped": "Stopped.",
        "trouble": "The demonstration failed: {error}",
        "unavailable": "Engine {kind} cannot be started: {reason}",
        "unknown_kind": "there is no ENGINE={kind}; choose camunda, operaton or builtin",
        "no_port": "{setting}={value} is no port; set a number up to 65535, 0 for any free one",
        "port_taken": "{setting}={value}: this port is taken or not allowed; choose another, 0 for any free one",
        "page_elsewhere": "Port {usual} is taken (perhaps by another worker), so the page will be at port {port}; "
        "HTTP_PORT sets a port of your own.",
        "unknown_example": "there is no EXAMPLE={example}; choose: {choices}",
        "needs_real": "An example needs a real engine ({reason}): install Java 17+ with Maven, or choose "
        "ENGINE=camunda|operaton",
        "timer": "If the first task is not closed within {patience}, the supervisor decides.",
        "your_turn": "Your turn: close the tasks on the page {url}. Ctrl-C ends the demonstration.",
        "step_waits": "step «{step}», external task {value}",
        "close_it": "→ open {url}, close task No. {task} and choose ДА (yes) or НЕТ (no): «{question}»",
        "fill_it_in": "→ open {url}, fill in the questionnaire of task No. {task} and close it: «{question}»",
        "left_open": "task No. {task} stays unanswered; waiting for the timer",
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
    """As of the worker's commands: `LOG_LANGUAGE`, otherwise English in an English locale, else Russian."""
    names = ("LOG_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    named = next((value for name in names if (value := environ.get(name))), "")
    return "en" if named.lower().startswith("en") else "ru"


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
