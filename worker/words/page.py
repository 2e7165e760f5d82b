"""What the status page says, in two languages; and spans of time in words."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.faults import Language

LANGUAGES: tuple[Language, ...] = ("ru", "en")

RU: Mapping[str, str] = {
    "other_language": "English",
    "title": "Воркер Camunda — Битрикс24",
    # --- the headline ---
    "works": "Работает: задачи забираются, создаются и завершаются",
    "thread_ended": "Не работает: поток завершился или завис, процесс нужно запустить снова",
    "side_down": "Стоит: {sides}. Ничего не потеряно, работа продолжится сама",
    "side_needs_help": "Стоит: {sides}. Ничего не потеряно, но без вас работа не продолжится",
    "engine_down": "движок не отвечает как должен",
    "portal_down": "портал не отвечает как должен",
    "ledger_down": "журнал недоступен",
    "fetch_refused": "Стоит: движок не выдаёт задачи",
    "no_poll": "Стоит: движок давно не отвечал на запрос задач",
    "starting": "Запускается: стороны ещё проверяются",
    "stopping": "Останавливается: новые задачи не берутся, начатое завершается",
    "but_parked": "Работает, но отложенные синхронизации ждут решения человека: {count}",
    "but_not_served": "Работает, но шаги топика или тенанта, которых больше нет в настройках, никто не берёт: {count}",
    "but_unsettled": "Работает, но движок пока не принял итоги шагов: {count}",
    "but_doubtful": "Работает, но исход создания задач пока неизвестен: {count}",
    "but_late": "Работает, но синхронизации запаздывают: {count}",
    "but_unread": "Работает, но модели не прочитаны, их шаги проверяются не полностью: {count}",
    "threads": "Потоки",
    "updated": "Обновлено в {time}",
    "stale": "Воркер не отвечает: страница показывает то, что было раньше.",
    # --- the sides ---
    "sides": "Движок, портал, журнал",
    "engine": "Движок",
    "portal": "Портал",
    "ledger": "Журнал",
    "well": "в порядке",
    "down": "сбой",
    "probing": "проверяется",
    "last_poll": "последний ответ: {ago} назад",
    "not_polled": "задачи ещё не запрашивались",
    "calls_waiting": "вызовов ждёт очереди: {count}",
    "budget_left": "времени выполнения осталось: {span} ({method})",
    "ledger_file": "файл SQLite",
    "ledger_shared": "общий, PostgreSQL",
    # --- the charts ---
    "rates": "За последний час",
    "tasks_fetched": "Получено",
    "tasks_created": "Создано",
    "tasks_completed": "Завершено",
    "tasks_failed": "Неудач",
    "sync_requests_sent": "Синхронизировано",
    "chart": "{name}: за час {total}, больше всего в минуту {peak}",
    "peak": "до {peak} в минуту",
    # --- what waits ---
    "waits": "Что ждёт и почему",
    "nothing_waits": "Ничто не ждёт вмешательства.",
    "people": "Ждут людей",
    "people_words": "Шагов, чьи задачи ещё не закрыты: {count}. Дольше всех: {ago}.",
    "nobody": "Ни один шаг не ждёт людей.",
    "doubtful": "Неизвестно, создана ли задача",
    "doubtful_hint": "Портал не дал ясного ответа. Воркер выждет и найдёт задачу по метке; второй не создаст.",
    "looked_up": "будет найдена по метке",
    "no_answer_yet": "портал ещё не ответил",
    "not_served": "Больше не обслуживается",
    "not_served_hint": "Топика или тенанта этих шагов больше нет в настройках. Верните настройку или завершите шаги в "
    "Cockpit и проверьте их задачи на портале.",
    "unsettled": "Движок не принял итог",
    "unsettled_hint": "Повторяется само, пока движок не ответит.",
    "late": "Синхронизация запаздывает",
    "late_hint": "Повторяется сама, всё реже, до суток.",
    "parked": "Синхронизация отложена до решения человека",
    "parked_hint": "Устраните причину и отправьте снова; или удалите командой forget.",
    "unread": "Модель не прочитана",
    "unread_hint": "Шаги этих процессов создаются, но проверки по модели для них выключены.",
    "and_more": "и ещё {count}",
    "sync_number": "синхронизация № {id}",
    "tries": "попыток: {count}",
    # --- the last warnings ---
    "warnings": "Последние предупреждения",
    "warnings_hint": "Всё, о чём с запуска предупреждал лог, новое сверху. Часть могла уже пройти: смотрите, когда это "
    "было в последний раз.",
    "warned_once": "один раз, {first} назад",
    "warned_times": "раз: {count}, впервые {first} назад, в последний раз {last} назад",
    # --- the tasks ---
    "tasks": "Последние задачи",
    "no_tasks": "Задач пока не было.",
    "portal_task": "Задача Битрикс24",
    "none_yet": "нет",
    "state": "Состояние",
    "for": "На этой стадии",
    "topic": "Топик",
    "process": "Процесс",
    "instance": "Экземпляр",
    "external_task": "Внешняя задача",
    "creating": "создаётся",
    "doubted": "исход создания неизвестен",
    "created": "создана, сообщается движку",
    "refused": "создана, движок не принял итог",
    "waiting": "ждёт человека",
    "not_served_state": "больше не обслуживается",
    "settled": "завершена",
    "sync_waiting": "завершена, синхронизация в очереди",
    "sync_parked": "завершена, синхронизация отложена",
    "failing": "не создана, сообщается движку",
    "rejected": "не создана, движку сообщена ошибка",
    "superseded": "у другого обработчика",
    "ledger_unreadable": "Журнал не читается, поэтому задач не видно.",
    # --- the end of the page ---
    "about": "О воркере",
    "version": "Версия",
    "worker_id": "Имя",
    "uptime": "Работает",
    "in_flight": "В работе",
    "in_flight_words": "{count} из {most}",
    "creates_allowed": "Созданий сразу",
    "creates_words": "до {count}",
    "topics": "Топики",
    "since_watch": "С последнего просмотра ожидающих задач",
    "since_sweep": "С последней сверки задач и шагов",
    "since_sync": "С последней принятой синхронизации",
}

EN: Mapping[str, str] = {
    "other_language": "Русский",
    "title": "Worker Camunda — Bitrix24",
    "works": "It works: tasks are fetched, created and completed",
    "thread_ended": "It does not work: a thread has ended or hangs, the process must be started again",
    "side_down": "It stands still: {sides}. Nothing is lost, it goes on by itself",
    "side_needs_help": "It stands still: {sides}. Nothing is lost, but it resumes only when somebody has helped",
    "engine_down": "the engine does not answer as it should",
    "portal_down": "the portal does not answer as it should",
    "ledger_down": "the ledger cannot be used",
    "fetch_refused": "It stands still: the engine hands out no tasks",
    "no_poll": "It stands still: the engine has not answered a fetch for long",
    "starting": "It is starting: the sides are being looked at",
    "stopping": "It is stopping: nothing new is taken, what was begun is finished",
    "but_parked": "It works, but parked synchronisations wait for a person: {count}",
    "but_not_served": "It works, but nobody fetches steps of a topic or tenant that left the settings: {count}",
    "but_unsettled": "It works, but the engine has not accepted outcomes yet: {count}",
    "but_doubtful": "It works, but whether tasks were created is unknown yet: {count}",
    "but_late": "It works, but synchronisations are late: {count}",
    "but_unread": "It works, but models could not be read, their steps are not fully checked: {count}",
    "threads": "Threads",
    "updated": "Updated at {time}",
    "stale": "The worker does not answer: this page shows what was before.",
    "sides": "Engine, portal, ledger",
    "engine": "Engine",
    "portal": "Portal",
    "ledger": "Ledger",
    "well": "well",
    "down": "not well",
    "probing": "being looked at",
    "last_poll": "last answer: {ago} ago",
    "not_polled": "no tasks were fetched yet",
    "calls_waiting": "calls that wait for their turn: {count}",
    "budget_left": "execution time left: {span} ({method})",
    "ledger_file": "SQLite file",
    "ledger_shared": "shared, PostgreSQL",
    "rates": "The last hour",
    "tasks_fetched": "Fetched",
    "tasks_created": "Created",
    "tasks_completed": "Completed",
    "tasks_failed": "Failed",
    "sync_requests_sent": "Synchronised",
    "chart": "{name}: {total} in the last hour, at most {peak} in a minute",
    "peak": "up to {peak} a minute",
    "waits": "What waits, and why",
    "nothing_waits": "Nothing waits for help.",
    "people": "Waiting for people",
    "people_words": "Steps whose tasks are not closed yet: {count}. The longest: {ago}.",
    "nobody": "No step waits for people.",
    "doubtful": "Unknown whether the task was created",
    "doubtful_hint": "The portal gave no clear answer. The worker waits and looks for its marker; no second is made.",
    "looked_up": "will be looked up by its marker",
    "no_answer_yet": "the portal has not answered yet",
    "not_served": "No longer served",
    "not_served_hint": "The settings no longer name the topic or tenant of these steps. Bring the setting back, or end "
    "the steps in Cockpit and check their tasks on the portal.",
    "unsettled": "The engine has not accepted the outcome",
    "unsettled_hint": "Repeated by itself until the engine answers.",
    "late": "The synchronisation is late",
    "late_hint": "Repeated by itself, ever more rarely, for a day.",
    "parked": "The synchronisation is parked for a person",
    "parked_hint": "Mend the cause and send them again; or drop them by the command forget.",
    "unread": "The model could not be read",
    "unread_hint": "Tasks are made for the steps of these processes, but what the model would tell is not checked.",
    "and_more": "and {count} more",
    "sync_number": "synchronisation {id}",
    "tries": "tries: {count}",
    "warnings": "Last warnings",
    "warnings_hint": "All that the log has warned of since the start, the newest first. Some of it may have passed: "
    "see when it was last told.",
    "warned_once": "once, {first} ago",
    "warned_times": "times: {count}, first {first} ago, last {last} ago",
    "tasks": "The last tasks",
    "no_tasks": "There were no tasks yet.",
    "portal_task": "Bitrix24 task",
    "none_yet": "none",
    "state": "State",
    "for": "At this stage",
    "topic": "Topic",
    "process": "Process",
    "instance": "Instance",
    "external_task": "External task",
    "creating": "being created",
    "doubted": "unknown whether created",
    "created": "created, the engine is told",
    "refused": "created, outcome not accepted",
    "waiting": "waits for a person",
    "not_served_state": "no longer served",
    "settled": "completed",
    "sync_waiting": "completed, to be synchronised",
    "sync_parked": "completed, synchronisation parked",
    "failing": "not created, the engine is told",
    "rejected": "not created, a failure was told",
    "superseded": "another worker's",
    "ledger_unreadable": "The ledger cannot be read: no tasks can be shown.",
    "about": "About",
    "version": "Version",
    "worker_id": "Name",
    "uptime": "Running for",
    "in_flight": "In flight",
    "in_flight_words": "{count} of {most}",
    "creates_allowed": "Creates at once",
    "creates_words": "up to {count}",
    "topics": "Topics",
    "since_watch": "Since the last look at waiting tasks",
    "since_sweep": "Since tasks and steps were last compared",
    "since_sync": "Since the last accepted synchronisation",
}

WORDS: Mapping[Language, Mapping[str, str]] = {"ru": RU, "en": EN}
UNITS: Mapping[Language, tuple[str, str, str, str]] = {"ru": ("с", "мин", "ч", "д"), "en": ("s", "min", "h", "d")}


def span(seconds: float, language: Language) -> str:
    """A span of time in at most two units."""
    second, minute, hour, day = UNITS[language]
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
    """The language of a page: asked for in its address, else the browser's first that we speak, else the log's."""
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
