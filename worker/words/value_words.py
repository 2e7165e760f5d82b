"""What is wrong with a value: a process variable, or a text that is not JSON."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase, unchanged

_NUMBER = Phrase("число", "a number")
_TEXT = Phrase("текст", "text")
_LIST = Phrase("список", "a list")
_MAPPING = Phrase("объект JSON", "a mapping")
_DATE = Phrase("дата", "a date")

KINDS: Mapping[str, Phrase] = {
    "NoneType": unchanged("null"),
    "bool": unchanged("true/false"),
    "int": _NUMBER,
    "float": _NUMBER,
    "Figure": _NUMBER,
    "Decimal": _NUMBER,
    "str": _TEXT,
    "LiveText": _TEXT,
    "list": _LIST,
    "tuple": _LIST,
    "range": _LIST,
    "dict": _MAPPING,
    "Values": Phrase("переменные процесса", "the process variables"),
    "bytes": Phrase("двоичное значение", "a binary value"),
    "datetime": _DATE,
    "date": _DATE,
    "FileVariable": Phrase("файл", "a file"),
}
"""The classes of values, in words for people."""


def kind_of(value: object) -> Phrase:
    """What a value is, in words."""
    kind = type(value).__name__
    return KINDS.get(kind) or unchanged(kind)


NEEDED: Mapping[str, Phrase] = {
    "Null": Phrase("нужно null, а пришло: {given}", "no null, but {given}"),
    "String": Phrase("нужен текст, а пришло: {given}", "no text, but {given}"),
    "Boolean": Phrase("нужно true или false, а пришло: {given}", "no boolean, but {given}"),
    "Long": Phrase("нужно целое число, не длиннее 64 бит", "no whole number of 64 bits"),
    "Double": Phrase("нужно число, а пришло: {given}", "no number, but {given}"),
    "Date": Phrase("«{given}» не дата", "“{given}” is no date"),
    "Bytes": Phrase("значение не в кодировке Base64", "the value is not Base64"),
}
NO_OFFSET = Phrase("в дате нет смещения от UTC", "a date without offset")
UNKNOWN_TYPE = Phrase("тип неизвестен", "unknown type")
MISSING = Phrase("в ответе движка нет «{name}»", "“{name}” is missing in the engine's answer")
OTHER_FORM = Phrase("объект, сериализованный как «{form}»", "an object that is serialised as {form}")
NO_FILE_NAME = Phrase("файл без имени", "a file without a name")
JAVA_OBJECT = Phrase(
    "объект Java {java}, сериализованный как {form}: выберите тип Json или String с текстом JSON",
    "a Java object {java}, serialised as {form}: choose the type Json, or String with JSON",
)
JAVA_DATE = Phrase(
    "дата Java {java}, которую движок не передаёт: допишите в выражении .toDate(), "
    "${{dateTime().plusDays(2).toDate()}}",
    "a Java date {java} that the engine does not pass on: append .toDate() in the expression, "
    "${{dateTime().plusDays(2).toDate()}}",
)
NOT_SHOWN = Phrase(
    "движок его не показывает: значение изменилось, или нет права READ на экземпляр процесса",
    "the engine does not show it: it was changed, or READ on the instance is missing",
)
NO_COLLECTION = Phrase("движок показывает не список и не объект", "the engine shows neither list nor map")
WITH_WHY = unchanged("{reason} ({why})")

UNSENT = Phrase(
    "переменную «{name}» нельзя передать движку: {reason}", "variable “{name}” cannot be sent to the engine: {reason}"
)
NO_TYPE = Phrase("у движка нет типа для такого значения: «{kind}»", "no type for {kind}")
TOO_LONG = Phrase("целое число длиннее 64 бит", "a whole number beyond 64 bits")
NO_FIGURE = Phrase("«{value}» в JSON записать нельзя", "{value} is not a number that JSON can carry")
NO_CALENDAR = Phrase("такой даты нет ни в одном календаре", "a date that no calendar has")

WRITING_JSON: Mapping[str, Phrase] = {
    r"Out of range float values are not JSON compliant.*": Phrase(
        "в значении есть NaN или бесконечность", "the value holds NaN or an infinity"
    ),
    r"Object of type (?P<kind>\w+) is not JSON serializable.*": NO_TYPE,
    r"Circular reference detected": Phrase("значение содержит само себя", "the value contains itself"),
    r"maximum recursion depth exceeded.*": Phrase("слишком много уровней вложенности", "it is nested too deeply"),
    r"keys must be .*": Phrase("ключ объекта не текст", "a key is not text"),
}
"""The messages of `json.dumps` by pattern."""

_AT = r": line (?P<line>\d+) column (?P<column>\d+) .*"
_PLACE = Phrase("JSON с ошибкой, строка {line}, столбец {column}: ", "broken JSON, line {line}, column {column}: ")


def _here(ru: str, en: str) -> Phrase:
    return Phrase(_PLACE.ru + ru, _PLACE.en + en)


READING_JSON: Mapping[str, Phrase] = {
    r"broken JSON: more than (?P<most>\d+) levels": Phrase(
        "JSON с ошибкой: уровней вложенности больше {most}", "broken JSON: more than {most} levels"
    ),
    r"broken JSON: (?P<name>\S+) is not JSON": Phrase(
        "JSON с ошибкой: {name} в нём недопустимо", "broken JSON: {name} is not JSON"
    ),
    r"broken JSON: the name (?P<name>.+) stands twice": Phrase(
        "JSON с ошибкой: имя {name} указано дважды, оставьте одно",
        "broken JSON: the name {name} stands twice, leave one",
    ),
    r"broken JSON: Expecting value" + _AT: _here("здесь нет значения", "there is no value here"),
    r"broken JSON: Expecting property name enclosed in double quotes" + _AT: _here(
        'имя поля нужно в прямых двойных кавычках (")', 'the name of a field needs straight double quotes (")'
    ),
    r"broken JSON: Expecting ',' delimiter" + _AT: _here("нет запятой", "a comma is missing"),
    r"broken JSON: Expecting ':' delimiter" + _AT: _here("нет двоеточия", "a colon is missing"),
    r"broken JSON: Illegal trailing comma before end of \w+" + _AT: _here("лишняя запятая", "a comma too many"),
    r"broken JSON: Extra data" + _AT: _here("после значения лишний текст", "text after the value"),
    r"broken JSON: Unterminated string starting at" + _AT: _here("кавычка не закрыта", "the quote is not closed"),
    r"broken JSON: Invalid control character at" + _AT: _here(
        "перевод строки или табуляция в тексте: напишите \\n или \\t", "a line break or tab in a text: write \\n or \\t"
    ),
    r"broken JSON: Invalid .*escape" + _AT: _here("\\ перед этим символом недопустим", "a \\ cannot precede this"),
    r"broken JSON: maximum recursion depth exceeded.*": Phrase(
        "JSON с ошибкой: слишком много уровней вложенности", "broken JSON: nested too deeply"
    ),
}
"""The messages of `bitrix.reading.document` by pattern."""
FILLED_IN = Phrase(
    "Если внутри кавычек JSON стоит выражение (${…}) или шаблон, значение подставлено раньше, чем читается JSON, и "
    "кавычка, перевод строки или \\ в нём портит весь текст: задайте поле входным параметром типа List или Map "
    "(camunda:list, camunda:map), в config.yaml — списком YAML",
    "If an expression (${…}) or a template stands within the quotes of the JSON, its value was filled in before the "
    "JSON is read, and a quote, a line break or a \\ in it breaks the text: give the field as an input parameter of "
    "the type List or Map (camunda:list, camunda:map), in config.yaml as a YAML list",
)
