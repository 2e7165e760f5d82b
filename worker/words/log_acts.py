"""Log texts for the acts of a created task: checklists, comments and whatever else it needs after its create."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log_text import Text, info, warning

ACT_TEXTS: Mapping[str, Text] = {
    "act.done": info("Задача {portal_task} дополнена: {act}", "Task {portal_task} completed with: {act}"),
    "act.not_sent": info(
        "Задача {portal_task}: {act}: не отправлено ({reason})", "Task {portal_task}: {act}: not sent ({reason})"
    ),
    "act.doubtful": warning(
        "Задача {portal_task}: неизвестно, выполнено ли: {act} ({reason}). Проверка через {wait} с",
        "Task {portal_task}: unknown whether it was executed: {act} ({reason}). It is looked up in {wait} s",
    ),
    "act.given_up": warning(
        "Задача {portal_task} осталась без дополнения: {act}: {reason}. Шаг идёт дальше; если нужно, дополните её сами",
        "Task {portal_task} was left without: {act}: {reason}. The step goes on; add it by hand if it is needed",
    ),
    "acts.not_drafted": warning(
        "Задача {portal_task} найдена на портале, а в журнале её нет; что к ней ещё добавить, неизвестно: {reason}",
        "Task {portal_task} was found on the portal and is not in the ledger; what else it needs is unknown: {reason}",
    ),
    "acts.void": info(
        "Задачи {portal_task} на портале больше нет: дополнять нечего (внешняя задача {task})",
        "Task {portal_task} is no longer on the portal: nothing is left to be added (external task {task})",
    ),
}
