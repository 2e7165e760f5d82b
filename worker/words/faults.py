"""Texts for a person who must act, in both languages, with how to fix it: incidents, command errors, task comments."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.documents import see
from worker.words.ledger_faults import OF_THE_LEDGER
from worker.words.phrase import Phrase

ANEW = see("model-faults", "begin-the-step-anew")
SET_LOCALLY = see("model-faults", "set-the-steps-local-variable")
COMMENTS: Mapping[str, Phrase] = {
    "step_gone": Phrase(
        "Шаг процесса, для которого создана эта задача, завершён или отменён. Ответ процессу больше не нужен.",
        "The process step for which this task was created has ended or was cancelled. The process no longer "
        "needs an answer.",
    ),
    "answer_unheard": Phrase(
        "Шаг процесса, для которого создана эта задача, завершён или отменён раньше, чем процесс узнал о её "
        "закрытии. Ответ из неё процесс не получил.",
        "The process step for which this task was created ended or was cancelled before the process learned "
        "that the task was closed. The answer in this task did not reach the process.",
    ),
}
"""The comments that the worker writes to a Bitrix24 task."""

FAULTS: Mapping[str, Phrase] = {
    "answer_missing": Phrase(
        "Топик {topic}: задача {task} закрыта без ответа, а спрашивала о нём. Верните задачу в работу, выберите "
        "ответ ({known}) и закройте её. Затем увеличьте число попыток в Cockpit. Если модель больше не спрашивает, "
        f"начните шаг заново: {ANEW}.",
        "Topic {topic}: task {task} was closed without an answer, but it asks for one. Return the task "
        "to work, choose an answer ({known}) and close it. Then raise the retries in Cockpit. If the model no longer "
        f"asks, begin the step anew: {ANEW}.",
    ),
    "task_unread": Phrase(
        "Топик {topic}: не удалось прочитать с портала закрытую задачу {task}: {words}. Остальные вызовы "
        "портал выполняет. Устраните причину. Затем увеличьте число попыток в Cockpit: шаг снова будет ждать эту "
        "задачу.",
        "Topic {topic}: the closed task {task} could not be read from the portal: {words}. The portal "
        "answers other calls. Fix the cause. Then raise the retries in Cockpit: the step waits for this task again.",
    ),
    "answers_several": Phrase(
        "Топик {topic}: в задаче {task} выбрано несколько ответов: {answer}, а шагу нужен один. Оставьте "
        "один ответ ({known}) и увеличьте число попыток в Cockpit. Чтобы нельзя было выбрать несколько, "
        "создайте поле UF_RESULT_ANSWER заново, не множественным.",
        "Topic {topic}: several answers are chosen in task {task}: {answer}, but the step needs one. Leave "
        "one answer ({known}) and raise the retries in Cockpit. To rule this out, create the field "
        "UF_RESULT_ANSWER again, not multiple.",
    ),
    "answer_unknown": Phrase(
        "Топик {topic}: ответа «{answer}» из задачи {task} нет в настройке wait.answers ({known}). Добавьте "
        "его или исправьте ответ в задаче. Затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the answer “{answer}” of task {task} is not in the setting wait.answers ({known}). "
        "Add it, or correct the answer in the task. Then raise the retries in Cockpit.",
    ),
    "ending_at_fault": Phrase(
        "{words} Это о закрытой задаче {task}. Устраните причину, затем увеличьте число попыток в Cockpit.",
        "{words} This is about the closed task {task}. Fix the cause, then raise the retries in Cockpit.",
    ),
    "questionnaires_gone": Phrase(
        "Топик {topic}: в закрытой задаче {task} больше нет добавленных к ней опросников: {codes}. Без их ответов "
        "процесс пошёл бы по пути, который никто не выбрал. Верните опросник в задачу и заполните его, затем увеличьте "
        "число попыток в Cockpit. Или задайте переменные ответов и завершите шаг в Cockpit.",
        "Topic {topic}: the closed task {task} has lost questionnaires that were added to it: {codes}. Without their "
        "answers the process would take a way that nobody chose. Add the questionnaire to the task again and fill it "
        "in, then raise the retries in Cockpit. Or set the variables of the answers and complete the step in Cockpit.",
    ),
    "question_hidden": Phrase(
        "Топик {topic}: ответ опросника задачи {task} не дойдёт до процесса: у {place} есть локальная "
        "переменная {variable}, и ответ пропал бы вместе с ней. Удалите её или переименуйте код вопроса в "
        "опроснике. Затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: an answer of the questionnaires of task {task} would not reach the process: {place} "
        "has a local variable {variable}, and the answer would be lost with it. Remove the variable, or "
        "rename the question's code in the questionnaire. Then raise the retries in Cockpit.",
    ),
    "answer_hidden": Phrase(
        "Топик {topic}: ответ «{answer}» из задачи {task} не дойдёт до процесса. У {place} в движке есть локальная "
        "переменная {variable} (от входного параметра прежней версии модели, слушателя, скрипта или API), и ответ "
        f"пропал бы вместе с ней. Удалите её ({SET_LOCALLY}) или задайте другое имя в wait.answer_variable. "
        "Затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the answer “{answer}” of task {task} would not reach the process. In the engine {place} has a "
        "local variable {variable} (of an input parameter of an earlier version of the model, a listener, a script or "
        f"the API), and the answer would be lost with it. Delete it ({SET_LOCALLY}), or set another name in "
        "wait.answer_variable. Then raise the retries in Cockpit.",
    ),
    "task_declined": Phrase(
        "Топик {topic}: исполнитель отклонил задачу {task}. Верните её в работу и увеличьте число попыток в "
        "Cockpit, или задайте wait.declined (complete, error:КОД).",
        "Topic {topic}: task {task} was declined. Return it to work and raise the retries in Cockpit, or set "
        "wait.declined (complete, error:CODE).",
    ),
    "task_deleted": Phrase(
        "Топик {topic}: задачи {task} на портале больше нет. Восстановите её из корзины и увеличьте число "
        f"попыток в Cockpit. Если нужна новая задача, начните шаг заново: {ANEW}. Чтобы такие шаги шли дальше, задайте "
        "wait.deleted (complete, error:КОД).",
        "Topic {topic}: task {task} no longer exists on the portal. Restore it from the recycle bin and "
        f"raise the retries in Cockpit. If it needs a new task, begin the step anew: {ANEW}. To let such steps go on, "
        "set wait.deleted (complete, error:CODE).",
    ),
    "task_returned": Phrase(
        "Топик {topic}: закрытую задачу {task} вернули в работу. Когда её закроют, увеличьте число попыток в "
        "Cockpit, или задайте wait.returned (wait, complete, error:КОД).",
        "Topic {topic}: the closed task {task} was returned to work. Once it is closed, raise the retries in "
        "Cockpit, or set wait.returned (wait, complete, error:CODE).",
    ),
    "unreadable": Phrase(
        "Топик {topic}: воркер не смог прочитать ответ движка об этом шаге: {what}. Задача на портале не "
        "создана. Проверьте прокси между воркером и движком и версию движка. Затем увеличьте число попыток в "
        "Cockpit.",
        "Topic {topic}: the worker could not read the engine's answer about this step: {what}. No task was "
        "created on the portal. Check the proxies between worker and engine, and the engine's version. Then "
        "raise the retries in Cockpit.",
    ),
    "unfetchable": Phrase(
        "Топик {topic}: движок не может выдать этот шаг: {what}. Задача на портале не создана. Увеличить только число "
        f"попыток мало: ошибка повторится, см. {see('model-faults')}.",
        "Topic {topic}: the engine cannot hand this step out: {what}. No task was created on the portal. Raising the "
        f"retries alone repeats this: see {see('model-faults')}.",
    ),
    "no_answer": Phrase(
        "Топик {topic}: портал {attempts} раза не дал понятного ответа на создание задачи, и задачи на "
        "портале нет. Последний ответ: {words}. Устраните причину. Затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the portal gave no clear answer to {attempts} create requests, and the task does not "
        "exist on the portal. Its last answer: {words}. Fix the cause. Then raise the retries in Cockpit.",
    ),
    "act_failed": Phrase(
        "Топик {topic}: задача {portal_task} создана, но не дополнена: {act}. Портал ответил: {words}. Устраните "
        "причину и увеличьте число попыток в Cockpit: воркер продолжит с этого места и ничего не повторит. Чтобы такие "
        "шаги шли дальше без дополнения, задайте топику incomplete: go_on.",
        "Topic {topic}: task {portal_task} exists but is incomplete: {act}. The portal said: {words}. Fix the cause "
        "and raise the retries in Cockpit: the worker goes on from there and repeats nothing. To let such steps go on "
        "without it, set incomplete: go_on for the topic.",
    ),
    "acts_not_drafted": Phrase(
        "Топик {topic}: задача {portal_task} есть на портале, но в журнале её не было; что к ней добавить, неизвестно: "
        "{words}. Устраните причину и увеличьте число попыток в Cockpit: воркер дополнит эту задачу, новой не создаст. "
        "Чтобы такие шаги шли дальше без дополнения, задайте топику incomplete: go_on.",
        "Topic {topic}: task {portal_task} exists but was not in the ledger; what else it needs is unknown: {words}. "
        "Fix the cause and raise the retries in Cockpit: the worker completes this task and creates no other. To let "
        "such steps go on without it, set incomplete: go_on for the topic.",
    ),
    "act_unknown": Phrase(
        "ответ портала потерян, а узнать, выполнено ли действие, нельзя: повторять его воркер не стал",
        "the portal's answer was lost, and nobody can ask whether the call was executed: it was not repeated",
    ),
    "act_refused": Phrase(
        "портал ответил отказом ({words}), но мог выполнить действие раньше, а узнать это нельзя: повторять его воркер "
        "не стал",
        "the portal refused it ({words}), but may have executed it before, and nobody can ask: it was not repeated",
    ),
    "act_removed": Phrase(
        "на портале больше нет списка, который воркер начал: кто-то его удалил. Остальные пункты не добавлены",
        "the list that the worker had begun is no longer on the portal: somebody has deleted it. Its other items were "
        "not added",
    ),
    "no_words": Phrase(
        "неизвестен, воркер был остановлен раньше; посмотрите журнал портала",
        "unknown, the worker was stopped before it came; see the portal's log",
    ),
    "not_storable": Phrase(
        "Топик {topic}: журнал не может сохранить значение этого шага ({words}). Задача не создана. "
        "Исправьте значения полей задачи в процессе. Затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the ledger cannot store a value of this step ({words}). No task was created. Correct "
        "the values of the task's fields in the process. Then raise the retries in Cockpit.",
    ),
    "content_unread": Phrase(
        "Топик {topic}: не удалось прочитать с портала то, что нужно для задачи: {words}. "
        "Остальные вызовы портал выполняет. Задача не создана. Устраните причину. Затем увеличьте число "
        "попыток в Cockpit.",
        "Topic {topic}: the worker could not read from the portal what the task needs: {words}. "
        "The portal answers other calls. No task was created. Fix the cause. Then raise the retries in "
        "Cockpit.",
    ),
    "diagram_unread": Phrase(
        "Топик {topic}: модуль портала не дал диаграмму процесса {process}. Зарегистрируйте её в модуле или выключите "
        "шаблоны для этого процесса: bitrix.portal_templates_except: [{process}]. Задача не создана. Затем увеличьте "
        "число попыток в Cockpit. Ответ портала: {words}",
        "Topic {topic}: the portal's module did not give the diagram of the process {process}. Register the diagram in "
        "the module, or switch the templates off for this process: bitrix.portal_templates_except: [{process}]. No "
        "task was created. Then raise the retries in Cockpit. The portal's answer: {words}",
    ),
    "template_unread": Phrase(
        "Топик {topic}: не удалось прочитать шаблон задачи {template}, который указан в диаграмме процесса {process} у "
        "шага {step}. Восстановите или исправьте шаблон, выберите для шага другой или выключите шаблоны для этого "
        "процесса: bitrix.portal_templates_except: [{process}]. Задача не создана. Затем увеличьте число попыток в "
        "Cockpit. Ответ портала: {words}",
        "Topic {topic}: the task template {template}, which the diagram of the process {process} names at the step "
        "{step}, could not be read. Restore or correct the template, choose another one for the step, or switch the "
        "templates off for this process: bitrix.portal_templates_except: [{process}]. No task was created. Then raise "
        "the retries in Cockpit. The portal's answer: {words}",
    ),
    "no_references": Phrase(
        "ни людей, ни группы, ни потока, ни стадии, ни родительской задачи",
        "no person, group, flow, stage or parent task",
    ),
    "rejected": Phrase(
        "Топик {topic}: портал отклонил поля задачи: {words} ({code}). Отправлено: {sent}. Исправьте неверное значение "
        "там, откуда оно взято, затем увеличьте число попыток в Cockpit.{model}",
        "Topic {topic}: the portal rejected the task's fields: {words} ({code}). Sent: {sent}. Correct the wrong value "
        "where it comes from, then raise the retries in Cockpit.{model}",
    ),
    "rejected_by_model": Phrase(
        f" Если его задала модель, исправьте её и локальную переменную этого шага ({SET_LOCALLY}).",
        f" If the model has set it, correct the model and the local variable of this step ({SET_LOCALLY}).",
    ),
    "refused": Phrase(
        "Топик {topic}: движок не принимает результат шага: {words}. Задача Битрикс24 создана и повторно "
        "создана не будет. Проверьте выходные параметры и следующие шаги модели{caller}. Если ошибка в модели, "
        f"увеличить только число попыток мало: она повторится, см. {see('model-faults')}.",
        "Topic {topic}: the engine does not accept the step's result: {words}. The Bitrix24 task exists and "
        "will not be created again. Check the output parameters and the next steps of the model{caller}. If the model "
        f"is at fault, raising the retries alone repeats this: see {see('model-faults')}.",
    ),
    "blocked": Phrase(
        "Топик {topic}: завершение шага ({size} байт) не доходит до движка: {words}. Сам движок отвечает. "
        "Задача Битрикс24 создана и повторно создана не будет. Проверьте прокси перед движком (предел "
        "размера тела, права, правила) и выходные параметры шага. Затем увеличьте число попыток в Cockpit.",
        "Topic {topic}: the completion of the step ({size} bytes) does not reach the engine: {words}. The "
        "engine itself answers. The Bitrix24 task exists and will not be created again. Check the proxy in "
        "front of the engine (body size limit, rights, rules) and the step's output parameters. Then raise "
        "the retries in Cockpit.",
    ),
    "side_unusable": Phrase(
        f"{{words}}. Проверьте портал и движок командой: {PROGRAM} check",
        f"{{words}}. To check portal and engine, run: {PROGRAM} check",
    ),
    "system_unfit": Phrase(
        "Ядро этой системы не умеет отбрасывать запрос, который не доставлен вовремя (TCP_USER_TIMEOUT): "
        "после обрыва сети появились бы две задачи. Запускайте воркер в Linux, например в контейнере.",
        "This system's kernel cannot drop a request that was not delivered in time (TCP_USER_TIMEOUT): a "
        "network outage would cause two tasks. Run the worker on Linux, for example in a container.",
    ),
    **OF_THE_LEDGER,
}


def fault_text(name: str, **facts: object) -> Phrase:
    """The text of one fault. Raises `KeyError` if the catalogue does not have the name."""
    return FAULTS[name].format(**facts)
