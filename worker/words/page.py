"""The texts of the status page, in two languages; and spans of time in words."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import LANGUAGES, Language, Phrase

WORDS: Mapping[str, Phrase] = {
    "other_language": Phrase("English", "Русский"),
    "title": Phrase("Воркер Camunda — Битрикс24", "Worker Camunda — Bitrix24"),
    # --- the headline ---
    "works": Phrase(
        "Работает: задачи забираются, создаются и завершаются", "It works: tasks are fetched, created and completed"
    ),
    "thread_ended": Phrase(
        "Не работает: поток завершился или завис, процесс нужно запустить снова",
        "It does not work: a thread has ended or hangs, the process must be started again",
    ),
    "side_down": Phrase(
        "Стоит: {sides}. Ничего не потеряно, работа продолжится сама",
        "It stands still: {sides}. Nothing is lost, it goes on by itself",
    ),
    "side_needs_help": Phrase(
        "Стоит: {sides}. Ничего не потеряно, но без вас работа не продолжится",
        "It stands still: {sides}. Nothing is lost, but it resumes only when somebody has helped",
    ),
    "engine_down": Phrase("движок не отвечает как должен", "the engine does not answer as it should"),
    "portal_down": Phrase("портал не отвечает как должен", "the portal does not answer as it should"),
    "ledger_down": Phrase("журнал недоступен", "the ledger cannot be used"),
    "fetch_refused": Phrase("Стоит: движок не выдаёт задачи", "It stands still: the engine hands out no tasks"),
    "no_poll": Phrase(
        "Стоит: движок давно не отвечал на запрос задач",
        "It stands still: the engine has not answered a fetch for long",
    ),
    "starting": Phrase("Запускается: стороны ещё проверяются", "It is starting: the sides are being looked at"),
    "stopping": Phrase(
        "Останавливается: новые задачи не берутся, начатое завершается",
        "It is stopping: nothing new is taken, what was begun is finished",
    ),
    "but_parked": Phrase(
        "Работает, но отложенные синхронизации ждут решения человека: {count}",
        "It works, but parked synchronisations wait for a person: {count}",
    ),
    "but_not_served": Phrase(
        "Работает, но шаги топика или тенанта, которых больше нет в настройках, никто не берёт: {count}",
        "It works, but nobody fetches steps of a topic or tenant that left the settings: {count}",
    ),
    "but_unsettled": Phrase(
        "Работает, но движок пока не принял итоги шагов: {count}",
        "It works, but the engine has not accepted outcomes yet: {count}",
    ),
    "but_doubtful": Phrase(
        "Работает, но исход создания задач пока неизвестен: {count}",
        "It works, but whether tasks were created is unknown yet: {count}",
    ),
    "but_late": Phrase(
        "Работает, но синхронизации запаздывают: {count}", "It works, but synchronisations are late: {count}"
    ),
    "but_unread": Phrase(
        "Работает, но модели не прочитаны, их шаги проверяются не полностью: {count}",
        "It works, but models could not be read, their steps are not fully checked: {count}",
    ),
    "threads": Phrase("Потоки", "Threads"),
    "updated": Phrase("Обновлено в {time}", "Updated at {time}"),
    "stale": Phrase(
        "Воркер не отвечает: страница показывает то, что было раньше.",
        "The worker does not answer: this page shows what was before.",
    ),
    # --- the sides ---
    "sides": Phrase("Движок, портал, журнал", "Engine, portal, ledger"),
    "engine": Phrase("Движок", "Engine"),
    "portal": Phrase("Портал", "Portal"),
    "ledger": Phrase("Журнал", "Ledger"),
    "well": Phrase("в порядке", "well"),
    "down": Phrase("сбой", "not well"),
    "probing": Phrase("проверяется", "being looked at"),
    "last_poll": Phrase("последний ответ: {ago} назад", "last answer: {ago} ago"),
    "not_polled": Phrase("задачи ещё не запрашивались", "no tasks were fetched yet"),
    "calls_waiting": Phrase("вызовов ждёт очереди: {count}", "calls that wait for their turn: {count}"),
    "budget_left": Phrase("времени выполнения осталось: {span} ({method})", "execution time left: {span} ({method})"),
    "ledger_file": Phrase("файл SQLite", "SQLite file"),
    "ledger_shared": Phrase("общий, PostgreSQL", "shared, PostgreSQL"),
    # --- the charts ---
    "rates": Phrase("За последний час", "The last hour"),
    "tasks_fetched": Phrase("Получено", "Fetched"),
    "tasks_created": Phrase("Создано", "Created"),
    "tasks_completed": Phrase("Завершено", "Completed"),
    "tasks_failed": Phrase("Неудач", "Failed"),
    "sync_requests_sent": Phrase("Синхронизировано", "Synchronised"),
    "chart": Phrase(
        "{name}: за час {total}, больше всего в минуту {peak}",
        "{name}: {total} in the last hour, at most {peak} in a minute",
    ),
    "peak": Phrase("до {peak} в минуту", "up to {peak} a minute"),
    # --- what waits ---
    "waits": Phrase("Что ждёт и почему", "What waits, and why"),
    "nothing_waits": Phrase("Ничто не ждёт вмешательства.", "Nothing waits for help."),
    "people": Phrase("Ждут людей", "Waiting for people"),
    "people_words": Phrase(
        "Шагов, чьи задачи ещё не закрыты: {count}. Дольше всех: {ago}.",
        "Steps whose tasks are not closed yet: {count}. The longest: {ago}.",
    ),
    "nobody": Phrase("Ни один шаг не ждёт людей.", "No step waits for people."),
    "doubtful": Phrase("Неизвестно, создана ли задача", "Unknown whether the task was created"),
    "doubtful_hint": Phrase(
        "Портал не дал ясного ответа. Воркер выждет и найдёт задачу по метке; второй не создаст.",
        "The portal gave no clear answer. The worker waits and looks for its marker; no second is made.",
    ),
    "looked_up": Phrase("будет найдена по метке", "will be looked up by its marker"),
    "no_answer_yet": Phrase("портал ещё не ответил", "the portal has not answered yet"),
    "not_served": Phrase("Больше не обслуживается", "No longer served"),
    "not_served_hint": Phrase(
        "Топика или тенанта этих шагов больше нет в настройках. Верните настройку или завершите шаги в "
        "Cockpit и проверьте их задачи на портале.",
        "The settings no longer name the topic or tenant of these steps. Bring the setting back, or end "
        "the steps in Cockpit and check their tasks on the portal.",
    ),
    "unsettled": Phrase("Движок не принял итог", "The engine has not accepted the outcome"),
    "unsettled_hint": Phrase(
        "Повторяется само, пока движок не ответит.", "Repeated by itself until the engine answers."
    ),
    "late": Phrase("Синхронизация запаздывает", "The synchronisation is late"),
    "late_hint": Phrase("Повторяется сама, всё реже, до суток.", "Repeated by itself, ever more rarely, for a day."),
    "parked": Phrase("Синхронизация отложена до решения человека", "The synchronisation is parked for a person"),
    "parked_hint": Phrase(
        "Устраните причину и отправьте снова; или удалите командой forget.",
        "Mend the cause and send them again; or drop them by the command forget.",
    ),
    "unread": Phrase("Модель не прочитана", "The model could not be read"),
    "unread_hint": Phrase(
        "Шаги этих процессов создаются, но проверки по модели для них выключены.",
        "Tasks are made for the steps of these processes, but what the model would tell is not checked.",
    ),
    "and_more": Phrase("и ещё {count}", "and {count} more"),
    "sync_number": Phrase("синхронизация № {id}", "synchronisation {id}"),
    "tries": Phrase("попыток: {count}", "tries: {count}"),
    # --- the last warnings ---
    "warnings": Phrase("Последние предупреждения", "Last warnings"),
    "warnings_hint": Phrase(
        "Всё, о чём с запуска предупреждал лог, новое сверху. Часть могла уже пройти: смотрите, когда это "
        "было в последний раз.",
        "All that the log has warned of since the start, the newest first. Some of it may have passed: "
        "see when it was last told.",
    ),
    "warned_once": Phrase("один раз, {first} назад", "once, {first} ago"),
    "warned_times": Phrase(
        "раз: {count}, впервые {first} назад, в последний раз {last} назад",
        "times: {count}, first {first} ago, last {last} ago",
    ),
    # --- the tasks ---
    "tasks": Phrase("Последние задачи", "The last tasks"),
    "no_tasks": Phrase("Задач пока не было.", "There were no tasks yet."),
    "portal_task": Phrase("Задача Битрикс24", "Bitrix24 task"),
    "none_yet": Phrase("нет", "none"),
    "state": Phrase("Состояние", "State"),
    "for": Phrase("На этой стадии", "At this stage"),
    "topic": Phrase("Топик", "Topic"),
    "process": Phrase("Процесс", "Process"),
    "instance": Phrase("Экземпляр", "Instance"),
    "external_task": Phrase("Внешняя задача", "External task"),
    "creating": Phrase("создаётся", "being created"),
    "doubted": Phrase("исход создания неизвестен", "unknown whether created"),
    "created": Phrase("создана, сообщается движку", "created, the engine is told"),
    "refused": Phrase("создана, движок не принял итог", "created, outcome not accepted"),
    "waiting": Phrase("ждёт человека", "waits for a person"),
    "not_served_state": Phrase("больше не обслуживается", "no longer served"),
    "settled": Phrase("завершена", "completed"),
    "sync_waiting": Phrase("завершена, синхронизация в очереди", "completed, to be synchronised"),
    "sync_parked": Phrase("завершена, синхронизация отложена", "completed, synchronisation parked"),
    "failing": Phrase("не создана, сообщается движку", "not created, the engine is told"),
    "rejected": Phrase("не создана, движку сообщена ошибка", "not created, a failure was told"),
    "superseded": Phrase("у другого обработчика", "another worker's"),
    "ledger_unreadable": Phrase(
        "Журнал не читается, поэтому задач не видно.", "The ledger cannot be read: no tasks can be shown."
    ),
    # --- the end of the page ---
    "about": Phrase("О воркере", "About"),
    "version": Phrase("Версия", "Version"),
    "worker_id": Phrase("Имя", "Name"),
    "uptime": Phrase("Работает", "Running for"),
    "in_flight": Phrase("В работе", "In flight"),
    "in_flight_words": Phrase("{count} из {most}", "{count} of {most}"),
    "creates_allowed": Phrase("Созданий сразу", "Creates at once"),
    "creates_words": Phrase("до {count}", "up to {count}"),
    "topics": Phrase("Топики", "Topics"),
    "since_watch": Phrase("С последнего просмотра ожидающих задач", "Since the last look at waiting tasks"),
    "since_sweep": Phrase("С последней сверки задач и шагов", "Since tasks and steps were last compared"),
    "since_sync": Phrase("С последней принятой синхронизации", "Since the last accepted synchronisation"),
}

UNITS = (Phrase("с", "s"), Phrase("мин", "min"), Phrase("ч", "h"), Phrase("д", "d"))
"""Second, minute, hour, day."""


def span(seconds: float, language: Language) -> str:
    """A time span in one or two units, rounded down."""
    second, minute, hour, day = (unit.in_(language) for unit in UNITS)
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} {second}"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} {minute}"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} {hour} {minutes} {minute}" if minutes else f"{hours} {hour}"
    days, hours = divmod(hours, 24)
    return f"{days} {day} {hours} {hour}" if hours else f"{days} {day}"


def chosen(asked: str, accepted: str, default: Language) -> Language:
    """The language of a page: the one in its address, otherwise the browser's preferred one, otherwise `default`."""
    for name in (asked, *_by_weight(accepted)):
        for language in LANGUAGES:
            if name.lower().partition("-")[0] == language:
                return language
    return default


def _by_weight(accepted: str) -> list[str]:
    weighed = []
    for part in accepted.split(","):
        name, _, weight = part.partition(";q=")
        try:
            weighed.append((float(weight or 1.0), name.strip()))
        except ValueError:
            continue
    return [name for _, name in sorted(weighed, key=lambda pair: -pair[0])]
