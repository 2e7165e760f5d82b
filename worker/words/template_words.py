"""What is wrong with a Jinja2 template, by the library's own message."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase, unchanged
from worker.words.value_words import KINDS

NO_TEMPLATE = Phrase("не шаблон Jinja2: {what}", "is not a Jinja2 template: {what}")
IN_LINE = Phrase("строка {line}: {what}", "line {line}: {what}")
MEANT = Phrase("{what}; возможно, «{name}»", "{what}; did you mean {name}?")
UNREADABLE = unchanged("{name} ({type}): {reason}")
UNREAD_NAME = unchanged("{name}: {reason}")
TOO_LONG_NUMBER = Phrase("целое число длиннее {most} бит", "a whole number of more than {most} bits")
TOO_LONG_LIST = Phrase("в списке больше {most} элементов", "a list of more than {most}")
TOO_LONG_TEXT = Phrase("больше {most} символов", "more than {most} characters")
TOO_LARGE_RESULT = Phrase("результат операции {operator}", "the result of {operator}")

TOKENS: Mapping[str, Phrase] = {
    "begin of print statement": unchanged("{{"),
    "end of print statement": unchanged("}}"),
    "begin of statement block": unchanged("{%"),
    "end of statement block": unchanged("%}"),
    "begin of comment": unchanged("{#"),
    "end of template": Phrase("конец шаблона", "the end of the template"),
    "template data / text": Phrase("текст шаблона", "the template's text"),
    "name": Phrase("имя", "a name"),
    "string": Phrase("текст в кавычках", "a text in quotes"),
    "integer": Phrase("число", "a number"),
    "float": Phrase("число", "a number"),
}
"""What Jinja2 calls the parts of a template."""

_UNFINISHED = Phrase("выражения нет, или оно не закончено", "the expression is missing or not finished")
_EXTRA = Phrase("после выражения лишнее, или между его частями нет знака", "something follows the expression")
_NO_FILTER = Phrase("фильтра «{name}» нет", "there is no filter {name}")
_NO_TEST = Phrase("проверки «{name}» нет", "there is no test {name}")
_NOT_CLOSED = Phrase("скобка не закрыта или лишняя", "a bracket is not closed, or is one too many")
_UNKNOWN_TAG = Phrase("тег «{name}» здесь не нужен или неизвестен", "the tag {name} is unknown, or has no place here")
_ARGUMENTS = Phrase(
    "у вызова другие аргументы, чем у фильтра или функции", "a filter or function takes other arguments"
)
_FORMAT = Phrase("строка формата не подходит к значениям", "the format does not fit the values")
NO_LOADER = Phrase("include, import и extends не поддерживаются", "include, import and extends are not supported")
_EMPTY = Phrase("список пуст", "the list is empty")

SYNTAX: Mapping[str, Phrase] = {
    r"unexpected end of template, expected 'end of print statement'\.": Phrase(
        "выражение не закрыто: нет }}}}", "the expression is not closed: }}}} is missing"
    ),
    r"unexpected end of template, expected 'end of statement block'\.": Phrase(
        "тег не закрыт: нет %}}", "the tag is not closed: %}} is missing"
    ),
    r"unexpected end of template, expected .*": _UNFINISHED,
    r"Unexpected end of template\. .*needs to be closed is '(?P<name>.*)'\.": Phrase(
        "блок «{name}» не закрыт: нет {{% end{name} %}}", "the block {name} is not closed: {{% end{name} %}} is missing"
    ),
    r"Unexpected end of template\..*": _UNFINISHED,
    r"Encountered unknown tag '(?P<name>\w+)'\. .*needs to be closed is '(?P<open>.*)'\.": Phrase(
        "здесь тег «{name}», а открыт блок «{open}»", "the tag {name} comes while the block {open} is open"
    ),
    r"Encountered unknown tag '(?P<name>.*?)'\..*": _UNKNOWN_TAG,
    r"unexpected 'end of .*'|Expected an expression, got 'end of .*'": _UNFINISHED,
    r"expected token 'end of (print|statement).*', got .*|chunk after expression": _EXTRA,
    r"expected token '(?P<needed>.*)', got '(?P<given>.*)'": Phrase(
        "нужно: {needed}, а написано: {given}", "{needed} is needed, and {given} is written"
    ),
    r"unexpected char (\"'\"|'\"') at \d+": Phrase("кавычка не закрыта", "the quote is not closed"),
    r"unexpected char '(?P<given>.*)' at \d+": Phrase("символ «{given}» недопустим", "{given} is not allowed"),
    r"unexpected '[\])}]'.*": _NOT_CLOSED,
    r"unexpected '(?P<given>.*)'|Expected an expression, got '(?P<other>.*)'": _UNFINISHED,
    r"No filter named '(?P<name>.*)'\.": _NO_FILTER,
    r"No test named '(?P<name>.*)'\.": _NO_TEST,
    r"Missing end of comment tag": Phrase(
        "комментарий не закрыт: нет #}}", "the comment is not closed: #}} is missing"
    ),
    r"Missing end of raw directive": Phrase(
        "блок raw не закрыт: нет {{% endraw %}}", "the block raw is not closed: {{% endraw %}} is missing"
    ),
    r"can't assign to .*": Phrase("присвоить можно только имени", "only a name can be assigned to"),
    r"Can't assign to special loop variable.*": Phrase(
        "имя loop занято: назовите переменную цикла иначе", "the name loop is taken: choose another one for the loop"
    ),
    r"non-default argument follows default argument": Phrase(
        "после аргумента со значением идёт аргумент без него", "an argument without a default follows one with it"
    ),
    r"block '(?P<name>.*)' defined twice": Phrase("блок «{name}» задан дважды", "the block {name} is defined twice"),
    r"expected name or number|expected subscript expression": Phrase(
        "после точки нет имени", "no name follows the dot"
    ),
    r"invalid syntax for function call expression": Phrase(
        "аргументы без имени пишутся раньше аргументов с именем", "arguments without a name come before those with one"
    ),
    r"You cannot chain multiple tests with is": Phrase("два is подряд: напишите and", "two tests in a row: write and"),
    r"tag name expected": Phrase("в теге {{% %}} нет имени", "the tag {{% %}} has no name"),
    r"(truncated|malformed|illegal|unknown|invalid|\\).*escape.*|.*at end of string": Phrase(
        "после \\ в тексте этот символ недопустим: удвойте \\", "a \\ in a text cannot precede this: double the \\"
    ),
    r"Invalid character in identifier": Phrase("в имени недопустимый символ", "a name holds a forbidden character"),
    r"expected call": Phrase("после call нужен вызов", "call needs a call"),
}
"""The messages of Jinja2's parser and compiler by pattern."""

UNDEFINED: Mapping[str, Phrase] = {
    r"'(?P<name>.*)' is undefined": Phrase("переменная «{name}» не задана", "'{name}' is undefined"),
    r"'(?P<kind>\w+)( object)?' has no attribute '(?P<name>.*)'": Phrase(
        "поля «{name}» нет, значение — {kind}", "there is no {name}, the value is {kind}"
    ),
    r"(?P<kind>\w+)( object)? has no element (?P<name>.*)": Phrase(
        "элемента {name} нет, значение — {kind}", "there is no item {name}, the value is {kind}"
    ),
    r"(?P<name>\S+) \((?P<known>.*)\)": Phrase("поля «{name}» нет: «{known}»", "there is no {name} ({known})"),
    r"parameter '(?P<name>.*)' was not provided": Phrase(
        "аргумент «{name}» не задан", "the argument {name} is missing"
    ),
    r"No \w+ item, sequence was empty\.": _EMPTY,
}
"""The messages of Jinja2's undefined values by pattern."""

RUN_TIME: Mapping[str, Phrase] = {
    r"ZeroDivisionError: .*|InvalidOperation: .*|DivisionByZero: .*": Phrase("деление на ноль", "division by zero"),
    r"TypeError: unsupported operand type\(s\) for (?P<sign>\S+?):? .*'(?P<left>\w+)' and '(?P<right>\w+)'": Phrase(
        "операция {sign} здесь невозможна: слева {left}, справа {right}",
        "{sign} is not possible: {left} on the left, {right} on the right",
    ),
    r"TypeError: '(?P<sign>\S+)' not supported between instances of '(?P<left>\w+)' and '(?P<right>\w+)'": Phrase(
        "сравнить ({sign}) нельзя: слева {left}, справа {right}",
        "cannot compare ({sign}): {left} on the left, {right} on the right",
    ),
    r"TypeError: bad operand type for unary (?P<sign>\S+): '(?P<left>\w+)'": Phrase(
        "операция {sign} здесь невозможна: {left}", "{sign} is not possible: {left}"
    ),
    r"TypeError: '(?P<kind>\w+)' object is not callable": Phrase(
        "это не вызывается, уберите скобки ( ): {kind}", "this cannot be called, remove the brackets ( ): {kind}"
    ),
    r"TypeError: ('\w+' object is not iterable|argument of type .* is not .*|object of type .* has no len.*)": Phrase(
        "нужен список, а здесь другое значение", "a list is needed, and this is another value"
    ),
    r"TypeError: %\w format: .*|TypeError: not (all|enough) arguments .*|ValueError: unsupported format .*": _FORMAT,
    r"ValueError: (incomplete format|Invalid format|Unknown format|Single|expected '\}'|Precision|cannot ).*": _FORMAT,
    r"IndexError: (tuple|Replacement) index .*|KeyError: .*|TypeError: format requires a mapping": _FORMAT,
    r"TypeError: no loader for this environment specified": NO_LOADER,
    r"TypeError: .*(argument|keyword).*|FilterArgumentError: .*|RuntimeError: at least .*": _ARGUMENTS,
    r"OverflowError: Range too big\..*": Phrase("range слишком длинный", "range is too long"),
    r"(ValueError: Exceeds the limit|OverflowError: ).*": Phrase("число слишком велико", "the number is too large"),
    r"SecurityError: access to attribute '(?P<name>.*)' of .* object is unsafe\.": Phrase(
        "«{name}» в шаблоне недоступно", "{name} cannot be used in a template"
    ),
    r"TemplateRuntimeError: No filter named '(?P<name>.*)'\.": _NO_FILTER,
    r"TemplateRuntimeError: No test named '(?P<name>.*)'\.": _NO_TEST,
    r"TemplateRuntimeError: cannot assign attribute on non-namespace object": Phrase(
        "поле можно присвоить только в namespace()", "only a field of a namespace() can be assigned"
    ),
    r"RecursionError: .*": Phrase("слишком много уровней вложенности", "it is nested too deeply"),
    r"ValueError: (could not convert|invalid literal).*": Phrase("текст не является числом", "the text is no number"),
}
"""The errors of a template at run time by pattern: class and message."""

NAMES: Mapping[str, Phrase] = {**KINDS, **TOKENS, "None": unchanged("null"), "Undefined": Phrase("ничего", "nothing")}
