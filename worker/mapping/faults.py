"""Says why a task cannot be mapped: topic, field, value, and what to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bitrix.shown import in_text
from worker.mapping.bbcode import shortened, single_line
from worker.mapping.content_reasons import CONTENT_REASONS
from worker.mapping.model_reasons import MODEL_REASONS
from worker.mapping.task_fields import shown_name
from worker.model import FileVariable, UnreadableVariable
from worker.words.documents import see
from worker.words.phrase import NOTHING, Phrase, in_sentences, joined, unchanged

SHOWN = 100
"""How many characters of a value a fault shows."""
DETAIL = 250
REASONS: Mapping[str, Phrase] = {
    **CONTENT_REASONS,
    **MODEL_REASONS,
    "undefined": Phrase(
        "шаблон обращается к тому, чего нет: {detail}. Задайте переменную в процессе или напишите "
        "{{{{ имя | default('') }}}}",
        "the template uses something that does not exist: {detail}. Set the variable in the process, or "
        "write {{{{ name | default('') }}}}",
    ),
    "unreadable": Phrase(
        "не удалось прочитать переменную: {detail}. Сохраните её как текст, число, дату или JSON",
        "the variable cannot be read: {detail}. Store it as text, number, date or JSON",
    ),
    "name_unread": Phrase(
        "это имя есть только в модели, а воркер не смог её прочитать ({detail}). Дайте пользователю движка право READ "
        "на определения процессов или уберите имя из шаблона",
        "this name exists only in the model, and the worker could not read the model ({detail}). Grant the engine's "
        "user READ on process definitions, or remove the name from the template",
    ),
    "syntax": Phrase("ошибка в шаблоне Jinja2: {detail}", "the template is not valid Jinja2: {detail}"),
    "too_large": Phrase("результат шаблона слишком велик: {detail}", "the template's result is too large: {detail}"),
    "method": Phrase(
        "{detail} — не поле значения, а метод Python. Проверьте имя; чтобы вызвать метод, напишите {detail}()",
        "{detail} is not a field of this value but a Python method. Check the name; to call the method, "
        "write {detail}()",
    ),
    "bytes": Phrase(
        "значение двоичное ({detail} байт), в нём нет текста. Используйте переменную типа String или Json",
        "the value is binary ({detail} bytes) and has no text. Use a variable of the type String or Json",
    ),
    "unprintable": Phrase(
        "в значении нет ни одного видимого символа (длина {detail}). Проверьте, откуда его берёт процесс",
        "the value has no visible character (length {detail}). Check where the process takes it from",
    ),
    "no_value": Phrase(
        "{detail} нельзя использовать как значение. Допустимы текст, число, логическое значение, дата, "
        "список и объект JSON",
        "{detail} cannot be used as a value. Allowed are text, number, boolean, date, list and mapping",
    ),
    "not_json": Phrase(
        "fromjson: текст не является JSON ({detail})", "fromjson: the text is not valid JSON ({detail})"
    ),
    "no_date": Phrase(
        "«{detail}» не дата. Исправьте значение или укажите замену, например date('')",
        "“{detail}” is not a date. Correct the value, or name a replacement such as date('')",
    ),
    "no_number": Phrase(
        "«{detail}» не число. Исправьте значение или укажите замену, например int(0). Если в числе "
        "десятичная запятая, напишите перед фильтром replace(',', '.')",
        "“{detail}” is not a number. Correct the value, or name a replacement such as int(0). If it has a "
        "decimal comma, write replace(',', '.') before the filter",
    ),
    "no_list": Phrase(
        "«{detail}» — текст, а не список, шаблон разбил бы его на буквы. Используйте fromjson или split",
        "“{detail}” is text, not a list, and the template would split it into letters. Use fromjson or split",
    ),
    "number_in_text": Phrase(
        "«{detail}»: число в виде текста сравнивалось бы посимвольно. Напишите имя | float, для списка "
        "текстов map('float'), или сохраните его числом",
        "“{detail}”: a number stored as text would be compared character by character. Write name | float, "
        "for a list of texts map('float'), or store it as a number",
    ),
    "date_in_text": Phrase(
        "«{detail}»: даты в виде текста сравнивались бы посимвольно, начиная со дня. Используйте переменные "
        "типа Date или тексты вида 2026-09-30",
        "“{detail}”: dates stored as text would be compared character by character, the day first. Use "
        "variables of the type Date, or texts such as 2026-09-30",
    ),
    "reckoned": Phrase(
        "«{detail}»: одно из значений — текст, поэтому вместо вычисления тексты склеились бы или "
        "повторились. Чтобы вычислить, напишите имя | float или имя | int; чтобы склеить — имя ~ имя",
        "“{detail}”: one of the values is text, so they would be joined or repeated instead of calculated. "
        "To calculate, write name | float or name | int; to join, write name ~ name",
    ),
    "letter": Phrase(
        "«{detail}» — текст, шаблон взял бы из него один символ. Сделайте из текста список через fromjson "
        "или split(','). Если нужен именно символ, напишите имя[0:1]",
        "“{detail}” is text, and the template would take one character of it. Make it a list with fromjson "
        "or split(','). If you want the character, write name[0:1]",
    ),
    "no_yes_or_no": Phrase(
        "ответ опросника «{detail}» должен быть да или нет, а записано другое. Исправьте ответ в задаче",
        "the questionnaire's answer “{detail}” must be yes or no, but something else is stored. Correct the "
        "answer in the task",
    ),
    "no_single_answer": Phrase(
        "ответ опросника «{detail}» записан списком, а переменная хранит одно значение. Исправьте ответ в задаче "
        "или тип вопроса в шаблоне",
        "the questionnaire's answer “{detail}” is stored as a list, but a variable holds one value. Correct the "
        "answer in the task, or the question's type in the template",
    ),
    "no_yes": Phrase(
        "фильтр yes принимает только да или нет, а здесь «{detail}»",
        "the filter yes accepts only yes or no, not “{detail}”",
    ),
    "failed": Phrase("шаблон завершился ошибкой: {detail}", "the template failed: {detail}"),
    "unfit": Phrase("ожидается {detail}", "expected {detail}"),
    "no_responsible": Phrase(
        "не указан ответственный: его не назвали ни входной параметр шага responsibleId, ни переменная процесса с этим "
        "именем, ни настройка BITRIX_DEFAULT_RESPONSIBLE_ID. Задайте что-то одно",
        "there is no responsible person: neither an input parameter responsibleId of the step nor a process variable "
        "of this name nor the setting BITRIX_DEFAULT_RESPONSIBLE_ID names one. Set one of them",
    ),
    "no_process": Phrase(
        "движок не сообщил ключ процесса, и воркер не может найти шаблон задачи на портале. Проверьте версию "
        "движка или выключите bitrix.portal_templates (для одного топика — topics.….portal_templates)",
        "the engine did not send the process key, so the worker cannot find the portal's task template. "
        "Check the engine's version, or switch bitrix.portal_templates off (topics.….portal_templates for one topic)",
    ),
    "dismissed": Phrase(
        "этот сотрудник уволен, и закрыть задачу было бы некому. Укажите работающего сотрудника",
        "this user is dismissed, and nobody would close the task. Name an active user",
    ),
    "creator_dismissed": Phrase(
        "этот сотрудник уволен, а настройка делает его постановщиком каждой задачи топика. Укажите работающего "
        "сотрудника или удалите настройку",
        "this user is dismissed, and the setting makes him the creator of each task of the topic. Name an active user, "
        "or remove the setting",
    ),
    "answered_by_default": Phrase(
        "портал сам заполняет это поле, и воркер не отличит это от ответа человека. Уберите у поля значение "
        "по умолчанию на портале",
        "the portal fills in this field itself, and the worker cannot distinguish that from a person's "
        "answer. Remove the field's default value on the portal",
    ),
    "no_such_field": Phrase(
        "у задач портала нет такого поля ({detail}), и портал отбросил бы значение без сообщения. Исправьте "
        "имя в топике или создайте поле",
        "tasks on the portal have no such field ({detail}), and the portal would drop the value without an "
        "error. Correct the name in the topic, or create the field",
    ),
    "misfit": Phrase(
        "поле портала хранит {detail}, и портал заменил бы это значение другим без сообщения. Исправьте "
        "значение или шаблон",
        "the portal's field keeps {detail}, and the portal would store something else without an error. "
        "Correct the value or its template",
    ),
    "field_type": Phrase(
        "у поля портала этот тип, а для вопроса и ответа нужен другой ({detail}): человек не увидел бы "
        "вопроса или не смог бы ответить. Создайте поле заново с этим типом",
        "the portal's field has this type, but question and answer need another one ({detail}): a person "
        "would see no question, or could give no answer. Create the field again with that type",
    ),
    "two_spellings": Phrase(
        "{detail}: два написания одного имени с разными значениями, и неизвестно, какое относится к шагу. "
        "Оставьте одно или задайте шагу входной параметр с этим именем",
        "{detail}: two spellings of one name with different values, and it is unknown which one the step "
        "means. Leave one of them, or give the step an input parameter of that name",
    ),
    "spelt_twice": Phrase(
        "{detail}: сам шаг задаёт одно и то же дважды, в двух написаниях с разными значениями. Оставьте одно",
        "{detail}: the step itself sets one thing twice, in two spellings with different values. Leave one of them",
    ),
    "variable_name": Phrase(
        "«{detail}» не подходит как имя переменной: такой ответ не прочитал бы ни один шлюз. Исправьте имя "
        "или значение, из которого шаблон его составляет",
        "“{detail}” is not a valid variable name: no gateway could read the answer. Correct the name, or the "
        "value that the template makes it of",
    ),
    "variable_long": Phrase(
        "«{detail}» даёт имя переменной длиннее 255 символов (в multi-instance с id шага и номером), такое движок "
        "не хранит. Сократите имя или id шага",
        "“{detail}” gives a variable's name of more than 255 characters (in a multi-instance with the step's id and a "
        "number), which the engine does not store. Shorten the name, or the step's id",
    ),
    "reserved": Phrase(
        "это поле заполняет сам воркер. Уберите его из настройки топика",
        "the worker fills in this field itself. Remove it from the topic's configuration",
    ),
    "unknown": Phrase(
        "такого поля задачи нет. Уберите его из настройки топика",
        "there is no such task field. Remove it from the topic's configuration",
    ),
    "answered": Phrase(
        "в этом поле отвечает человек, и задача была бы создана уже с ответом. Уберите его из настройки топика",
        "a person answers in this field, and the task would be created with an answer. Remove it from the "
        "topic's configuration",
    ),
    "lone_plan_date": Phrase(
        "портал принимает start_date_plan и end_date_plan только вместе. Задайте обе даты или ни одной",
        "the portal accepts start_date_plan and end_date_plan only together. Set both dates or neither",
    ),
}


PROPERTIES = "properties."
"""How the place of an extension property begins: only a model has those."""
LACKING = frozenset({"no_responsible", "undefined", "lone_plan_date"})
"""The kinds of reasons by which a task lacks something: it may be there under a misspelt name."""


class MappingFault(Exception):
    """An error in the task. Its text names topic, field and value, and says what to change.

    `lacks`: something that the task needs was not found. `of_model`: the model is at fault, or has set the value when
    the step began; the retries alone would repeat it. `place`: the field with its value. `origin`: where the value
    comes from; empty: not known.
    """

    def __init__(
        self,
        topic: str,
        field: str,
        value: Any,
        reason: Phrase,
        *,
        lacks: bool = False,
        of_model: bool = False,
        origin: Phrase = NOTHING,
    ) -> None:
        self.topic = topic
        self.lacks = lacks
        self.of_model = of_model = of_model or field.startswith(PROPERTIES)
        self.field = field
        self.given = value
        self.value = _shown(value)
        self.reason = reason
        quoted = f'"{self.value}"' if isinstance(value, str) else self.value
        self.place = f"{shown_name(field)} = {quoted}" if self.value else shown_name(field)
        place = ORIGIN.format(place=self.place, origin=origin) if origin else self.place
        said = FAULT.format(topic=topic, place=place, reason=reason)
        self.phrase = joined(" ", [said, REPEATED]) if of_model else said
        super().__init__(str(self.phrase))

    def with_hint(self, hint: Phrase) -> MappingFault:
        """The same fault, whose reason ends in a hint at its model."""
        reason = in_sentences(self.reason, hint)
        return MappingFault(self.topic, self.field, self.given, reason, of_model=True)

    def coming_from(self, origin: Phrase, *, of_model: bool) -> MappingFault:
        """The same fault, with where its value comes from, and what to do if the model has set it."""
        of_model = of_model or self.of_model
        return MappingFault(self.topic, self.field, self.given, self.reason, of_model=of_model, origin=origin)

    @property
    def whole(self) -> Phrase:
        """With what to do after the correction: for an incident that says nothing else."""
        return self.phrase if self.of_model else joined(" ", [self.phrase, RAISE])


REPEATED = Phrase(
    f"Увеличить только число попыток мало: ошибка повторится, см. {see('model-faults')}.",
    f"Raising the retries alone repeats this: see {see('model-faults')}.",
)
RAISE = Phrase("Затем увеличьте число попыток в Cockpit.", "Then raise the retries in Cockpit.")
ORIGIN = unchanged("{place} ({origin})")
FAULT = Phrase("Топик {topic}, поле {place}: {reason}.", "Topic {topic}, field {place}: {reason}.")


def reason_of(kind: str, detail: Phrase | str = "") -> Phrase:
    """The reason of this kind. Raises `KeyError` for a kind that is not in `REASONS`."""
    said = unchanged(detail) if isinstance(detail, str) else detail
    return REASONS[kind].format(detail=Phrase(_bounded(said.ru), _bounded(said.en)))


def _bounded(detail: str) -> str:
    return shortened(single_line(detail), DETAIL)


def _shown(value: Any) -> str:
    if value is None or isinstance(value, UnreadableVariable):
        return ""
    if isinstance(value, FileVariable):
        return shortened(f"File {single_line(value.filename)}", SHOWN)
    return shortened(single_line(in_text(value)), SHOWN)
