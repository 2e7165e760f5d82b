"""What the demonstration says, in Russian and English."""

from __future__ import annotations

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
        "late": "Не все экземпляры прошли за {seconds:.0f} с; журнал воркера: {log}",
        "worker_ended": "Воркер завершился с кодом {code}; его журнал: {log}",
        "stopped": "Остановлено.",
        "trouble": "Не получилось: {error}",
        "unavailable": "Движок {kind} не запустить: {reason}",
        "unknown_kind": "ENGINE={kind} нет; выберите camunda, operaton или builtin",
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
        "late": "Not all instances were through within {seconds:.0f} s; the worker's log: {log}",
        "worker_ended": "The worker ended with code {code}; its log: {log}",
        "stopped": "Stopped.",
        "trouble": "It did not work: {error}",
        "unavailable": "Engine {kind} cannot be started: {reason}",
        "unknown_kind": "there is no ENGINE={kind}; choose camunda, operaton or builtin",
    },
}


def language_of(environ: Mapping[str, str]) -> str:
    """`LOG_LANGUAGE`, else the language of the terminal."""
    named = environ.get("LOG_LANGUAGE") or environ.get("LC_ALL") or environ.get("LANG") or ""
    return "ru" if named.lower().startswith("ru") else "en"
