"""What is said of a task that cannot be mapped: topic, field, value, and what to change."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from worker.mapping.bbcode import shortened, single_line
from worker.model import UnreadableVariable
from worker.words.faults import Language

SHOWN = 100
"""Characters of a value in a fault."""
DETAIL = 250
REASONS: Mapping[str, Mapping[Language, str]] = {
    "undefined": {
        "en": "the template uses what is not there: {detail}. Set the variable in the process, or write "
        "{{{{ name | default('') }}}}",
        "ru": "шаблон обращается к тому, чего нет: {detail}. Задайте переменную в процессе или напишите "
        "{{{{ имя | default('') }}}}",
    },
    "unreadable": {
        "en": "the variable cannot be read: {detail}. Store it as text, a number, a date or JSON",
        "ru": "переменную нельзя прочитать: {detail}. Сохраните её как текст, число, дату или JSON",
    },
    "syntax": {"en": "the template is not Jinja2: {detail}", "ru": "шаблон не разбирается Jinja2: {detail}"},
    "too_large": {
        "en": "the template gives too much: {detail}",
        "ru": "результат шаблона слишком велик: {detail}",
    },
    "method": {
        "en": "{detail} is no field of this value but a method of Python: check the name; to call it, write {detail}()",
        "ru": "{detail} здесь не поле значения, а метод Python: проверьте имя; чтобы вызвать его, напишите {detail}()",
    },
    "bytes": {
        "en": "the value is binary ({detail} bytes) and has no text: use a variable of the type String or Json",
        "ru": "значение двоичное ({detail} байт), текста у него нет: возьмите переменную типа String или Json",
    },
    "unprintable": {
        "en": "none of its characters can be shown (length {detail}): check where the process takes the value from",
        "ru": "в значении нет ни одного видимого символа (длина {detail}): проверьте, откуда его берёт процесс",
    },
    "no_value": {
        "en": "{detail} is no value: only text, a number, a boolean, a date, a list and a mapping are",
        "ru": "{detail} не значение: им могут быть текст, число, логическое значение, дата, список и объект JSON",
    },
    "not_json": {
        "en": "fromjson: the text is not JSON ({detail})",
        "ru": "fromjson: текст не является JSON ({detail})",
    },
    "no_number": {
        "en": "“{detail}” is no number: correct the value, or say what to take then, such as int(0); with a decimal "
        "comma write replace(',', '.') before the filter",
        "ru": "«{detail}» не число: исправьте значение или укажите, что взять вместо него, например int(0); с "
        "десятичной запятой напишите перед фильтром replace(',', '.')",
    },
    "no_list": {
        "en": "“{detail}” is a text and no list, and its letters would be taken one by one: use fromjson or split",
        "ru": "«{detail}» — текст, а не список, и он разбился бы на буквы: используйте fromjson или split",
    },
    "number_in_text": {
        "en": "“{detail}”: a number in a text would be compared by its letters: write name | float, for a list of "
        "texts map('float'), or store it as a number",
        "ru": "«{detail}»: число в виде текста сравнивалось бы посимвольно: напишите имя | float, для списка текстов "
        "map('float'), или сохраните его числом",
    },
    "date_in_text": {
        "en": "“{detail}”: dates in texts would be compared by their letters, the day first: use variables of the type "
        "Date, or texts such as 2026-09-30",
        "ru": "«{detail}»: даты в виде текста сравнивались бы посимвольно, начиная со дня: используйте переменные типа "
        "Date или тексты вида 2026-09-30",
    },
    "reckoned": {
        "en": "“{detail}”: one of these is a text, and texts are not reckoned with but joined or repeated: write "
        "name | float or name | int to reckon, name ~ name to join",
        "ru": "«{detail}»: одно из значений — текст, а тексты не вычисляются, а склеиваются и повторяются: напишите "
        "имя | float или имя | int, чтобы вычислить, или имя ~ имя, чтобы склеить",
    },
    "letter": {
        "en": "“{detail}” is a text, and only one letter of it would be taken: make a list of it by fromjson or "
        "split(','); if the letter is meant, write name[0:1]",
        "ru": "«{detail}» — текст, и из него взялся бы только один знак: сделайте из него список через fromjson или "
        "split(','); если нужен знак, напишите имя[0:1]",
    },
    "no_yes": {
        "en": "the filter yes reads yes or no, and “{detail}” is neither",
        "ru": "фильтр yes читает да или нет, а «{detail}» ни то ни другое",
    },
    "failed": {"en": "the template fails: {detail}", "ru": "шаблон завершился ошибкой: {detail}"},
    "unfit": {"en": "expected {detail}", "ru": "ожидается {detail}"},
    "no_responsible": {
        "en": "nobody is responsible: set the variable responsibleId in the process, or BITRIX_DEFAULT_RESPONSIBLE_ID "
        "for all",
        "ru": "не указан ответственный: задайте переменную процесса responsibleId или общую настройку "
        "BITRIX_DEFAULT_RESPONSIBLE_ID",
    },
    "dismissed": {
        "en": "this user is dismissed on the portal, and the task would wait for ever: name somebody who works there",
        "ru": "этот пользователь на портале уволен, и задача ждала бы вечно: укажите работающего сотрудника",
    },
    "answered_by_default": {
        "en": "the portal fills this field in by itself, and nobody could tell that from a person's answer: remove the "
        "field's default value on the portal",
        "ru": "портал заполняет это поле сам, и ответ человека от этого не отличить: уберите у поля значение по "
        "умолчанию на портале",
    },
    "no_such_field": {
        "en": "tasks of the portal have no such field ({detail}): it would drop it without a word. Correct the name in "
        "the topic, or create the field",
        "ru": "у задач портала нет такого поля ({detail}): портал отбросил бы его без единого слова. Исправьте имя в "
        "топике или создайте поле",
    },
    "two_spellings": {
        "en": "{detail}: two spellings of one thing with different values, and nothing tells which of them the step "
        "means: leave one of them, or give the step an input parameter of that name",
        "ru": "{detail}: это два написания одного и того же с разными значениями, и неизвестно, какое из них "
        "относится к шагу: оставьте одно или задайте шагу входной параметр с этим именем",
    },
    "variable_name": {
        "en": "“{detail}” gives no name of a variable, and the answer would go where no gateway reads it: correct the "
        "name or what the template takes it from",
        "ru": "«{detail}» не даёт имени переменной, и ответ попал бы туда, где его не прочитает ни один шлюз: "
        "исправьте имя или значение, из которого шаблон его составляет",
    },
    "reserved": {
        "en": "the worker fills this field itself: remove it from the topic's configuration",
        "ru": "это поле заполняет сам воркер: уберите его из настройки топика",
    },
    "unknown": {
        "en": "there is no such task field: remove it from the topic's configuration",
        "ru": "такого поля задачи нет: уберите его из настройки топика",
    },
    "misspelt": {
        "en": "nothing reads this extension property of the step; {detail} was probably meant: correct its name in the "
        "model, or rename it",
        "ru": "это дополнительное свойство шага никто не читает, вероятно, имелось в виду {detail}: исправьте имя в "
        "модели или переименуйте свойство",
    },
    "answer_given": {
        "en": "people fill this field in the task, and nothing reads it at a step: to ask, set {detail} to true, and "
        "UF_RESULT_QUESTION; remove this one",
        "ru": "это поле в задаче заполняют люди, у шага его никто не читает: чтобы задать вопрос, укажите {detail} = "
        "true и UF_RESULT_QUESTION, а это имя уберите",
    },
    "misspelt_parameter": {
        "en": "nobody reads this input parameter of the step; {detail} was probably meant: correct its name in "
        "the model, "
        "or rename it",
        "ru": "этот входной параметр шага никто не читает, вероятно, имелось в виду {detail}: исправьте имя в "
        "модели или "
        "переименуйте параметр",
    },
    "output_mark": {
        "en": "an output parameter says nothing to the step itself, and its task would be made without "
        "{detail}: make it "
        "an extension property or an input parameter",
        "ru": "выходной параметр ничего не говорит самому шагу, и задача создалась бы без {detail}: сделайте его "
        "дополнительным свойством или входным параметром",
    },
    "mark_elsewhere": {
        "en": "the engine hands out the extension properties of the step itself only, and none of what stands around "
        "it: give the step the extension property {detail} (true or false) of its own",
        "ru": "движок передаёт дополнительные свойства только самого шага, но не того, что вокруг него: задайте "
        "дополнительное свойство {detail} (true или false) самому шагу",
    },
    "said_twice": {
        "en": "it is there twice with different values, and the engine takes the last without a word: leave one",
        "ru": "оно задано дважды с разными значениями, и движок молча берёт последнее: оставьте одно",
    },
    "nameless_property": {
        "en": "an extension property of the step has no name ({detail}), and the engine refuses every fetch that would "
        "hand it out: give it a name in the model or delete it, and deploy the process anew; instances that are at "
        "this step already are migrated to the new version",
        "ru": "у дополнительного свойства шага нет имени ({detail}), и движок отклоняет каждый запрос, который должен "
        "его выдать: задайте имя в модели или удалите свойство и разверните процесс заново; экземпляры, которые уже "
        "стоят на шаге, перенесите на новую версию",
    },
    "hidden": {
        "en": "the answer or result of this name would go into the step's own variable and be lost with the "
        "step: rename "
        "the input parameter, or hand it on by an output parameter",
        "ru": "ответ или результат с этим именем попал бы в переменную самого шага и пропал вместе с ним: переименуйте "
        "входной параметр или передайте значение выходным параметром",
    },
    "hidden_by_scope": {
        "en": "the answer or result of this name would go into the sub-process's own variable and be lost with the "
        "sub-process: rename this input parameter, or hand it on by an output parameter of the sub-process",
        "ru": "ответ или результат с этим именем попал бы в переменную самого подпроцесса и пропал вместе с ним: "
        "переименуйте этот входной параметр или передайте значение выходным параметром подпроцесса",
    },
    "hidden_by_loop": {
        "en": "the answer or result of this name would go into a variable of the multi-instance and be lost with the "
        "instance: rename the element variable, or the result in the topic's configuration",
        "ru": "ответ или результат с этим именем попал бы в переменную мультиэкземпляра и пропал вместе с экземпляром: "
        "переименуйте переменную элемента или результат в настройке топика",
    },
    "overwritten": {
        "en": "this output parameter would take the place of the answer or result of the same name: give it "
        "another name, "
        "or make it of that variable",
        "ru": "этот выходной параметр занял бы место ответа или результата с тем же именем: назовите его иначе или "
        "составьте из этой переменной",
    },
    "reserved_name": {
        "en": "the model sets a variable of this name, and an instance of the multi-instance keeps its answer in it: "
        "rename that variable",
        "ru": "модель сама задаёт переменную с этим именем, а экземпляр мультиэкземпляра хранит в ней свой ответ: "
        "переименуйте переменную",
    },
    "template_in_model": {
        "en": "templates {{{{ … }}}} are not evaluated in the model, and people would see the braces: write "
        "${{…}} here, or put "
        "the template into the topic's configuration",
        "ru": "шаблоны {{{{ … }}}} в модели не вычисляются, и люди увидели бы скобки: напишите здесь ${{…}} или "
        "перенесите "
        "шаблон в настройку топика",
    },
    "unevaluated": {
        "en": "the engine evaluates no expressions in extension properties, and this one would be used as it is "
        "written: make it an input parameter of the same name, or put a template into the topic's configuration",
        "ru": "движок не вычисляет выражения в дополнительных свойствах, и оно попало бы в задачу как написано: "
        "сделайте его входным параметром с тем же именем или задайте шаблон в настройке топика",
    },
    "answered": {
        "en": "a person answers in this field, and the task would be made answered: remove it from the topic's "
        "configuration",
        "ru": "в этом поле отвечает человек, и задача создалась бы уже с ответом: уберите его из настройки топика",
    },
    "unexpected_question": {
        "en": "the step asks a question and expects no answer: add the extension property UF_RESULT_EXPECTED (true or "
        "false)",
        "ru": "шаг задаёт вопрос, но не ждёт ответа: добавьте дополнительное свойство UF_RESULT_EXPECTED (true или "
        "false)",
    },
    "lone_plan_date": {
        "en": "the portal takes start_date_plan and end_date_plan only together: give both or neither",
        "ru": "портал принимает start_date_plan и end_date_plan только вместе: задайте обе даты или ни одной",
    },
}


class MappingFault(Exception):
    """The task's own fault; its text tells the modeller the topic, the field, the value and what to change."""

    def __init__(self, topic: str, field: str, value: Any, reason: str, language: Language) -> None:
        self.topic = topic
        self.field = field
        self.value = _shown(value)
        self.reason = reason
        shown = f' = "{self.value}"' if self.value else ""
        words = {"en": "Topic {}, field {}{}: {}.", "ru": "Топик {}, поле {}{}: {}."}[language]
        super().__init__(words.format(topic, field, shown, reason))


def reason_of(kind: str, language: Language, detail: str = "") -> str:
    """The reason of one kind; KeyError for a kind that is not in the catalogue."""
    return REASONS[kind][language].format(detail=shortened(single_line(detail), DETAIL))


def _shown(value: Any) -> str:
    if value is None or isinstance(value, UnreadableVariable):
        return ""
    return shortened(single_line(value if isinstance(value, str) else reprlib.repr(value)), SHOWN)
