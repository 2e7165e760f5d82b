"""Why the content of a task could not be found on the portal, in both languages, with how to fix it."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase

CONTENT_REASONS: Mapping[str, Phrase] = {
    "nobody": Phrase(
        "вебхук не видит на портале сотрудника с таким e-mail или именем (имя и фамилия сравниваются "
        "целиком). Исправьте значение или укажите номер",
        "the webhook sees no user with this e-mail or name on the portal (name and surname are compared as a "
        "whole). Correct the value, or give the number",
    ),
    "several_people": Phrase(
        "подходят несколько сотрудников: {detail}. Укажите номер или e-mail",
        "several users match: {detail}. Give the number or the e-mail",
    ),
    "too_many_named": Phrase(
        "по e-mail или имени задано {detail} человек, для каждого нужен запрос к порталу. В одном списке "
        "можно указать так не более 100, остальных укажите номерами",
        "{detail} people are given by e-mail or name, and each needs a call to the portal. One list may have "
        "at most 100 of them, give the others by number",
    ),
    "people_hidden": Phrase(
        "вебхук не видит сотрудников. Добавьте ему право user_basic или укажите номер",
        "the webhook cannot see users. Grant it the scope user_basic, or give the number",
    ),
    "emails_hidden": Phrase(
        "вебхук не видит e-mail сотрудников. Добавьте ему право user_basic или укажите номер либо имя и фамилию",
        "the webhook cannot see e-mails. Grant it the scope user_basic, or give the number, or name and surname",
    ),
    "no_group": Phrase(
        "вебхук не видит на портале группу с таким названием (оно сравнивается целиком). Исправьте название "
        "или укажите номер",
        "the webhook sees no group of this name on the portal (the name is compared as a whole). Correct the "
        "name, or give the number",
    ),
    "no_group_number": Phrase(
        "вебхук не видит на портале группу с этим номером. Исправьте номер",
        "the webhook sees no group of this number on the portal. Correct the number",
    ),
    "several_groups": Phrase(
        "групп с таким названием несколько: {detail}. Укажите номер",
        "there are several groups of this name: {detail}. Give the number",
    ),
    "group_closed": Phrase(
        "эта группа в архиве. Верните её из архива или укажите другую",
        "this group is archived. Restore it from the archive, or name another one",
    ),
    "groups_hidden": Phrase(
        "вебхук не видит групп. Добавьте ему право sonet_group или укажите номер",
        "the webhook cannot see groups. Grant it the scope sonet_group, or give the number",
    ),
    "file_unknown": Phrase(
        "движок не показывает переменной типа File с таким именем. Задайте её в процессе, уберите имя или "
        "дайте пользователю движка право READ на экземпляры процессов",
        "the engine shows no variable of type File with this name. Set it in the process, remove the name, "
        "or grant the engine's user READ on process instances",
    ),
    "not_a_file": Phrase(
        "переменная с таким именем имеет тип {detail}, а не File. Задайте файл или напишите {{{{ имя }}}}, "
        "чтобы взять из неё номера на Диске",
        "the variable of this name is of type {detail}, not File. Set a file, or write {{{{ name }}}} to "
        "take numbers on Disk from it",
    ),
    "several_files": Phrase(
        "переменных типа File с таким именем {detail}, и неизвестно, какая относится к шагу. Назовите их по-разному",
        "there are {detail} variables of type File with this name, and it is unknown which one the step "
        "means. Give them different names",
    ),
    "file_empty": Phrase("файл пуст (0 байт)", "the file is empty (0 bytes)"),
    "file_too_large": Phrase(
        "файл больше {detail} МБ (files.max_megabytes)",
        "the file is larger than {detail} MB (files.max_megabytes)",
    ),
    "file_over_server": Phrase(
        "сервер перед порталом не принял файл такого размера ({detail} байт). Увеличьте client_max_body_size "
        "в nginx и post_max_size в PHP или уменьшите files.max_megabytes",
        "the server in front of the portal did not accept a file of this size ({detail} bytes). Raise "
        "client_max_body_size of nginx and post_max_size of PHP, or lower files.max_megabytes",
    ),
    "file_gone": Phrase(
        "такого файла на Диске нет, или у владельца вебхука нет к нему доступа. Верните файл или уберите его, "
        "а чтобы создавать задачу без него, задайте топику bad_files: leave_out",
        "there is no such file on Disk, or the webhook's owner has no access to it. Restore the file, or remove "
        "it; to create tasks without it, set bad_files: leave_out for the topic",
    ),
    "disk_hidden": Phrase(
        "вебхук не может сохранять файлы на Диск. Добавьте ему право disk",
        "the webhook cannot save files on Disk. Grant it the scope disk",
    ),
    "calendar_hidden": Phrase(
        "вебхук не видит рабочего времени портала. Добавьте ему право calendar или задайте working_time.hours",
        "the webhook cannot see the portal's working time. Grant it the scope calendar, or set working_time.hours",
    ),
    "no_working_time": Phrase(
        "в календаре слишком мало рабочих дней, чтобы отсчитать этот срок. Проверьте рабочее время",
        "the calendar has too few working days to count this time. Check the working time",
    ),
    "reversed_plan_dates": Phrase(
        "плановое окончание раньше планового начала. Исправьте одну из дат",
        "the planned end is before the planned start. Correct one of the dates",
    ),
    "unforeseen": Phrase(
        "из этих данных воркер не смог составить задачу: {detail}. Это ошибка воркера: сообщите о ней разработчикам. "
        "Пока она не исправлена, измените переменные процесса, шаблон задачи или настройку топика",
        "the worker failed to make a task of this content: {detail}. This is a bug of the worker: report it. Until it "
        "is fixed, change the process variables, the task template or the topic's configuration",
    ),
}
