"""Why the content of a task could not be found on the portal, in both languages, with how to fix it."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase

CONTENT_REASONS: Mapping[str, Phrase] = {
    "nobody": Phrase(
        "портал не показывает вебхуку сотрудника с таким e-mail или именем (имя и фамилия сравниваются целиком): "
        "исправьте значение или укажите номер",
        "the portal shows the webhook no user with this e-mail or name (name and surname are compared as a whole): "
        "correct the value, or give the number",
    ),
    "several_people": Phrase(
        "так зовут нескольких: {detail}. Укажите номер или e-mail",
        "there are several of them: {detail}. Give the number or the e-mail",
    ),
    "people_hidden": Phrase(
        "вебхук не видит сотрудников: добавьте ему право user_basic или укажите номер",
        "the webhook may not see users: grant it the scope user_basic, or give the number",
    ),
    "emails_hidden": Phrase(
        "вебхук не видит e-mail сотрудников: добавьте ему право user_basic или укажите номер либо имя и фамилию",
        "the webhook may not see e-mails: grant it the scope user_basic, or give the number, or name and surname",
    ),
    "no_group": Phrase(
        "портал не показывает вебхуку группу с таким названием (оно сравнивается целиком): исправьте его или укажите "
        "номер",
        "the portal shows the webhook no group of this name (it is compared as a whole): correct it, or give the "
        "number",
    ),
    "several_groups": Phrase(
        "групп с таким названием несколько: {detail}. Укажите номер",
        "there are several groups of this name: {detail}. Give the number",
    ),
    "group_closed": Phrase(
        "эта группа в архиве: верните её в работу или укажите другую",
        "this group is archived: reopen it, or give another one",
    ),
    "groups_hidden": Phrase(
        "вебхук не видит групп: добавьте ему право sonet_group или укажите номер",
        "the webhook may not see groups: grant it the scope sonet_group, or give the number",
    ),
    "calendar_hidden": Phrase(
        "вебхук не видит рабочего времени портала: добавьте ему право calendar или задайте working_time.hours",
        "the webhook may not see the portal's working time: grant it the scope calendar, or set working_time.hours",
    ),
    "no_working_time": Phrase(
        "в календаре слишком мало рабочих дней, чтобы отсчитать этот срок: проверьте рабочее время",
        "the calendar has too few working days to count this time: check the working time",
    ),
}
