"""The texts of the status page, in two languages; and spans of time in words."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.phrase import LANGUAGES, Language, Phrase

WORDS: Mapping[str, Phrase] = {
    "other_language": Phrase("English", "Русский"),
    "title": Phrase("Воркер Camunda — Битрикс24", "Camunda — Bitrix24 worker"),
    # --- the headline ---
    "threads": Phrase("Потоки", "Threads"),
    "updated": Phrase("Обновлено в {time}", "Updated at {time}"),
    "stale": Phrase(
        "Воркер не отвечает: на странице прежние данные.",
        "The worker does not answer: this page shows old data.",
    ),
    # --- the sides ---
    "sides": Phrase("Движок, портал, журнал", "Engine, portal, ledger"),
    "engine": Phrase("Движок", "Engine"),
    "portal": Phrase("Портал", "Portal"),
    "ledger": Phrase("Журнал", "Ledger"),
    "well": Phrase("работает", "OK"),
    "down": Phrase("недоступен", "down"),
    "in_part": Phrase("не всё работает", "not all works"),
    "slow": Phrase("отвечает медленно", "slow"),
    "probing": Phrase("проверяется", "checking"),
    "answered": Phrase("Последний ответ", "Last answer"),
    "ago": Phrase("{ago} назад", "{ago} ago"),
    "just_now": Phrase("только что", "just now"),
    "never": Phrase("ещё не было", "none yet"),
    "not_known": Phrase("неизвестно", "not known"),
    "backlog": Phrase("Ждут воркера", "Waiting for a worker"),
    "stranger_locked": Phrase("Заблокированы неизвестным воркером", "Locked by an unknown worker"),
    "left_locked": Phrase("Заблокированы прошлым запуском", "Locked by an earlier run"),
    "silent_locked": Phrase("Взяты остановившимся воркером", "Fetched by a worker that has stopped"),
    "latency": Phrase("Отвечает за", "Answers within"),
    "latency_both": Phrase("{now}, обычно {usual}", "{now}, usually {usual}"),
    "latency_usual": Phrase("обычно {usual}", "usually {usual}"),
    "calls_waiting": Phrase("Вызовов в очереди", "Calls in the queue"),
    "budget_left": Phrase("Осталось времени выполнения", "Execution time left"),
    "outcomes": Phrase("Итогов не передано движку", "Outcomes not yet with the engine"),
    "syncs": Phrase("Синхронизаций ещё не принято", "Synchronisations not yet accepted"),
    # --- the charts ---
    "rates": Phrase("За последний час", "Last hour"),
    "since_start": Phrase("С запуска ({span})", "Since the start ({span})"),
    "at_start": Phrase("запуск", "start"),
    "before_now": Phrase("{span} назад", "{span} ago"),
    "now": Phrase("сейчас", "now"),
    "no_rates": Phrase("За это время ничего не происходило.", "Nothing happened in this time."),
    "rates_unknown": Phrase("Неизвестно: не удалось прочитать журнал.", "Not known: the ledger cannot be read."),
    "per_minute": Phrase("Столбик — одна минута.", "Each bar is one minute."),
    "tasks_fetched": Phrase("Получено", "Fetched"),
    "waiting_steps_fetched": Phrase("Ждущих выдано снова", "Waiting, handed out again"),
    "tasks_created": Phrase("Создано", "Created"),
    "tasks_completed": Phrase("Завершено", "Completed"),
    "tasks_failed": Phrase("Неудачи", "Failed"),
    "sync_requests_sent": Phrase("Синхронизировано", "Synchronised"),
    "chart": Phrase(
        "{name}: всего {total}, максимум {peak} в минуту",
        "{name}: {total} in all, at most {peak} per minute",
    ),
    # --- what waits ---
    "needs": Phrase("Что нужно от вас", "What needs you"),
    "waits": Phrase("Ждёт и продолжится само", "Waiting, goes on by itself"),
    "waits_for_the_fix": Phrase(
        "Ждёт, пока не устранят причину, названную вверху", "Waiting until what is said at the top is fixed"
    ),
    "waits_in_part": Phrase(
        "Ждёт людей, а часть — пока не устранят причину, названную вверху",
        "Waiting for people, and in part until what is said at the top is fixed",
    ),
    "waits_or_not": Phrase("Что ждёт", "What waits"),
    "fix_above": Phrase("Кроме названного выше — ничего.", "Nothing besides what is said above."),
    "show_rest": Phrase("Ещё {count}", "{count} more"),
    "nothing_waits": Phrase("Вмешательство не требуется.", "Nothing needs you."),
    "people": Phrase("Ждут людей", "Waiting for people"),
    "people_words": Phrase(
        "Шагов с незакрытой задачей: {count}. Самый давний ждёт {ago}.",
        "Steps whose task is still open: {count}. The oldest has waited {ago}.",
    ),
    "nobody": Phrase("Ни один шаг не ждёт людей.", "No step is waiting for people."),
    "nobody_known": Phrase(
        "Журнал не знает шагов, которые ждут людей.", "The ledger knows no step that is waiting for people."
    ),
    "doubtful": Phrase("Создание задачи не подтверждено", "Create not confirmed yet"),
    "doubtful_hint": Phrase(
        "Ясного ответа портала в журнале ещё нет. Чего ждёт воркер, сказано у каждой задачи; второй задачи не будет.",
        "The ledger has no clear answer of the portal yet. What the worker waits for is said of each task. It creates "
        "no second task.",
    ),
    "silent": Phrase("Воркер не отмечается в журнале", "A worker sends no heartbeats"),
    "silent_hint": Phrase(
        "Он остановлен или потерял связь. Время: с его последней отметки.",
        "It has ended or lost its connection. The age counts from its last heartbeat.",
    ),
    "not_served": Phrase("Больше не обслуживается", "No longer served"),
    "not_served_hint": Phrase(
        "Топика или тенанта этих шагов больше нет в настройках. Верните настройку или завершите шаги в "
        f"Cockpit и проверьте их задачи на портале. Что было с шагом: {PROGRAM} explain ID.",
        "The settings no longer name the topic or tenant of these steps. Restore the setting, or complete "
        f"the steps in Cockpit and check their tasks on the portal. What happened to a step: {PROGRAM} explain ID.",
    ),
    "not_accepted": Phrase("Движок не примет итог", "The engine will not accept the outcome"),
    "not_accepted_hint": Phrase(
        "Сначала устраните причину, затем воркер передаст итог автоматически. Отклонённый трижды станет ошибкой шага.",
        "First fix the cause, then the worker tells it automatically. One refused three times becomes a failure.",
    ),
    "unsettled": Phrase("Движок не принял итог", "The engine has not accepted the outcome"),
    "unsettled_hint": Phrase(
        "Повторяется автоматически, пока движок не ответит.", "Retried automatically until the engine answers."
    ),
    "late": Phrase("Синхронизация запаздывает", "The synchronisation is late"),
    "late_hint": Phrase(
        "Повторяется автоматически с растущими паузами, пока не истечёт sync.give_up_after_hours.",
        "Retried automatically, at growing intervals, until sync.give_up_after_hours has passed.",
    ),
    "late_counts": Phrase(
        "Здесь те, которые портал уже не принял; ещё не отправленные сюда не входят.",
        "These are the ones that the portal has already failed to accept; those not sent yet are not counted here.",
    ),
    "late_paused_hint": Phrase(
        "Уйдёт, когда синхронизации возобновятся: причина названа вверху.",
        "It is sent once synchronisations resume: the cause is said at the top.",
    ),
    "parked": Phrase("Синхронизация отложена до вашего решения", "The synchronisation is parked until you decide"),
    "parked_hint": Phrase(
        f"Устраните причину и отправьте снова (replay) или удалите (forget). Что было: {PROGRAM} explain ID.",
        f"Fix the cause and send them again (replay), or delete them (forget). What happened: {PROGRAM} explain ID.",
    ),
    "held": Phrase("В работе, но не идёт дальше", "In hand, but does not go on"),
    "held_hint": Phrase(
        f"Устраните причину: тогда воркер продолжит шаг автоматически. Что было с шагом: {PROGRAM} explain ID.",
        "Fix the cause: the worker then goes on with the step automatically. What happened to a step: "
        f"{PROGRAM} explain ID.",
    ),
    "log": Phrase("Лог не записывается", "The log is not written"),
    "log_hint": Phrase(
        "Строки теряются, пока причина не устранена. Если завершилась программа, которая читает лог, перезапустите "
        "воркер вместе с ней.",
        "Lines are lost until the cause is fixed. If the program that reads the log has ended, restart the worker "
        "together with it.",
    ),
    "given_up": Phrase("Задача осталась без дополнения", "A task was left without a part"),
    "given_up_hint": Phrase(
        "Портал отказал, или узнать, выполнен ли вызов, нельзя. Шаг пошёл дальше; если нужно, дополните задачу сами.",
        "The portal refused it, or nobody can ask whether it was made. The step went on; add it by hand if needed.",
    ),
    "unread": Phrase("Модель не прочитана", "The model could not be read"),
    "unread_hint": Phrase(
        "Воркер создаёт задачи для шагов этих процессов, но не проверяет шаги по модели.",
        "The worker creates tasks for the steps of these processes but does not check the steps against the model.",
    ),
    "in_cockpit": Phrase("Открыть в Cockpit", "Open in Cockpit"),
    "and_more": Phrase("и ещё {count}", "and {count} more"),
    "sync_number": Phrase("синхронизация № {id}", "synchronisation {id}"),
    "tries": Phrase("попыток: {count}", "attempts: {count}"),
    # --- the last warnings ---
    "warnings": Phrase("Последние предупреждения и ошибки", "Recent warnings and errors"),
    "warnings_hint": Phrase(
        "Все предупреждения и ошибки лога с запуска, новые сверху. Без слова «Прошло» тоже могло пройти: смотрите "
        "время последнего.",
        "All warnings and errors in the log since the start, newest first. What is not marked as passed may be over "
        "too: see the time of the last one.",
    ),
    "warned_passed": Phrase("Прошло. {message}", "Passed. {message}"),
    "warned_once": Phrase("один раз, {first} назад", "once, {first} ago"),
    "warned_times": Phrase(
        "раз: {count}, впервые {first} назад, последний раз {last} назад",
        "{count} times, first {first} ago, last {last} ago",
    ),
    # --- the tasks ---
    "tasks": Phrase("Последние задачи", "Last tasks"),
    "no_tasks": Phrase("Задач пока не было.", "No tasks yet."),
    "older_tasks": Phrase("Более ранние задачи", "Older tasks"),
    "no_older": Phrase("Более ранних задач нет.", "No older tasks."),
    "older": Phrase("Более ранние", "Older"),
    "to_newest": Phrase("К последним задачам", "To the newest tasks"),
    "search": Phrase("Найти", "Search"),
    "search_hint": Phrase(
        "№ задачи, внешняя задача, экземпляр или business key",
        "Task number, external task, instance or business key",
    ),
    "found": Phrase("Найдено по запросу «{words}»: {count}", "Found for “{words}”: {count}"),
    "found_none": Phrase(
        "Ничего не найдено. Ищется номер задачи Битрикс24 целиком, а внешняя задача, экземпляр процесса и business key "
        "— ещё и по началу. Завершённые задачи журнал хранит 14 дней и не знает, что было до его создания.",
        "Nothing found. A Bitrix24 task is found by its whole number; an external task, a process instance and a "
        "business key also by their beginning. The ledger keeps completed tasks for 14 days, and knows nothing of what "
        "was before it was made.",
    ),
    "found_more": Phrase(
        "Показаны {count}, но есть и другие: уточните запрос.",
        "{count} are shown, but there are more: be more precise.",
    ),
    "step": Phrase("Шаг", "Step"),
    "business_key": Phrase("Бизнес-ключ", "Business key"),
    "copy": Phrase("Скопировать", "Copy"),
    "copied": Phrase("Скопировано", "Copied"),
    "portal_task": Phrase("Задача Битрикс24", "Bitrix24 task"),
    "none_yet": Phrase("нет", "none"),
    "state": Phrase("Состояние", "State"),
    "for": Phrase("Сколько в этом состоянии", "Time in this state"),
    "topic": Phrase("Топик", "Topic"),
    "process": Phrase("Процесс", "Process"),
    "instance": Phrase("Экземпляр", "Instance"),
    "external_task": Phrase("Внешняя задача", "External task"),
    "creating": Phrase("создаётся", "being created"),
    "doubted": Phrase("создание не подтверждено", "create not confirmed yet"),
    "created": Phrase("создана, итог передаётся движку", "created, outcome being delivered"),
    "created_later": Phrase(
        "создана, итог будет передан движку не раньше {due}", "created, outcome held back until {due}"
    ),
    "failing_later": Phrase(
        "не создана, ошибка будет передана движку не раньше {due}", "not created, failure held back until {due}"
    ),
    "later_reason": Phrase(
        "сразу после запуска воркер не сообщает об ошибках: прежний запуск ещё может создавать задачу",
        "right after its start the worker tells no failure: a call of the run before may still create a task",
    ),
    "refused": Phrase("создана, движок не принял итог", "created, engine has not accepted the outcome"),
    "waiting": Phrase("ждёт человека", "waits for a person"),
    "not_served_state": Phrase("больше не обслуживается", "no longer served"),
    "settled": Phrase("закончена", "over"),
    "gone": Phrase("шаг закончился в движке без её итога", "its step ended in the engine without its outcome"),
    "sync_waiting": Phrase("закончена, синхронизация в очереди", "over, synchronisation queued"),
    "sync_parked": Phrase("закончена, синхронизация отложена", "over, synchronisation parked"),
    "failing": Phrase("не создана, ошибка передаётся движку", "not created, failure being reported"),
    "not_yet": Phrase("пока не создана, движок выдаст шаг снова", "not created yet, the engine hands it out again"),
    "rejected": Phrase("не создана, ошибка передана движку", "not created, failure reported"),
    "incident": Phrase("инцидент: ждёт решения", "incident: needs a decision"),
    "no_incident": Phrase(
        "больше не инцидент: попытки увеличены, или шага в движке больше нет",
        "no incident any more: its retries were raised, or the engine no longer has it",
    ),
    "superseded": Phrase("у другого воркера", "with another worker"),
    "ledger_late": Phrase(
        "Журнал не ответил вовремя, поэтому задач не видно. Обновите страницу.",
        "The ledger did not answer in time, so no tasks are shown. Reload the page.",
    ),
    "ledger_unreadable": Phrase(
        "Не удалось прочитать журнал, поэтому задач не видно.", "The ledger cannot be read, so no tasks are shown."
    ),
    # --- the end of the page ---
    "about": Phrase("О воркере", "About"),
    "version": Phrase("Версия", "Version"),
    "worker_id": Phrase("Имя", "Name"),
    "uptime": Phrase("Работает", "Running for"),
    "in_flight": Phrase("В работе", "In work"),
    "in_flight_words": Phrase("{count} из {most}", "{count} of {most}"),
    "creates_allowed": Phrase("Одновременных созданий", "Concurrent create requests"),
    "creates_words": Phrase("до {count}", "up to {count}"),
    "topics": Phrase("Топики", "Topics"),
    "since_watch": Phrase("С последней проверки ожидающих задач", "Since the last check of waiting tasks"),
    "since_sweep": Phrase("С последней сверки задач и шагов", "Since the last comparison of tasks and steps"),
    "since_sync": Phrase("С последней принятой синхронизации", "Since the last accepted synchronisation"),
}

LEVELS: Mapping[str, Phrase] = {"warning": Phrase("предупреждение", "warning"), "error": Phrase("ошибка", "error")}
"""The levels of the log that page and `status` show."""
UNITS = (Phrase("с", "s"), Phrase("мин", "min"), Phrase("ч", "h"), Phrase("д", "d"))
"""Second, minute, hour, day."""
MILLISECOND = Phrase("мс", "ms")


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


def short_span(seconds: float, language: Language) -> str:
    """A time below a minute in milliseconds or tenths of a second; a longer one as `span`."""
    if seconds >= 60:
        return span(seconds, language)
    if seconds < 0.9995:
        return f"{max(round(seconds * 1000), 1)} {MILLISECOND.in_(language)}"
    number = f"{seconds:.1f}"
    return f"{number.replace('.', ',') if language == 'ru' else number} {UNITS[0].in_(language)}"


def short_spans(seconds: float) -> Phrase:
    """The same in both languages."""
    return Phrase(short_span(seconds, "ru"), short_span(seconds, "en"))


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
