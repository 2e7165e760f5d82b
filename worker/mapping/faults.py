"""Says why a task cannot be mapped: topic, field, value, and what to change."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from worker.mapping.bbcode import shortened, single_line
from worker.mapping.content_reasons import CONTENT_REASONS
from worker.model import UnreadableVariable
from worker.words.phrase import Phrase, unchanged

SHOWN = 100
"""How many characters of a value a fault shows."""
DETAIL = 250
REASONS: Mapping[str, Phrase] = {
    **CONTENT_REASONS,
    "undefined": Phrase(
        "шаблон обращается к тому, чего нет: {detail}. Задайте переменную в процессе или напишите "
        "{{{{ имя | default('') }}}}",
        "the template uses what is not there: {detail}. Set the variable in the process, or write "
        "{{{{ name | default('') }}}}",
    ),
    "unreadable": Phrase(
        "переменную нельзя прочитать: {detail}. Сохраните её как текст, число, дату или JSON",
        "the variable cannot be read: {detail}. Store it as text, a number, a date or JSON",
    ),
    "name_unread": Phrase(
        "имя есть только в модели, а движок её не отдаёт ({detail}). Дайте пользователю движка право READ на "
        "определения процессов или не используйте имя в шаблоне",
        "only the model has this name, and the engine does not give the model ({detail}). Grant the engine's user READ "
        "on process definitions, or use no name in the template",
    ),
    "syntax": Phrase("шаблон не разбирается Jinja2: {detail}", "the template is not Jinja2: {detail}"),
    "too_large": Phrase("результат шаблона слишком велик: {detail}", "the template gives too much: {detail}"),
    "method": Phrase(
        "{detail} здесь не поле значения, а метод Python: проверьте имя; чтобы вызвать его, напишите {detail}()",
        "{detail} is no field of this value but a method of Python: check the name; to call it, write {detail}()",
    ),
    "bytes": Phrase(
        "значение двоичное ({detail} байт), текста у него нет: возьмите переменную типа String или Json",
        "the value is binary ({detail} bytes) and has no text: use a variable of the type String or Json",
    ),
    "unprintable": Phrase(
        "в значении нет ни одного видимого символа (длина {detail}): проверьте, откуда его берёт процесс",
        "none of its characters can be shown (length {detail}): check where the process takes the value from",
    ),
    "no_value": Phrase(
        "{detail} не значение: им могут быть текст, число, логическое значение, дата, список и объект JSON",
        "{detail} is no value: only text, a number, a boolean, a date, a list and a mapping are",
    ),
    "not_json": Phrase("fromjson: текст не является JSON ({detail})", "fromjson: the text is not JSON ({detail})"),
    "no_date": Phrase(
        "«{detail}» не дата: исправьте значение или укажите, что взять вместо него, например date('')",
        "“{detail}” is no date: correct the value, or say what to take then, such as date('')",
    ),
    "no_number": Phrase(
        "«{detail}» не число: исправьте значение или укажите, что взять вместо него, например int(0); с "
        "десятичной запятой напишите перед фильтром replace(',', '.')",
        "“{detail}” is no number: correct the value, or say what to take then, such as int(0); with a decimal "
        "comma write replace(',', '.') before the filter",
    ),
    "no_list": Phrase(
        "«{detail}» — текст, а не список, и он разбился бы на буквы: используйте fromjson или split",
        "“{detail}” is a text and no list, and its letters would be taken one by one: use fromjson or split",
    ),
    "number_in_text": Phrase(
        "«{detail}»: число в виде текста сравнивалось бы посимвольно: напишите имя | float, для списка текстов "
        "map('float'), или сохраните его числом",
        "“{detail}”: a number in a text would be compared by its letters: write name | float, for a list of "
        "texts map('float'), or store it as a number",
    ),
    "date_in_text": Phrase(
        "«{detail}»: даты в виде текста сравнивались бы посимвольно, начиная со дня: используйте переменные типа "
        "Date или тексты вида 2026-09-30",
        "“{detail}”: dates in texts would be compared by their letters, the day first: use variables of the type "
        "Date, or texts such as 2026-09-30",
    ),
    "reckoned": Phrase(
        "«{detail}»: одно из значений — текст, а тексты не вычисляются, а склеиваются и повторяются: напишите "
        "имя | float или имя | int, чтобы вычислить, или имя ~ имя, чтобы склеить",
        "“{detail}”: one of these is a text, and texts are not reckoned with but joined or repeated: write "
        "name | float or name | int to reckon, name ~ name to join",
    ),
    "letter": Phrase(
        "«{detail}» — текст, и из него взялся бы только один знак: сделайте из него список через fromjson или "
        "split(','); если нужен знак, напишите имя[0:1]",
        "“{detail}” is a text, and only one letter of it would be taken: make a list of it by fromjson or "
        "split(','); if the letter is meant, write name[0:1]",
    ),
    "no_yes_or_no": Phrase(
        "ответ опросника «{detail}» должен быть да или нет, а записано другое: исправьте ответ в задаче",
        "the answer “{detail}” of a questionnaire must be yes or no, and something else is stored: correct the answer "
        "in the task",
    ),
    "no_yes": Phrase(
        "фильтр yes читает да или нет, а «{detail}» ни то ни другое",
        "the filter yes reads yes or no, and “{detail}” is neither",
    ),
    "failed": Phrase("шаблон завершился ошибкой: {detail}", "the template fails: {detail}"),
    "unfit": Phrase("ожидается {detail}", "expected {detail}"),
    "no_responsible": Phrase(
        "не указан ответственный: задайте переменную процесса responsibleId или общую настройку "
        "BITRIX_DEFAULT_RESPONSIBLE_ID",
        "nobody is responsible: set the variable responsibleId in the process, or BITRIX_DEFAULT_RESPONSIBLE_ID "
        "for all",
    ),
    "no_process": Phrase(
        "движок не сообщил ключ процесса, и шаблон задачи на портале не найти: проверьте версию движка или выключите "
        "bitrix.portal_templates",
        "the engine did not send the key of the process, so the portal's task template cannot be found: check the "
        "engine's version, or switch bitrix.portal_templates off",
    ),
    "dismissed": Phrase(
        "этот пользователь на портале уволен, и задача ждала бы вечно: укажите работающего сотрудника",
        "this user is dismissed on the portal, and the task would wait for ever: name somebody who works there",
    ),
    "answered_by_default": Phrase(
        "портал заполняет это поле сам, и ответ человека от этого не отличить: уберите у поля значение по "
        "умолчанию на портале",
        "the portal fills this field in by itself, and nobody could tell that from a person's answer: remove the "
        "field's default value on the portal",
    ),
    "no_such_field": Phrase(
        "у задач портала нет такого поля ({detail}): портал отбросил бы его без единого слова. Исправьте имя в "
        "топике или создайте поле",
        "tasks of the portal have no such field ({detail}): it would drop it without a word. Correct the name in "
        "the topic, or create the field",
    ),
    "misfit": Phrase(
        "поле портала хранит {detail}, а это значение портал молча заменил бы другим: исправьте значение или шаблон",
        "the portal's field keeps {detail}, and the portal would silently store something else: correct the value or "
        "its template",
    ),
    "field_type": Phrase(
        "у поля портала этот тип, а вопрос и ответ требуют другого ({detail}): человек не увидел бы вопроса или не "
        "смог бы ответить. Создайте поле заново с этим типом",
        "the portal's field has this type, and question and answer need another ({detail}): a person would see no "
        "question, or could give no answer. Make the field anew with that type",
    ),
    "two_spellings": Phrase(
        "{detail}: это два написания одного и того же с разными значениями, и неизвестно, какое из них "
        "относится к шагу: оставьте одно или задайте шагу входной параметр с этим именем",
        "{detail}: two spellings of one thing with different values, and nothing tells which of them the step "
        "means: leave one of them, or give the step an input parameter of that name",
    ),
    "variable_name": Phrase(
        "«{detail}» не даёт имени переменной, и ответ попал бы туда, где его не прочитает ни один шлюз: "
        "исправьте имя или значение, из которого шаблон его составляет",
        "“{detail}” gives no name of a variable, and the answer would go where no gateway reads it: correct the "
        "name or what the template takes it from",
    ),
    "reserved": Phrase(
        "это поле заполняет сам воркер: уберите его из настройки топика",
        "the worker fills this field itself: remove it from the topic's configuration",
    ),
    "unknown": Phrase(
        "такого поля задачи нет: уберите его из настройки топика",
        "there is no such task field: remove it from the topic's configuration",
    ),
    "misspelt": Phrase(
        "это дополнительное свойство шага никто не читает, вероятно, имелось в виду {detail}: исправьте имя в "
        "модели или переименуйте свойство",
        "nothing reads this extension property of the step; {detail} was probably meant: correct its name in the "
        "model, or rename it",
    ),
    "answer_given": Phrase(
        "это поле в задаче заполняют люди, у шага его никто не читает: чтобы задать вопрос, укажите {detail} = "
        "true и UF_RESULT_QUESTION, а это имя уберите",
        "people fill this field in the task, and nothing reads it at a step: to ask, set {detail} to true, and "
        "UF_RESULT_QUESTION; remove this one",
    ),
    "misspelt_parameter": Phrase(
        "этот входной параметр шага никто не читает, вероятно, имелось в виду {detail}: исправьте имя в "
        "модели или "
        "переименуйте параметр",
        "nobody reads this input parameter of the step; {detail} was probably meant: correct its name in "
        "the model, "
        "or rename it",
    ),
    "output_mark": Phrase(
        "выходной параметр ничего не говорит самому шагу, и задача создалась бы без {detail}: сделайте его "
        "дополнительным свойством или входным параметром",
        "an output parameter says nothing to the step itself, and its task would be made without "
        "{detail}: make it "
        "an extension property or an input parameter",
    ),
    "mark_elsewhere": Phrase(
        "движок передаёт дополнительные свойства только самого шага, но не того, что вокруг него: задайте "
        "дополнительное свойство {detail} (true или false) самому шагу",
        "the engine hands out the extension properties of the step itself only, and none of what stands around "
        "it: give the step the extension property {detail} (true or false) of its own",
    ),
    "said_twice": Phrase(
        "оно задано дважды с разными значениями, и движок молча берёт последнее: оставьте одно",
        "it is there twice with different values, and the engine takes the last without a word: leave one",
    ),
    "nameless_property": Phrase(
        "у дополнительного свойства шага нет имени ({detail}), и движок отклоняет каждый запрос, который должен "
        "его выдать: задайте имя в модели или удалите свойство и разверните процесс заново; экземпляры, которые уже "
        "стоят на шаге, перенесите на новую версию",
        "an extension property of the step has no name ({detail}), and the engine refuses every fetch that would "
        "hand it out: give it a name in the model or delete it, and deploy the process anew; instances that are at "
        "this step already are migrated to the new version",
    ),
    "hidden": Phrase(
        "ответ или результат с этим именем попал бы в переменную самого шага и пропал вместе с ним: переименуйте "
        "входной параметр или передайте значение выходным параметром",
        "the answer or result of this name would go into the step's own variable and be lost with the "
        "step: rename "
        "the input parameter, or hand it on by an output parameter",
    ),
    "hidden_by_scope": Phrase(
        "ответ или результат с этим именем попал бы в переменную самого подпроцесса и пропал вместе с ним: "
        "переименуйте этот входной параметр или передайте значение выходным параметром подпроцесса",
        "the answer or result of this name would go into the sub-process's own variable and be lost with the "
        "sub-process: rename this input parameter, or hand it on by an output parameter of the sub-process",
    ),
    "hidden_by_loop": Phrase(
        "ответ или результат с этим именем попал бы в переменную мультиэкземпляра и пропал вместе с экземпляром: "
        "переименуйте переменную элемента или результат в настройке топика",
        "the answer or result of this name would go into a variable of the multi-instance and be lost with the "
        "instance: rename the element variable, or the result in the topic's configuration",
    ),
    "overwritten": Phrase(
        "этот выходной параметр занял бы место ответа или результата с тем же именем: назовите его иначе или "
        "составьте из этой переменной",
        "this output parameter would take the place of the answer or result of the same name: give it "
        "another name, "
        "or make it of that variable",
    ),
    "reserved_name": Phrase(
        "модель сама задаёт переменную с этим именем, а экземпляр мультиэкземпляра хранит в ней свой ответ: "
        "переименуйте переменную",
        "the model sets a variable of this name, and an instance of the multi-instance keeps its answer in it: "
        "rename that variable",
    ),
    "template_in_model": Phrase(
        "шаблоны {{{{ … }}}} в модели не вычисляются, и люди увидели бы скобки: напишите здесь ${{…}} или "
        "перенесите "
        "шаблон в настройку топика",
        "templates {{{{ … }}}} are not evaluated in the model, and people would see the braces: write "
        "${{…}} here, or put "
        "the template into the topic's configuration",
    ),
    "unevaluated": Phrase(
        "движок не вычисляет выражения в дополнительных свойствах, и оно попало бы в задачу как написано: "
        "сделайте его входным параметром с тем же именем или задайте шаблон в настройке топика",
        "the engine evaluates no expressions in extension properties, and this one would be used as it is "
        "written: make it an input parameter of the same name, or put a template into the topic's configuration",
    ),
    "answered": Phrase(
        "в этом поле отвечает человек, и задача создалась бы уже с ответом: уберите его из настройки топика",
        "a person answers in this field, and the task would be made answered: remove it from the topic's configuration",
    ),
    "unexpected_question": Phrase(
        "шаг задаёт вопрос, но не ждёт ответа: добавьте дополнительное свойство UF_RESULT_EXPECTED (true или false)",
        "the step asks a question and expects no answer: add the extension property UF_RESULT_EXPECTED (true or false)",
    ),
    "lone_plan_date": Phrase(
        "портал принимает start_date_plan и end_date_plan только вместе: задайте обе даты или ни одной",
        "the portal takes start_date_plan and end_date_plan only together: give both or neither",
    ),
}


class MappingFault(Exception):
    """An error in the task. Its text names topic, field and value, and says what to change."""

    def __init__(self, topic: str, field: str, value: Any, reason: Phrase) -> None:
        self.topic = topic
        self.field = field
        self.value = _shown(value)
        self.reason = reason
        shown = f' = "{self.value}"' if self.value else ""
        self.phrase = FAULT.format(topic=topic, field=field, value=shown, reason=reason)
        super().__init__(str(self.phrase))


FAULT = Phrase("Топик {topic}, поле {field}{value}: {reason}.", "Topic {topic}, field {field}{value}: {reason}.")


def reason_of(kind: str, detail: Phrase | str = "") -> Phrase:
    """The reason of this kind. Raises `KeyError` for a kind that is not in `REASONS`."""
    said = unchanged(detail) if isinstance(detail, str) else detail
    return REASONS[kind].format(detail=Phrase(_bounded(said.ru), _bounded(said.en)))


def _bounded(detail: str) -> str:
    return shortened(single_line(detail), DETAIL)


def _shown(value: Any) -> str:
    if value is None or isinstance(value, UnreadableVariable):
        return ""
    return shortened(single_line(value if isinstance(value, str) else reprlib.repr(value)), SHOWN)
