"""The catalogue of log events: the level of each, and its text in Russian and English.

Alerts and tests rely on the events' names; the contract with the portal's module fixes the Russian sync texts.
"""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log.acts import ACT_TEXTS
from worker.words.log.ledger import LEDGER_TEXTS
from worker.words.log.outcomes import OUTCOME_TEXTS
from worker.words.log.parts import PART_TEXTS
from worker.words.log.steps import STEP_TEXTS
from worker.words.log.templates import TEMPLATE_TEXTS
from worker.words.log.text import Text, debug, error, info, warning
from worker.words.log.waiting import WAITING

TEXTS: Mapping[str, Text] = {
    **WAITING,
    **ACT_TEXTS,
    # --- the process ---
    "worker.starting": info(
        "Запуск {version}: worker {worker_id}, движок {engine}, портал {portal}, топики: {topics}; "
        "настройки: {config}; журнал: {ledger}",
        "Starting {version}: worker {worker_id}, engine {engine}, portal {portal}, topics: {topics}; "
        "configuration: {config}; ledger: {ledger}",
    ),
    "worker.tenants": info(
        "Воркер обслуживает только шаги тенантов: {tenants} (- — шаги без тенанта)",
        "The worker serves only steps of these tenants: {tenants} (-: steps without a tenant)",
    ),
    "worker.tenants_changed": warning(
        "Раньше этот журнал вёл шаги тенантов {before}, теперь — {now}. Итоги начатых шагов воркер передаст "
        "движку, ожидающие шаги других тенантов останутся в журнале без изменений",
        "This ledger was kept for the tenants {before} and is now kept for {now}. The worker still delivers "
        "recorded outcomes; waiting steps of other tenants stay in the ledger unchanged",
    ),
    "worker.ready": info("Готов: запрашивает задачи", "Ready: fetching tasks"),
    "worker.stopping": info(
        "Остановка ({signal}): воркер не запрашивает новые задачи и завершает начатые",
        "Stopping ({signal}): the worker fetches no new tasks and finishes those it has begun",
    ),
    "worker.stopped": info("Остановлен, код {exit_code}", "Stopped, exit code {exit_code}"),
    "worker.not_started": error("Воркер не запущен: {reason}", "The worker has not started: {reason}"),
    "worker.thread_died": error(
        "Поток {thread} завершился с ошибкой, процесс останавливается: {error}",
        "Thread {thread} failed, the process is stopping: {error}",
    ),
    "log.dropped": error(
        "В логе потеряно строк: {count}: {why}. Проверьте место на диске и программу, которая собирает лог",
        "{count} lines of the log were dropped: {why}. Check the free disk space and the program that collects it",
    ),
    "log.written": debug("Лог снова записывается", "The log is written again"),
    "worker.was_stopped": warning(
        "Воркер не работал {seconds} с: его процесс был остановлен, или машина спала либо не давала ему времени. Шаги, "
        "блокировка которых за это время истекла, движок выдаст снова",
        "The worker did not run for {seconds} s: its process was stopped, or the machine slept or had no time for it. "
        "The engine hands out again the steps whose locks have ended meanwhile",
    ),
    "worker.stuck": error(
        "Потоки «{thread}» ({count}) не отвечают {seconds} с, последний вызов: {call}. Остальные работают. "
        "Перезапустите процесс: ничего не потеряется",
        "Threads of the kind {thread} ({count}) have been unresponsive for {seconds} s, last call: {call}. "
        "The others work. Restart the process: nothing will be lost",
    ),
    "worker.unstuck": info("Потоки «{thread}» снова отвечают", "Threads of the kind {thread} respond again"),
    "config.warning": warning("Настройка {path} ({source}): {message}", "Setting {path} ({source}): {message}"),
    "http.listening": info(
        "Страница состояния: http://{host}:{port}/, для программ: /readyz, /healthz, /metrics",
        "Status page: http://{host}:{port}/, for programs: /readyz, /healthz, /metrics",
    ),
    "http.crowded": warning(
        "К странице состояния больше {most} подключений, лишние закрыты: {count}. Проверьте, кто держит подключения",
        "The status page has more than {most} connections; {count} were closed at once. Check which program "
        "keeps them open",
    ),
    "http.failed": warning(
        "Ошибка при обработке запроса к странице состояния: {error}", "A request to the status page failed: {error}"
    ),
    "http.unavailable": warning(
        "Не удалось открыть {host}:{port}: {reason}. Страница состояния и метрики недоступны, воркер пробует снова "
        "каждые {seconds} с. {cure}",
        "Could not listen on {host}:{port}: {reason}. Status page and metrics are unavailable, the worker tries again "
        "every {seconds} s. {cure}",
    ),
    "statistics": info(
        "Статистика: получено {tasks_fetched}, снова выдано ждущих людей {waiting_steps_fetched}, создано "
        "{tasks_created}, найдено готовых {tasks_adopted}, завершено {tasks_completed}, неудач {tasks_failed}, "
        "синхронизаций {sync_requests_sent}",
        "Statistics: fetched {tasks_fetched}, waiting for people and handed out again {waiting_steps_fetched}, created "
        "{tasks_created}, found on the portal {tasks_adopted}, completed {tasks_completed}, failed {tasks_failed}, "
        "synchronised {sync_requests_sent}",
    ),
    # --- fetching ---
    "fetch.paused": warning(
        "Получение задач приостановлено ({side}): {reason}. {outlook}. Следующая проверка через {seconds} с",
        "Fetching is paused ({side}): {reason}. {outlook}. Next check in {seconds} s",
    ),
    "fetch.still_paused": warning(
        "Получение задач всё ещё приостановлено ({side}), уже {lasted}, проверок: {count}: {reason}. {outlook}; {next}"
        "{besides}",
        "Fetching is still paused ({side}), for {lasted}, checks: {count}: {reason}. {outlook}; {next}{besides}",
    ),
    "fetch.probed": debug(
        "Проверка не удалась ({side}), подряд: {count}: {reason}",
        "A check has failed ({side}), {count} so far: {reason}",
    ),
    "fetch.resumed": info(
        "{what} ({side}), пауза длилась {lasted}",
        "{what} ({side}) after {lasted}",
    ),
    "fetch.doubtful": warning(
        "Ответ на запрос задач потерян: {reason}. Задачи, которые движок успел заблокировать за этим "
        "воркером, будут освобождены",
        "The answer to a fetch was lost: {reason}. Tasks that the engine has locked for this worker will be released",
    ),
    "task.odd": warning(
        "Не удалось прочитать ответ движка о задаче (внешняя задача: {task}): {what}",
        "The engine's answer about a task cannot be read (external task: {task}): {what}",
    ),
    "fetch.too_long": warning(
        "Ответ на запрос {asked} задач слишком длинный: {reason}",
        "The answer to a fetch of {asked} tasks is too long: {reason}",
    ),
    "fetch.by_name": info(
        "Переменные топика {topic} воркер запрашивает по именам: {why}",
        "The variables of topic {topic} are fetched by name: {why}",
    ),
    "fetch.refused": warning(
        "Движок не выдаёт задачи: {reason}. Следующий запрос через {seconds} с",
        "The engine hands out no tasks: {reason}. Next fetch in {seconds} s",
    ),
    "fetch.refused_again": debug(
        "Движок снова не выдаёт задачи (запрошено {asked}): {reason}. Следующий запрос через {seconds} с",
        "The engine hands out no tasks again ({asked} asked for): {reason}. Next fetch in {seconds} s",
    ),
    **PART_TEXTS,
    "fetch.not_held": warning(
        "Движок или прокси перед ним отвечает «задач нет» сразу, а должен держать запрос {seconds} с. Воркер "
        "запрашивает задачи реже, и они могут ждать дольше. Настройте прокси: пропускать долгие запросы и "
        "ничего не кэшировать",
        "The engine, or a proxy in front of it, answers “no tasks” at once instead of holding the request "
        "for {seconds} s. The worker fetches less often, so tasks may wait longer. Let the proxy pass long "
        "requests and cache nothing",
    ),
    "fetch.held": info(
        "Движок снова держит запрос, пока задач нет", "The engine holds the request again while there are no tasks"
    ),
    "fetch.reconciled": info(
        "Освобождено задач после потерянного ответа: {given_back}", "Tasks released after a lost answer: {given_back}"
    ),
    "fetch.locked_at_start": info(
        "С прошлого запуска за этим воркером заблокировано задач: {count}. Движок выдаст их снова, когда их "
        "блокировки закончатся, примерно в {until}",
        "Tasks still locked for this worker by an earlier run: {count}. The engine hands them out again when "
        "their locks end, at about {until}",
    ),
    **LEDGER_TEXTS,
    # --- one task ---
    "task.fetched": info(
        "Получена внешняя задача {task}: топик {topic}, процесс {process_definition_key}",
        "Fetched external task {task}: topic {topic}, process {process_definition_key}",
    ),
    "task.looked_up": debug(
        "Поиск на портале: {count} внешних задач, найдено {found}",
        "Looked up {count} tasks on the portal, found {found}",
    ),
    "engine.clocks_apart": error(
        "Часы узлов движка расходятся на {seconds} с, допустимо {allowed}. До перезапуска воркер ищет на "
        "портале каждую задачу перед созданием. Синхронизируйте часы",
        "The clocks of the engine's nodes differ by {seconds} s ({allowed} allowed). Until a restart the "
        "worker looks up every task before creating it. Synchronise the clocks",
    ),
    "step.hidden_results": warning(
        "Модель {definition}, шаг {activity}: параметры {names} шага или подпроцесса вокруг него названы так "
        "же, как результаты шага. Такой результат не попадёт в процесс. Переименуйте параметр или передайте "
        "значение выходным параметром",
        "Model {definition}, step {activity}: the parameters {names} of the step, or of a sub-process around "
        "it, have the names of the step's results. Such a result does not reach the process. Rename the "
        "parameter, or pass the value on with an output parameter",
    ),
    "lookup.unproven": warning(
        "Результат поиска ненадёжен: {reason}. Возможно, задача уже есть, поэтому новая не создаётся",
        "The look-up result is unreliable: {reason}. The task may exist, so none is created",
    ),
    "task.creating": debug(
        "Создание задачи для {task}, попытка {attempt}", "Creating the task for {task}, attempt {attempt}"
    ),
    "task.created": info(
        "Создана задача Битрикс24 {portal_task} для {task}", "Created Bitrix24 task {portal_task} for {task}"
    ),
    "task.marker_dropped": error(
        "Портал не сохранил метку {marker} у задачи {portal_task}. После сбоя воркер не нашёл бы эту задачу, "
        "и возможны дубли. Найдите модуль или обработчик, который меняет XML_ID",
        "The portal did not keep the marker {marker} of task {portal_task}. After a crash the worker could "
        "not find this task, so duplicates are possible. Find the module or handler that changes XML_ID",
    ),
    "task.number_shared": error(
        "Портал вернул один номер задачи Битрикс24, {portal_task}, для двух шагов: {task} и {other}. "
        "Проверьте, какому из них принадлежит задача",
        "The portal returned one Bitrix24 task number, {portal_task}, for two steps: {task} and {other}. "
        "Check which of them the task belongs to",
    ),
    "task.adopted": info(
        "Задача Битрикс24 {portal_task} для {task} уже есть на портале",
        "Bitrix24 task {portal_task} for {task} already exists on the portal",
    ),
    "task.waiting": info(
        "Внешняя задача {task} ждёт, пока закроют задачу Битрикс24 {portal_task}",
        "External task {task} waits until Bitrix24 task {portal_task} is closed",
    ),
    "task.closed": info(
        "Шаг {task} больше не ждёт: задача Битрикс24 {portal_task} {ending} (пользователь {by})",
        "Step {task} no longer waits: Bitrix24 task {portal_task} {ending} (user {by})",
    ),
    "task.failed": warning(
        "Ошибка внешней задачи {task}, осталось попыток {retries}: {message}",
        "External task {task} failed, {retries} retries left: {message}",
    ),
    "task.incident": error(
        "Инцидент по внешней задаче {task}: {message}", "Incident for external task {task}: {message}"
    ),
    "task.doubtful": warning(
        "Неизвестно, создана ли задача для {task} ({reason}). Воркер будет искать её на портале через {wait} с",
        "Unknown whether the task for {task} was created ({reason}). The worker looks it up in {wait} s",
    ),
    "task.doubt_resolved": info(
        "Поиск для {task} закончен, найдена задача: {found}", "The look-up for {task} is done, task found: {found}"
    ),
    "task.not_sent": warning(
        "Портал не создал задачу для {task}: {reason}",
        "The portal did not create the task for {task}: {reason}",
    ),
    "task.held": warning(
        "Внешняя задача {task} с {since} остаётся в работе без движения, хотя портал отвечает: {reason}. Воркер держит "
        "её блокировку и пробует снова, не реже раза в {seconds} с",
        "External task {task} has been held since {since} although the portal answers: {reason}. The worker keeps its "
        "lock and tries again, at least every {seconds} s",
    ),
    "task.went_on": info(
        "Внешняя задача {task} больше не удерживается; прошло {lasted}",
        "External task {task} is no longer held; it was for {lasted}",
    ),
    "task.given_back": info("Внешняя задача {task} освобождена: {reason}", "Released external task {task}: {reason}"),
    "task.lock_lost": warning(
        "Блокировка внешней задачи {task} потеряна: {reason}. Когда движок выдаст задачу снова, воркер "
        "продолжит по записи в журнале",
        "The lock of external task {task} is lost: {reason}. When the engine hands the task out again, the "
        "worker continues from its ledger row",
    ),
    "lock.not_shortened": warning(
        "Не удалось сократить блокировку внешней задачи {task}: {reason}. Движок выдаст её снова, когда "
        "блокировка истечёт",
        "Could not shorten the lock of external task {task}: {reason}. The engine hands it out again when "
        "the lock expires",
    ),
    "lock.not_extended": warning(
        "Не удалось обновить блокировку {task}: {reason}", "Could not renew the lock of {task}: {reason}"
    ),
    "lock.extended": info("Блокировка {task} снова обновляется", "The lock of {task} is renewed again"),
    "task.abandoned": info(
        "Шага {task} в движке больше нет, воркер закрывает его запись в журнале. Задача Битрикс24: {portal_task}",
        "Step {task} no longer exists in the engine, and the worker closes its ledger row. Bitrix24 task: "
        "{portal_task}",
    ),
    "definition.unread": warning(
        "Не удалось прочитать модель {definition} в движке ({reason}). {what}. {cure}",
        "The model {definition} could not be read from the engine ({reason}). {what}. {cure}",
    ),
    **OUTCOME_TEXTS,
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
        "Следующая попытка синхронизации {process_instance_id} через {seconds} с: {error}",
        "Next attempt to synchronise {process_instance_id} in {seconds} s: {error}",
    ),
    "sync.parked": error(
        "Синхронизация {id} ({process_instance_id}) отложена до решения человека: {error}. Устраните "
        "причину, затем выполните replay или forget",
        "Synchronisation {id} ({process_instance_id}) is parked until a person decides: {error}. Fix the "
        "cause, then run replay or forget",
    ),
    "sync.forgotten": warning(
        "Синхронизация {id} ({process_instance_id}) удалена командой forget: {reason}",
        "Synchronisation {id} ({process_instance_id}) was deleted with forget: {reason}",
    ),
    "sync.paused": error(
        "Синхронизация приостановлена, запросы сохраняются: {reason}",
        "Synchronisation is paused, requests are kept: {reason}",
    ),
    "sync.resumed": info(
        "Синхронизация снова работает, пауза длилась {lasted}", "Synchronisation works again after {lasted}"
    ),
    **STEP_TEXTS,
    **TEMPLATE_TEXTS,
}
