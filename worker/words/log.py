"""The catalogue of log events: the level of each, and its text in Russian and English.

Event names are the same in both languages: alerts and tests rely on them. The Russian texts of the sync events are
fixed by the contract with the portal's module.
"""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log_acts import ACT_TEXTS
from worker.words.log_steps import STEP_TEXTS
from worker.words.log_templates import TEMPLATE_TEXTS
from worker.words.log_text import Text, debug, error, info, warning
from worker.words.log_waiting import WAITING

TEXTS: Mapping[str, Text] = {
    **WAITING,
    **ACT_TEXTS,
    # --- the process ---
    "worker.starting": info(
        "Запуск {version}: worker {worker_id}, движок {engine}, портал {portal}, топики: {topics}",
        "Starting {version}: worker {worker_id}, engine {engine}, portal {portal}, topics: {topics}",
    ),
    "worker.tenants": info(
        "Обслуживаются только шаги тенантов: {tenants} (- — шаги без тенанта)",
        "Only steps of these tenants are served: {tenants} (-: steps without a tenant)",
    ),
    "worker.tenants_changed": warning(
        "Этот журнал вёл шаги тенантов {before}, теперь {now}. Уже созданное доводится до конца, ожидающие шаги прочих "
        "тенантов остаются в журнале",
        "This ledger was kept for tenants {before}, now for {now}. What was made is brought to its end, waiting steps "
        "of other tenants stay in the ledger",
    ),
    "worker.ready": info("Готов: задачи запрашиваются", "Ready: fetching tasks"),
    "worker.stopping": info(
        "Остановка ({signal}): новые задачи не берутся, начатое завершается",
        "Stopping ({signal}): nothing new is taken, what was begun is finished",
    ),
    "worker.stopped": info("Остановлен, код {exit_code}", "Stopped, exit code {exit_code}"),
    "worker.thread_died": error(
        "Поток {thread} завершился с ошибкой, процесс останавливается: {error}",
        "Thread {thread} died, the process stops: {error}",
    ),
    "ledger.open_to_others": warning(
        "Журнал {path} доступен другим пользователям (права {mode}): в нём данные задач, а его изменение ведёт к "
        "дублям. Выполните: chmod 600 {path}",
        "Other users may read or write the ledger {path} (mode {mode}): it holds data of tasks, and changing it leads "
        "to duplicates. Run: chmod 600 {path}",
    ),
    "log.dropped": error(
        "Лог не успевали читать: потеряно строк: {count}. Проверьте программу, которая собирает лог",
        "The log was not read in time: {count} lines were dropped. Check the program that collects the log",
    ),
    "worker.stuck": error(
        "Потоки «{thread}» ({count}) не отвечают {seconds} с, последний вызов: {call}. Остальные работают; "
        "перезапустите процесс, ничего не потеряется",
        "Threads of the kind {thread} ({count}) have been silent for {seconds} s, the last call was {call}. The others "
        "go on; restart the process, nothing is lost",
    ),
    "worker.unstuck": info("Потоки «{thread}» снова отвечают", "Threads of the kind {thread} go on again"),
    "config.warning": warning("Настройка {path}: {message}", "Setting {path}: {message}"),
    "http.listening": info(
        "Страница состояния: http://{host}:{port}/, для программ: /readyz, /healthz, /metrics",
        "Status page: http://{host}:{port}/, for programs: /readyz, /healthz, /metrics",
    ),
    "http.crowded": warning(
        "Подключений к странице состояния больше {most}: закрыто сразу {count}. Проверьте, кто держит подключения",
        "More than {most} connections to the status page: {count} were closed at once. Check who keeps them open",
    ),
    "http.failed": warning(
        "Запрос к странице состояния не обработан: {error}", "A request to the status page could not be served: {error}"
    ),
    "http.unavailable": warning(
        "Адрес {host}:{port} занят, состояние и метрики не показываются: {reason}. Задайте HTTP_PORT (0 выключает)",
        "{host}:{port} cannot be used, health and metrics are not shown: {reason}. Set HTTP_PORT (0 turns it off)",
    ),
    "statistics": info(
        "Статистика: получено {tasks_fetched}, создано {tasks_created}, найдено готовых {tasks_adopted}, "
        "завершено {tasks_completed}, неудач {tasks_failed}, синхронизаций {sync_requests_sent}",
        "Statistics: fetched {tasks_fetched}, created {tasks_created}, adopted {tasks_adopted}, "
        "completed {tasks_completed}, failed {tasks_failed}, synchronised {sync_requests_sent}",
    ),
    # --- fetching ---
    "fetch.paused": warning(
        "Получение задач приостановлено ({side}): {reason}. Следующая проверка через {seconds} с",
        "Fetching is paused ({side}): {reason}. Next probe in {seconds} s",
    ),
    "fetch.resumed": info("Получение задач продолжается ({side})", "Fetching goes on ({side})"),
    "fetch.doubtful": warning(
        "Ответ на запрос задач потерян: {reason}. Заблокированное за нами будет возвращено",
        "The answer to a fetch was lost: {reason}. What it locked for us will be given back",
    ),
    "task.odd": warning("Ответ движка о {task} не прочитать: {what}", "Cannot read of {task}: {what}"),
    "fetch.too_long": warning("Ответ на {asked} задач: {reason}", "The answer for {asked} tasks: {reason}"),
    "fetch.refused": warning(
        "Движок не выдаёт задачи: {reason}. Следующий запрос через {seconds} с",
        "The engine hands out no tasks: {reason}. Asked again in {seconds} s",
    ),
    "fetch.not_held": warning(
        "Движок или прокси перед ним отвечает «задач нет» сразу, а не ждёт их {seconds} с: запросы станут реже, задачи "
        "могут ждать дольше. Проверьте прокси: он должен пропускать долгие запросы и ничего не кэшировать",
        "The engine, or a proxy before it, says “no tasks” at once and does not wait {seconds} s for them: it is asked "
        "less often, and tasks may wait longer. Check the proxy: it must let long requests through and cache nothing",
    ),
    "fetch.reconciled": info(
        "Возвращено задач после потерянного ответа: {given_back}", "Given back after a lost answer: {given_back}"
    ),
    "fetch.locked_at_start": info(
        "За нами с прошлого запуска заблокировано задач: {count}. Они вернутся, когда истечёт блокировка",
        "Locked for us since an earlier run: {count}. They come back when their locks run out",
    ),
    "ledger.unavailable": error(
        "Журнал не записывается: {reason}. Без записи ничего не делается; освободите или почините диск",
        "The ledger cannot be written: {reason}. Nothing is done unrecorded; free or mend the disk",
    ),
    # --- one task ---
    "task.fetched": info(
        "Получена внешняя задача {task}: топик {topic}, процесс {process_definition_key}",
        "Fetched external task {task}: topic {topic}, process {process_definition_key}",
    ),
    "task.looked_up": debug(
        "Поиск на портале: {count} внешних задач, найдено {found}", "Looked up {count} tasks, found {found}"
    ),
    "engine.clocks_apart": error(
        "Часы узлов движка расходятся на {seconds} с, допустимо {allowed}: до перезапуска ищется каждая внешняя задача",
        "The engine's clocks are {seconds} s apart ({allowed} allowed): each task is looked up until a restart",
    ),
    "step.hidden_results": warning(
        "Модель {definition}, шаг {activity}: параметры {names} шага или подпроцесса вокруг него названы так же, "
        "как результаты шага. Результат с этим именем до процесса не дойдёт. Переименуйте параметр или передайте "
        "значение выходным параметром",
        "Model {definition}, step {activity}: the parameters {names} of the step, or of a sub-process around it, bear "
        "the names of the step's results. A result of this name does not reach the process. Rename the parameter, or "
        "hand the value on by an output parameter",
    ),
    "lookup.unproven": warning(
        "Ответу поиска нельзя верить: {reason}. Отсутствие задачи не доказано, ничего не создаётся",
        "A look-up cannot be believed: {reason}. Absence is not proven, nothing is created",
    ),
    "task.creating": debug(
        "Создание задачи для {task}, попытка {attempt}", "Creating the task for {task}, attempt {attempt}"
    ),
    "task.created": info(
        "Создана задача Битрикс24 {portal_task} для {task}", "Created Bitrix24 task {portal_task} for {task}"
    ),
    "task.marker_dropped": error(
        "Портал не сохранил метку {marker} у задачи {portal_task}: после сбоя её нельзя будет найти, и возможны дубли",
        "The portal has not kept the marker {marker} of task {portal_task}: after a crash it could not be found, and "
        "duplicates become possible",
    ),
    "task.number_shared": error(
        "Портал назвал задачу Битрикс24 {portal_task} двум шагам, {task} и {other}: проверьте, чья она",
        "The portal has named Bitrix24 task {portal_task} to two steps, {task} and {other}: look whose task it is",
    ),
    "task.adopted": info(
        "Задача Битрикс24 {portal_task} для {task} уже была на портале",
        "Bitrix24 task {portal_task} for {task} was on the portal already",
    ),
    "task.waiting": info(
        "Внешняя задача {task} ждёт, пока закроют задачу Битрикс24 {portal_task}",
        "External task {task} waits until Bitrix24 task {portal_task} is closed",
    ),
    "task.closed": info(
        "Ожидание задачи Битрикс24 {portal_task} для {task} окончено: {ending} (пользователь {by})",
        "The waiting for Bitrix24 task {portal_task} of {task} has ended: {ending} (user {by})",
    ),
    "task.completed": info("Внешняя задача {task} завершена", "External task {task} completed"),
    "task.failed": warning(
        "Внешняя задача {task} не выполнена, осталось попыток {retries}: {message}",
        "External task {task} failed, {retries} retries left: {message}",
    ),
    "task.incident": error(
        "Инцидент по внешней задаче {task}: {message}", "Incident for external task {task}: {message}"
    ),
    "task.bpmn_error": info("Внешняя задача {task}: BPMN-ошибка {code}", "External task {task}: BPMN error {code}"),
    "task.doubtful": warning(
        "Неизвестно, создана ли задача для {task} ({reason}): поиск через {wait} с",
        "Unknown whether the task for {task} was created ({reason}): looking it up in {wait} s",
    ),
    "task.doubt_resolved": info(
        "Сомнение по {task} снято, найдена задача: {found}", "The doubt about {task} has ended, found: {found}"
    ),
    "task.not_sent": warning(
        "Создание задачи для {task} не выполнено порталом: {reason}",
        "The portal has not executed the create for {task}: {reason}",
    ),
    "task.given_back": info("Внешняя задача {task} возвращена: {reason}", "Gave {task} back: {reason}"),
    "task.lock_lost": warning(
        "Внешняя задача {task} оставлена до истечения блокировки: {reason}",
        "Left {task} until its lock runs out: {reason}",
    ),
    "lock.not_shortened": warning(
        "Внешнюю задачу {task} не удалось освободить: {reason}. Она вернётся, когда истечёт её блокировка",
        "{task} could not be released: {reason}. It comes back when its lock has run out",
    ),
    "lock.not_extended": warning(
        "Блокировка {task} пока не продлена: {reason}", "The lock of {task} is not extended yet: {reason}"
    ),
    "task.abandoned": info(
        "Шага {task} в движке больше нет, о нём никто уже не спросит; его задача Битрикс24: {portal_task}",
        "Step {task} is gone from the engine, nobody will ask about it any more; its Bitrix24 task: {portal_task}",
    ),
    "task.gone": info(
        "Внешней задачи {task} в движке больше нет: завершена ранее или процесс отменён",
        "External task {task} is gone from the engine: completed before, or cancelled",
    ),
    "task.superseded": warning(
        "Внешнюю задачу {task} держит другой обработчик ({holder}): итог за ним",
        "Another worker ({holder}) holds external task {task}: its outcome counts",
    ),
    "definition.unread": warning(
        "Модель {definition} не прочитана в движке ({reason}): её шаги проверяются не полностью, а задачи без названия "
        "называются по идентификаторам шагов. Дайте пользователю движка право READ на определения процессов",
        "The model {definition} could not be read from the engine ({reason}): its steps are not fully checked, and "
        "tasks without a title are named after the ids of their steps. Grant the engine's user READ on process "
        "definitions",
    ),
    # --- settlements ---
    "settlement.retry": warning(
        "Итог по {task} не принят движком ({reason}), повтор через {seconds} с",
        "The engine did not take the outcome of {task} ({reason}), again in {seconds} s",
    ),
    "settlement.refused": warning(
        "Движок отказал в итоге по {task}: {reason}", "The engine refused the outcome of {task}: {reason}"
    ),
    # --- syncs: texts of the contract ---
    "sync.sending": info(
        "Отправка запроса синхронизации в Bitrix24: {body}", "Sending the synchronisation request to Bitrix24: {body}"
    ),
    "sync.accepted": info(
        "Синхронизация успешна: processInstanceId={process_instance_id}, processDefinitionKey={process_definition_key}",
        "Synchronised: processInstanceId={process_instance_id}, processDefinitionKey={process_definition_key}",
    ),
    "sync.skipped": warning(
        "processInstanceId не найден в сообщении, пропускаем синхронизацию",
        "processInstanceId was not found in the message, the synchronisation is skipped",
    ),
    "sync.failed": error("Ошибка синхронизации: {error}", "The synchronisation failed: {error}"),
    "sync.retry_later": warning(
        "Синхронизация {process_instance_id} будет повторена через {seconds} с: {error}",
        "The synchronisation of {process_instance_id} is repeated in {seconds} s: {error}",
    ),
    "sync.parked": error(
        "Синхронизация {id} ({process_instance_id}) отложена до решения человека: {error}",
        "Synchronisation {id} ({process_instance_id}) is parked for a person: {error}",
    ),
    "sync.forgotten": warning(
        "Синхронизация {id} ({process_instance_id}) удалена человеком: {reason}",
        "Synchronisation {id} ({process_instance_id}) was dropped by a person: {reason}",
    ),
    "sync.paused": error(
        "Модуль портала не отвечает на синхронизацию ({reason}). Установите модуль; запросы сохранены",
        "The portal's module is not there ({reason}). Install it; the requests are kept",
    ),
    "sync.resumed": info("Синхронизация снова работает", "Synchronisation works again"),
    **STEP_TEXTS,
    **TEMPLATE_TEXTS,
}
