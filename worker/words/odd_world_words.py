"""Texts for causes in what a side answers, or the machine's clock says, though every call succeeds."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker.words.cause_text import Explanation
from worker.words.documents import LOST
from worker.words.phrase import Phrase

OF_AN_ODD_WORLD: Mapping[Cause, Explanation] = {
    Cause.TASKS_GONE: Explanation(
        Phrase(
            "на портале разом не стало ожидающих задач: {said}",
            "waiting tasks are missing on the portal all at once: {said}",
        ),
        Phrase(
            "Проверьте, что владелец вебхука администратор и видит эти задачи. Если их удалили по ошибке, восстановите "
            "их из корзины портала. Если намеренно, задайте WAITING_GONE_SHARE=1, а когда работа продолжится, верните "
            "прежнее значение",
            "Check that the webhook's owner is an administrator and sees these tasks. If they were deleted by mistake, "
            "restore them from the portal's recycle bin; if on purpose, set WAITING_GONE_SHARE=1, and set it back once "
            "work has resumed",
        ),
    ),
    Cause.STEPS_GONE: Explanation(
        Phrase(
            "в движке разом не стало ожидающих шагов: {said}",
            "waiting steps are missing in the engine all at once: {said}",
        ),
        Phrase(
            "История движка не говорит, как они закончились: проверьте, что он работает со своей базой. Если шаги "
            "прервали таймеры или люди, а движок хранит не полную историю (historyLevel full), увеличьте "
            "WAITING_GONE_SHARE",
            "The engine's history does not tell how they ended: check that it runs on its own database. If timers or "
            "people ended them, and the engine does not keep its full history (historyLevel full), raise "
            "WAITING_GONE_SHARE",
        ),
    ),
    Cause.LOCKED_UNKNOWN: Explanation(
        Phrase(
            "шагов, которые прошлый запуск заблокировал за этим воркером и которых нет в журнале: {said}",
            "steps that an earlier run locked for this worker and that the ledger does not know: {said}",
        ),
        Phrase(
            "Делать ничего не нужно: когда блокировки закончатся, движок выдаст эти шаги снова, и воркер найдёт их "
            "задачи на портале. Так бывает, если воркер убили или журнал восстановлен из старой копии",
            "Do nothing: once their locks have ended, the engine hands these steps out again, and the worker finds "
            "their tasks on the portal. This happens after a kill, or if the ledger was restored from an older backup",
        ),
        passes=True,
    ),
    Cause.LOCKED_BY_STRANGER: Explanation(
        Phrase(
            "шаги заблокированы воркером, которого этот журнал не знает; сколько их и до какого времени: {said}",
            "steps are locked by a worker that this ledger does not know; how many, and until when: {said}",
        ),
        Phrase(
            "До этого времени движок никому их не выдаст. Это прежний запуск, журнал которого утрачен, или "
            "другой воркер: если он работает, делать ничего не нужно. Если до этого журнала был другой, выполните: "
            f"{LOST}",
            "Until then the engine hands them out to nobody. It is a former run whose ledger was "
            "lost, or another worker: if that one runs, do nothing. If there was another ledger before this one, "
            f"follow: {LOST}",
        ),
        passes=True,
    ),
    Cause.LEDGER_NEW: Explanation(
        Phrase(
            "журнал новый, а на портале есть задачи прежнего (новейшая: {said}). О процессах, стоящих за шагами, и об "
            "отложенных синхронизациях, которые знал только он, здесь не сказано",
            "the ledger is new, and the portal has tasks of an earlier one (the newest: {said}). Of processes that are "
            "stuck behind steps, and of parked synchronisations, which only that one knew, nothing is said here",
        ),
        Phrase(
            "Если файл прежнего журнала или его копия есть, остановите воркер и верните файл на место. Иначе "
            f"запросите синхронизации заново (audit --resync): {LOST}. Если журнал сменили намеренно или задачи "
            "создал другой воркер со своим журналом, ничего не делайте: через сутки сообщение пропадёт",
            "If there is the file of the earlier ledger or a copy, stop the worker and put it in place. Otherwise "
            f"request the synchronisations anew (audit --resync): {LOST}. If the ledger was changed on purpose, or "
            "another worker with a ledger of its own made the tasks, do nothing: after a day this is no longer told",
        ),
    ),
    Cause.CLOCK_JUMPED: Explanation(
        Phrase("часы этой машины перевели: {said}", "the clock of this machine was set: {said}"),
        Phrase(
            "Проверьте её время (timedatectl) и перезапустите воркер: до этого даты в журнале идут по прежним часам",
            "Check its time (timedatectl) and restart the worker: until then, dates in the ledger follow the former "
            "clock",
        ),
    ),
    Cause.CHANGES_MISSED: Explanation(
        Phrase(
            "список изменённых задач портала не назвал закрытую задачу {said}",
            "the portal's list of changed tasks did not name closed task {said}",
        ),
        Phrase(
            "Проверьте, что закрытие задачи меняет её дату изменения (CHANGED_DATE) и что часы серверов портала идут "
            "одинаково. Когда список снова назовёт закрытые задачи, воркер вернётся к нему автоматически",
            "Check that closing a task moves its date of change (CHANGED_DATE), and that the clocks of the portal's "
            "servers agree. Once the list names closed tasks again, the worker returns to it automatically",
        ),
    ),
    Cause.PORTAL_SLOW: Explanation(
        Phrase(
            "портал отвечает медленно: вызов занимает {took}{usual}; одновременных созданий — до {at_once}, поэтому за "
            "минуту — не больше {rate} задач",
            "the portal answers slowly: a call takes {took}{usual}; with up to {at_once} creates at once, that is at "
            "most {rate} tasks a minute",
        ),
        Phrase(
            "{here}Проверьте нагрузку сервера портала, его базу данных и лог. Если нагрузку создаёт этот воркер, "
            "уменьшите camunda.max_in_flight",
            "{here}Check the load of the portal's server, its database and its log. If this worker makes the load, "
            "lower camunda.max_in_flight",
        ),
        passes=True,
    ),
    Cause.ENGINE_SLOW: Explanation(
        Phrase(
            "движок отвечает медленно: вызов занимает {took}{usual}; шагов в работе — до {at_once}, поэтому за минуту "
            "— не больше {rate} завершений",
            "the engine answers slowly: a call takes {took}{usual}; with up to {at_once} steps in work, that is at "
            "most {rate} completions a minute",
        ),
        Phrase(
            "{here}Проверьте нагрузку сервера движка, его базу данных и лог. Завершение длится и столько, сколько "
            "модель выполняет сразу за шагом: asyncBefore у следующего шага сокращает его",
            "{here}Check the load of the engine's server, its database and its log. A completion also takes as long as "
            "what the model does right behind the step: asyncBefore at the next step shortens it",
        ),
        passes=True,
    ),
    Cause.LEDGER_SLOW: Explanation(
        Phrase(
            "журнал отвечает медленно: на вопрос нет ответа {took}",
            "the ledger answers slowly: a question has had no answer for {took}",
        ),
        Phrase(
            "{here}Проверьте место, где лежит журнал: для файла это диск машины (iostat), для PostgreSQL — нагрузка "
            "сервера, сеть до него и долгие транзакции (pg_stat_activity)",
            "{here}Check the place of the ledger: of a file that is this machine's disk (iostat), of PostgreSQL the "
            "load of its server, the network to it and long transactions (pg_stat_activity)",
        ),
        passes=True,
    ),
    Cause.MACHINE_BUSY: Explanation(
        Phrase(
            "машина воркера перегружена: секунда вычислений длится на ней {stretch} с, поэтому всё идёт дольше, и "
            "медленными кажутся и движок, и портал, и журнал",
            "the worker's machine is overloaded: a second of computing lasts {stretch} s on it, so everything takes "
            "longer, and engine, portal and ledger seem slow too",
        ),
        Phrase(
            "Проверьте, что ещё на ней работает (top), сколько у неё ядер и не ограничено ли время процессора для "
            "воркера (resources.limits.cpu, docker stats, CPUQuota, nice). Перезапуск не поможет",
            "Check what else runs on it (top), how many cores it has, and whether the worker's CPU time is limited "
            "(resources.limits.cpu, docker stats, CPUQuota, nice). A restart does not help",
        ),
        passes=True,
    ),
    Cause.PORTAL_CLOCK_JUMPED: Explanation(
        Phrase("часы портала перевели: {said}", "the portal's clock was set: {said}"),
        Phrase(
            "Проверьте время серверов портала (timedatectl) и их службу времени",
            "Check the time of the portal's servers (timedatectl), and their time service",
        ),
        passes=True,
    ),
}
