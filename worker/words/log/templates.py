"""Log texts for templates of the portal's module."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.log.text import Text, warning

TEMPLATE_TEXTS: Mapping[str, Text] = {
    "template.no_rows": warning(
        "Процесс {process}: модуль портала не знает ни одного его шага, задачи создаются без шаблонов. Проверьте "
        "диаграмму на портале. Если её там нет намеренно, выключите шаблоны: bitrix.portal_templates_except: "
        "[{process}]",
        "Process {process}: the portal's module knows none of its steps, so tasks are created without templates. Check "
        "the diagram on the portal. If it is not there on purpose, switch the templates off: "
        "bitrix.portal_templates_except: [{process}]",
    ),
    "template.nobody": warning(
        "Внешняя задача {task}, шаг {activity}: участник шаблона {template} в поле {field} не указывает сотрудника "
        "({codes}). Задача создаётся без него; назначьте в шаблоне сотрудника или проверьте переменные процесса",
        "External task {task}, step {activity}: a member of template {template} for the field {field} names no user "
        "({codes}). The task is created without that member; name a user in the template, or check the process "
        "variables",
    ),
    "template.other_responsible": warning(
        "Внешняя задача {task}, шаг {activity}: в шаблоне {template} несколько ответственных, задача создаётся для "
        "первого. Остальные её не получат: {people}",
        "External task {task}, step {activity}: template {template} has several responsible users, the task is created "
        "for the first. The others do not get it: {people}",
    ),
    "template.no_starter": warning(
        "Внешняя задача {task}, шаг {activity}: шаблон {template} назначает руководителя того, кто запустил процесс "
        "({fields}), но в переменной startedBy нет номера сотрудника. Задача создаётся без руководителя",
        "External task {task}, step {activity}: template {template} assigns the supervisor of the person who "
        "started the process ({fields}), but the variable startedBy holds no user number. The task is "
        "created without the supervisor",
    ),
    "template.no_user": warning(
        "Процесс {process}: в переменной {variable} не номер сотрудника, а {value}. Переменная не учитывается",
        "Process {process}: the variable {variable} holds {value}, which is not a user number. It is ignored",
    ),
    "template.no_parent": warning(
        "Процесс {process}: в переменной {variable} не номер задачи, а {value}. Переменная не учитывается",
        "Process {process}: the variable {variable} holds {value}, which is not a task number. It is ignored",
    ),
    "template.no_arrows": warning(
        "Процесс {process}: не удалось найти задачи предшествующих шагов ({reason}). Задачи создаются без стрелок на "
        f"диаграмме Ганта. Проверьте поля задач UF_PROCESS_INSTANCE_ID и UF_ELEMENT_ID: {PROGRAM} check",
        "Process {process}: the tasks of earlier steps could not be found ({reason}). Tasks are created without arrows "
        f"in the Gantt chart. Check the task fields UF_PROCESS_INSTANCE_ID and UF_ELEMENT_ID: {PROGRAM} check",
    ),
    "template.variables_left_out": warning(
        "Процесс {process}, шаг {activity}: переменных процесса слишком много, и воркер не передал порталу "
        "{count} из них для выбора участников: {names}",
        "Process {process}, step {activity}: there are too many process variables, so the worker did not "
        "send {count} of them to the portal for choosing people: {names}",
    ),
}
