"""Texts of log events about the ledger itself: its file, its opening, its refusals."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.documents import LOST
from worker.words.log.text import Text, error, info, warning

LEDGER_TEXTS: Mapping[str, Text] = {
    "ledger.open_to_others": warning(
        "Журнал {path} доступен другим пользователям (права {mode}). В нём данные задач, а его изменение "
        "приведёт к дублям. Выполните: chmod 600 {path}",
        "Other users can read or write the ledger {path} (mode {mode}). It holds task data, and changing it "
        "causes duplicates. Run: chmod 600 {path}",
    ),
    "ledger.preparing": warning(
        "Журнал ещё открывается, уже {seconds} с (предел, с: {most}). Работа начнётся после этого. Сейчас {what}",
        "The ledger is still being opened, for {seconds} s (limit in seconds: {most}). Work begins after that. Now "
        "{what}",
    ),
    "ledger.unavailable": error(
        "Не удалось записать в журнал: {reason}. Воркер не делает того, чего не может записать",
        "Could not write to the ledger: {reason}. The worker does nothing it cannot record",
    ),
    "ledger.created": info(
        f"Журнал новый, он создан сейчас. Если до него был другой, выполните по порядку: {LOST}",
        f"The ledger is new, it was made just now. If there was another one before it, follow: {LOST}",
    ),
    "ledger.lost": warning(
        f"Здесь уже был журнал: от него есть {{path}}, но данных нет. Если они были нужны, остановите воркер и "
        f"поставьте на место файл или резервную копию; если их нет, выполните по порядку: {LOST}",
        f"There was a ledger here before: {{path}} is left of it, but no data. If they were needed, stop the worker, "
        f"and put the file or a backup in its place; if there is neither, follow: {LOST}",
    ),
    "ledger.worker_silent": warning(
        "Воркер {worker} с {at} не отмечается в журнале: он остановлен или потерял связь. Его незавершённые шаги "
        "(в журнале: {count}) переходят к остальным: итоги — сразу, шаги, ждущие людей, — при следующей сверке, прочие "
        "и те, что он взял и не записал, — когда истекут их блокировки, не позже {until}. Запустите этот воркер, если "
        "он ещё не запущен снова под другим номером",
        "The worker {worker} has sent no heartbeat since {at}: it has ended or lost its connection. Its unfinished "
        "steps (recorded: {count}) go to the others: outcomes at once, steps that wait for people at the next "
        "comparison, the rest, and what it fetched but did not record, when their locks end, at {until} at the latest. "
        "Start that worker, unless it has been started again under another number",
    ),
    "ledger.other_topics": warning(
        "Воркер {worker} с этим же журналом обслуживает другие топики ({theirs}), этот — {ours}. Задайте им одни и те "
        "же топики: шаги того, кто остановится, продолжит только воркер с их топиком",
        "The worker {worker} of this ledger serves other topics ({theirs}) than this one ({ours}). Give both the same "
        "topics: if one stops, only a worker with their topic goes on with its steps",
    ),
    "ledger.worker_relieved": info(
        "У воркера {worker}, который не отмечается в журнале, больше нет незавершённых шагов",
        "The worker {worker}, which sends no heartbeats, has no unfinished steps any more",
    ),
    "ledger.worker_back": info(
        "Воркер {worker} снова отмечается в журнале, закончил работу как положено, или его место занял новый запуск",
        "The worker {worker} sends heartbeats again, has ended in order, or a new run has taken its place",
    ),
    "ledger.decided": info(
        "{what}. Экземпляр процесса {process_instance_id}, решено {at}",
        "{what}. Process instance {process_instance_id}, decided at {at}",
    ),
    "ledger.upgraded": info(
        "Журнал обновлён с версии {before} до версии {now}: прежняя версия программы его больше не примет",
        "The ledger is upgraded from version {before} to version {now}: an older program refuses it from now on",
    ),
}
