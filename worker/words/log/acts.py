"""Log texts for the acts of a created task: checklists, comments and whatever else it needs after its create."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log.text import Text, info, warning

ACT_TEXTS: Mapping[str, Text] = {
    "act.done": info("Задача {portal_task} дополнена: {act}", "Added to task {portal_task}: {act}"),
    "act.not_sent": info(
        "Задача {portal_task}, {act}: не отправлено ({reason})",
        "Task {portal_task}, {act}: not sent ({reason})",
    ),
    "act.doubtful": warning(
        "Задача {portal_task}, {act}: неизвестно, выполнен ли запрос ({reason}). Воркер проверит это через {wait} с",
        "Task {portal_task}, {act}: unknown whether the request was executed ({reason}). The worker checks "
        "it in {wait} s",
    ),
    "act.given_up": warning(
        "Воркер не смог дополнить задачу {portal_task}: {act}: {reason}. Шаг продолжается; если нужно, "
        "добавьте это сами",
        "The worker could not add to task {portal_task}: {act}: {reason}. The step continues; add it by hand "
        "if you need it",
    ),
    "acts.not_drafted": warning(
        "Задача {portal_task} найдена на портале, а в журнале её нет. Воркер не знает, чем её дополнить: {reason}",
        "Task {portal_task} was found on the portal but is not in the ledger. The worker does not know what "
        "to add to it: {reason}",
    ),
    "acts.not_ours": warning(
        "Задача {portal_task} найдена на портале, но её создала другая программа (её XML_ID не наш): воркер ничего к "
        "ней не добавит ({acts}). Если нужно, дополните её сами",
        "Task {portal_task} was found on the portal, but another program created it (its XML_ID is not ours): nothing "
        "is added to it ({acts}). Add it by hand if it is needed",
    ),
    "acts.void": info(
        "Задачи {portal_task} на портале больше нет, дополнять нечего (внешняя задача {task})",
        "Task {portal_task} no longer exists on the portal, nothing is added (external task {task})",
    ),
}
