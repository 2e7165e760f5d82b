"""Texts for a person who must act, in both languages, with how to fix it: incidents, command errors, task comments."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase

COMMENTS: Mapping[str, Phrase] = {
    "step_gone": Phrase(
        "Шаг процесса, для которого создана эта задача, завершён или отменён. Ответ процессу больше не нужен.",
        "The process step for which this task was made has ended or was cancelled. The process no longer needs "
        "an answer.",
    ),
    "answer_unheard": Phrase(
        "Шаг процесса, для которого создана эта задача, завершён или отменён раньше, чем процесс узнал о её "
        "закрытии. Ответ из неё процесс не получил.",
        "The process step for which this task was made had ended or was cancelled before the process learned "
        "that the task was closed. Its answer did not reach the process.",
    ),
}
"""The comments that the worker writes to a Bitrix24 task."""

FAULTS: Mapping[str, Phrase] = {
    "answer_missing": Phrase(
        "Топик {topic}: задача {task} закрыта без ответа, а шаг его ждёт. Верните задачу в работу, выберите "
        "ответ ({known}) и закройте; затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: task {task} was closed without an answer, and the step expects one. Return the task to "
        "work, choose an answer ({known}) and close it; then raise the retries in Cockpit.",
    ),
    "answers_several": Phrase(
        "Топик {topic}: в задаче {task} выбрано несколько ответов: {answer}. Шагу нужен один. Оставьте один "
        "ответ ({known}) и увеличьте число попыток в Cockpit. Чтобы выбрать несколько было нельзя, создайте поле "
        "UF_RESULT_ANSWER заново, не множественным.",
        "Topic {topic}: several answers are chosen in task {task}: {answer}. The step needs one. Leave one "
        "answer ({known}) and raise the retries in Cockpit. To rule this out, make the field UF_RESULT_ANSWER anew, "
        "not multiple.",
    ),
    "answer_unknown": Phrase(
        "Топик {topic}: ответ «{answer}» задачи {task} не описан в настройке wait.answers ({known}). Добавьте "
        "его или исправьте ответ в задаче; затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the answer “{answer}” of task {task} is not in the setting wait.answers ({known}). Add "
        "it, or mend the answer in the task; then raise the retries in Cockpit.",
    ),
    "question_hidden": Phrase(
        "Топик {topic}: ответ опросника задачи {task} не дойдёт до процесса: у {place} есть локальная переменная "
        "{variable}, и ответ исчез бы вместе с ней. Удалите её или переименуйте код вопроса в опроснике; затем "
        "увеличьте число попыток в Cockpit.",
        "Topic {topic}: an answer of the questionnaires of task {task} would not reach the process: {place} has a "
        "local variable {variable}, and the answer would end with it. Remove it, or rename the question's code in the "
        "questionnaire; then raise the retries in Cockpit.",
    ),
    "answer_hidden": Phrase(
        "Топик {topic}: ответ «{answer}» задачи {task} не дойдёт до процесса: во время работы (слушателем, "
        "скриптом, через API) у {place} появилась локальная переменная {variable}, и ответ исчез бы вместе с ней. "
        "Удалите её или задайте другое имя в wait.answer_variable; затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the answer “{answer}” of task {task} would not reach the process: meanwhile (listener, "
        "script, API) {place} got a local variable {variable}, and the answer would end with it. Remove it, or set "
        "another name in wait.answer_variable; then raise the retries in Cockpit.",
    ),
    "task_declined": Phrase(
        "Топик {topic}: задача {task} отклонена исполнителем. Решите, что дальше: верните её в работу и "
        "увеличьте число попыток, или задайте wait.declined (complete, error:КОД).",
        "Topic {topic}: task {task} was declined. Decide what is next: return it to work and raise the retries, "
        "or set wait.declined (complete, error:CODE).",
    ),
    "task_deleted": Phrase(
        "Топик {topic}: задачи {task} на портале больше нет. Восстановите её из корзины и увеличьте число "
        "попыток, или задайте wait.deleted (complete, error:КОД).",
        "Topic {topic}: task {task} is no longer on the portal. Restore it from the bin and raise the retries, "
        "or set wait.deleted (complete, error:CODE).",
    ),
    "task_returned": Phrase(
        "Топик {topic}: закрытая задача {task} возвращена в работу. Когда она будет закрыта, увеличьте число "
        "попыток в Cockpit; или задайте wait.returned (wait, complete, error:КОД).",
        "Topic {topic}: the closed task {task} was returned to work. When it is closed, raise the retries in "
        "Cockpit; or set wait.returned (wait, complete, error:CODE).",
    ),
    "unreadable": Phrase(
        "Топик {topic}: ответ движка об этом шаге нельзя прочитать: {what}. Задача на портале не создавалась. "
        "Проверьте, что стоит между воркером и движком, и версию движка; затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the engine's answer about this step cannot be read: {what}. No task was made on the "
        "portal. Check what stands between worker and engine, and the engine's version; then raise the retries in "
        "Cockpit.",
    ),
    "no_answer": Phrase(
        "Топик {topic}: портал {attempts} раза не дал понятного ответа на создание задачи, и задачи на портале "
        "нет. Последний ответ: {words}. Устраните причину; затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the portal gave no clear answer to {attempts} creates, and there is no task on the "
        "portal. Its last answer: {words}. Fix what it names, then raise the retries in Cockpit.",
    ),
    "act_failed": Phrase(
        "Топик {topic}: задача {portal_task} создана, но не дополнена: {act}. Портал ответил: {words}. Устраните "
        "причину и увеличьте число попыток в Cockpit: воркер продолжит с этого места и ничего не повторит. Чтобы такие "
        "шаги шли дальше без дополнения, задайте топику incomplete: go_on.",
        "Topic {topic}: task {portal_task} exists but is incomplete: {act}. The portal said: {words}. Fix the cause "
        "and raise the retries in Cockpit: the worker goes on from there and repeats nothing. To let such steps go on "
        "without it, set incomplete: go_on for the topic.",
    ),
    "act_unknown": Phrase(
        "ответ портала потерян, а узнать, выполнено ли действие, нельзя: повторять его воркер не стал",
        "the portal's answer was lost, and nobody can ask whether the call was executed: it was not repeated",
    ),
    "no_words": Phrase(
        "неизвестен, воркер останавливался раньше; посмотрите журнал портала",
        "unknown, the worker ended before it came; see the portal's log",
    ),
    "not_storable": Phrase(
        "Топик {topic}: журнал не может сохранить значение этого шага ({words}). Задача не создана. Исправьте "
        "значения полей задачи в процессе, затем увеличьте число попыток.",
        "Topic {topic}: the ledger cannot hold a value of this step ({words}). No task was created. Correct the "
        "values of the task's fields in the process, then raise the retries.",
    ),
    "content_unread": Phrase(
        "Топик {topic}: портал не отдал того, что нужно для задачи ({method}): {words}. Остальные вызовы портал "
        "выполняет. Задача не создана. Устраните причину; затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the portal did not return what the task needs ({method}): {words}. It answers other calls. No "
        "task was created. Fix the cause, then raise the retries in Cockpit.",
    ),
    "rejected": Phrase(
        "Топик {topic}: портал отклонил поля задачи: {words} ({code}). Отправлено: {sent}. Исправьте "
        "переменные процесса или шаблон топика; затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the portal rejected the task's fields: {words} ({code}). Sent: {sent}. Mend the "
        "process variables or the topic's template, then raise the retries in Cockpit.",
    ),
    "refused": Phrase(
        "Топик {topic}: движок не принимает результат шага: {words}. Задача Битрикс24 создана и повторно "
        "создана не будет. Проверьте выходные параметры и следующие шаги модели; затем увеличьте число попыток.",
        "Topic {topic}: the engine does not accept the step's result: {words}. The Bitrix24 task exists and will "
        "not be made again. Check the output parameters and the steps that follow, then raise the retries.",
    ),
    "blocked": Phrase(
        "Топик {topic}: завершение шага ({size} байт) не доходит до движка: {words}. Сам движок отвечает. Задача "
        "Битрикс24 создана и повторно создана не будет. Проверьте прокси перед движком (предел размера тела, права, "
        "правила) и выходные параметры шага; затем увеличьте число попыток.",
        "Topic {topic}: the completion of the step ({size} bytes) does not get through to the engine: {words}. "
        "The engine itself answers. The Bitrix24 task exists and will not be made again. Check the proxy in front of "
        "the engine (largest body, rights, rules) and the step's output parameters, then raise the retries.",
    ),
    "side_unusable": Phrase(
        "{words}. Что не так с порталом или движком и что делать, покажет: python -m worker check",
        "{words}. What is wrong with portal or engine, and the cure: python -m worker check",
    ),
    "ledger_no_file": Phrase(
        "ledger.url: {url!r} не называет файла; напишите sqlite:///worker.db или полный путь.",
        "ledger.url: {url!r} names no file; write sqlite:///worker.db or a full path.",
    ),
    "system_unfit": Phrase(
        "Ядро этой системы нельзя попросить забыть запрос, который не доставлен вовремя (TCP_USER_TIMEOUT): "
        "после обрыва сети появились бы две задачи. Запускайте в Linux, например в контейнере.",
        "This system's kernel cannot be told to forget a request that was not delivered in time "
        "(TCP_USER_TIMEOUT): a network that dies would make two tasks. Run on Linux, in a container for instance.",
    ),
    "ledger_missing": Phrase(
        "Журнала {path} пока нет: его создаёт первый `run`. Проверьте ledger.url и текущую папку.",
        "There is no ledger {path} yet: the first `run` makes it. Check ledger.url and the current folder.",
    ),
    "ledger_not_writable": Phrase(
        "ledger.url: {path} не открывается для записи ({words}). Выберите существующую папку, в которую этому "
        "пользователю можно писать.",
        "ledger.url: {path} cannot be opened for writing ({words}). Choose a folder that exists and that this "
        "user may write to.",
    ),
    "ledger_unusable": Phrase(
        "ledger.url: {url} нельзя использовать: {words}. Файл: освободите или почините диск, завершите "
        "программу, которая его держит (locked). Сервер: проверьте, что он работает, и что верны "
        "пользователь, пароль, база и право создавать в ней таблицы. Затем повторите.",
        "ledger.url: {url} cannot be used: {words}. A file: free or mend the disk, end the program that holds it "
        "(locked). A server: see that it runs, and that user, password, database and the right to make tables in it "
        "are as they should be. Then repeat.",
    ),
    "ledger_in_use": Phrase(
        "{path} занят другим `run`. Один журнал обслуживает один процесс: остановите другой или задайте этому "
        "свой ledger.url.",
        "{path} is in use by another `run`. One ledger serves one process: stop the other one, or give this one "
        "a ledger.url of its own.",
    ),
    "ledger_newer": Phrase(
        "Этот журнал записан более новой версией программы (схема {found}, известна {known}). Верните ту "
        "версию; журнал не тронут.",
        "This ledger was written by a newer version of the program (schema {found}, known: {known}). Install "
        "that version again; the ledger has not been touched.",
    ),
    "ledger_not_upgraded": Phrase(
        "Журнал версии {found} не удалось обновить до версии {known}: {words}. Журнал не изменён, прежняя версия "
        "программы с ним работает. Если причина — место на диске, связь, блокировка или права (на сервере "
        "пользователь должен быть владельцем таблиц), устраните её и повторите. Иначе верните прежнюю версию и "
        "сообщите об этой строке.",
        "The ledger of version {found} could not be upgraded to version {known}: {words}. It has not been "
        "changed, and the previous version of the program works with it. If the reason is disk space, the connection, "
        "a lock of others or rights (on a server the user must own the tables), fix it and repeat. Otherwise install "
        "the previous version again and report this line.",
    ),
    "ledger_incomplete": Phrase(
        "В журнале версии {known} нет нужных колонок ({missing}): его записала промежуточная сборка программы, "
        "или его меняли вручную. Восстановите его из резервной копии либо верните программу, которая его записала.",
        "The ledger has version {known} but lacks columns ({missing}): an interim build of the program wrote it, "
        "or somebody changed it by hand. Restore it from a backup, or install the program that wrote it.",
    ),
    "ledger_of_somebody": Phrase(
        "ledger.url: таблица {table} в этой базе принадлежит не этой программе. Задайте в ledger.url отдельный "
        "файл или отдельную базу.",
        "ledger.url: the table {table} in this database is not this program's. Give ledger.url a file or a "
        "database of its own.",
    ),
    "ledger_of_other_tenants": Phrase(
        "Общий журнал занят воркерами других тенантов ({found}), а этот обслуживает {expected}. Остановите их, "
        "если тенанты сменились, или задайте этому воркеру свой ledger.url. (* — все тенанты, - — шаги без тенанта)",
        "The shared ledger is in use by workers for other tenants ({found}), and this one serves {expected}. "
        "Stop them if the tenants have changed, or give this worker a ledger.url of its own. (*: all tenants, -: steps "
        "without a tenant)",
    ),
    "ledger_of_another": Phrase(
        "Этот журнал относится к {found}, а не к {expected}. У каждой пары движка и портала должен быть свой "
        "ledger.url.",
        "This ledger belongs to {found}, not to {expected}. Give every pair of engine and portal a ledger.url of "
        "its own.",
    ),
}


def fault_text(name: str, **facts: object) -> Phrase:
    """The text of one fault. Raises `KeyError` if the catalogue does not have the name."""
    return FAULTS[name].format(**facts)
