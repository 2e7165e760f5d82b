"""What is wrong with a YAML file, by PyYAML's own message."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase, unchanged

PLACE = Phrase("{file}, строка {line}, столбец {column}", "{file}, line {line}, column {column}")
UNREAD = Phrase("{file} не читается: {why}", "{file} cannot be read: {why}")
A_FOLDER = Phrase(
    "{file} не читается: это папка. Поставьте на её место файл настроек или уберите её (Docker создаёт такую папку, "
    "если файла, который подключают, нет)",
    "{file} cannot be read: it is a folder. Put a file of settings in its place, or remove it (Docker makes such a "
    "folder where the file to mount is missing)",
)
NO_GROUPS = Phrase("{file} должен содержать группы настроек", "{file} must hold groups of settings")
AN_ENVIRONMENT = Phrase(
    "{file} — файл переменных окружения, его читает командная строка: set -a; . {file}; set +a. В --config нужен YAML",
    "{file} holds variables of the environment, and a shell reads it: set -a; . {file}; set +a. --config takes YAML",
)
NO_YAML = Phrase("{where}: это не YAML: {what}", "{where} is not YAML: {what}")
TWICE = Phrase(
    "{where}: ключ «{key}» задан дважды, впервые — в строке {first}: оставьте один",
    "{where}: “{key}” is said twice, first in line {first}: keep one",
)
IN_QUOTES = Phrase(
    "{where}: {text} читалось бы как {read}: возьмите в кавычки, а число запишите без нулей впереди, _ и :",
    "{where}: {text} would be read as {read}: write it in quotes, or a number without zeros before it, _ and :",
)
UNREADABLE_CHARACTER = Phrase(
    "символ {code} в файле недопустим: удалите его", "the character {code} is not allowed: delete it"
)
QUOTE_REFERENCE = Phrase(
    'внутри {{ }} и [ ] возьмите текст с ${{NAME}} в кавычки: "${{NAME}}"',
    'inside {{ }} and [ ], a text with ${{NAME}} needs quotes: "${{NAME}}"',
)
QUOTE_TEMPLATE = Phrase(
    'внутри {{ }} и [ ] возьмите текст с шаблоном {{{{ … }}}} в кавычки: "{{{{ name }}}}"',
    'inside {{ }} and [ ], a text with a template {{{{ … }}}} needs quotes: "{{{{ name }}}}"',
)
A_NUL = Phrase(
    "в файле есть символ U+0000: файл повреждён или не в кодировке UTF-8; запишите его заново в UTF-8",
    "the file holds the character U+0000: it is damaged, or not UTF-8; write it anew, as UTF-8",
)
NOT_TAKEN = unchanged("{where}: {what}")

_QUOTE = Phrase(
    "значение не может начинаться с {char}: возьмите его в кавычки",
    "a value cannot begin with {char}: write it in quotes",
)
_OUT_OF_PLACE = Phrase(
    "эта строка не продолжает предыдущие: проверьте её отступ и кавычки",
    "this does not continue the lines before it: check its indentation and quotes",
)
_OF_ANOTHER_KIND = Phrase("здесь нужно другое значение: уберите тег", "the value does not fit its tag: remove the tag")
_NAME = Phrase(
    "после & и * нужно имя из букв и цифр; если это текст, возьмите его в кавычки",
    "& and * need a name of letters and digits; write a text in quotes",
)
_BLOCK = Phrase(
    "после | и > может стоять только + или -, текст начинается со следующей строки",
    "only + or - may follow | and >; the text begins on the next line",
)
_TAG = Phrase(
    "тег {tag} не поддерживается; если это текст, возьмите его в кавычки",
    "the tag {tag} is not supported; write a text in quotes",
)
_DIRECTIVE = Phrase(
    "строка не может начинаться с %: возьмите значение в кавычки", "a line cannot begin with %: write a text in quotes"
)

NOT_CLOSED = "found unexpected end of stream", "expected ',' or [^ ]+, but got .*", "could not find expected ':'"
"""Messages that are best shown at the place where the thing began."""

PYYAML: Mapping[str, Phrase] = {
    r"found character '\\t' that cannot start any token": Phrase(
        "здесь стоит табуляция: замените её пробелами", "here stands a tab: replace it by blanks"
    ),
    r"found character (?P<char>.*) that cannot start any token": _QUOTE,
    r"could not find expected ':'": Phrase("после ключа нет двоеточия", "the key has no colon after it"),
    r"found unexpected end of stream": Phrase("кавычка не закрыта", "the quote is not closed"),
    r"expected ',' or '\]', but got .*": Phrase(
        "скобка [ не закрыта, или между элементами нет запятой",
        "the [ is not closed, or a comma is missing between items",
    ),
    r"expected ',' or '\}', but got .*": Phrase(
        "скобка {{ не закрыта, или между элементами нет запятой",
        "the {{ is not closed, or a comma is missing between items",
    ),
    r"mapping values are not allowed here": Phrase(
        "двоеточие здесь недопустимо: проверьте отступ; если оно часть текста, возьмите текст в кавычки",
        "a colon is not allowed here: check the indentation; if it is part of a text, write the text in quotes",
    ),
    r"(mapping keys|sequence entries) are not allowed here": Phrase(
        "здесь не может начинаться список: напишите его с новой строки",
        "a list cannot begin here: write it on a line of its own",
    ),
    r"expected the node content, but found .*": Phrase(
        "здесь нет значения, или скобка лишняя", "there is no value here, or a bracket too many"
    ),
    r"expected <block end>, but found .*|expected '<document start>', but found .*": _OUT_OF_PLACE,
    r"but found another document|found unexpected document separator": Phrase(
        "в файле второй документ (---): нужен один", "there is a second document (---): keep one"
    ),
    r"found undefined alias (?P<name>.*)": Phrase(
        "{name} нигде не задано; если это текст, возьмите его в кавычки",
        "{name} is defined nowhere; if it is a text, write it in quotes",
    ),
    r"second occurrence": Phrase("метка & с этим именем уже есть", "the file has an anchor & of this name already"),
    r"found unconstructable recursive node": Phrase("значение содержит само себя", "the value contains itself"),
    r"could not determine a constructor for the tag 'tag:yaml.org,2002:merge'": Phrase(
        "<< не поддерживается: повторите настройки", "<< is not supported: repeat the settings"
    ),
    r"could not determine a constructor for the tag (?P<tag>.*)": _TAG,
    r"found undefined tag handle (?P<tag>.*)": _TAG,
    r"expected (a|an) .*, but found (scalar|sequence|mapping)": _OF_ANOTHER_KIND,
    r"expected a mapping of length 1.*|expected a single mapping item.*": _OF_ANOTHER_KIND,
    r"failed to (decode|convert) base64 data.*": Phrase("это не Base64", "this is not Base64"),
    r"expected indentation indicator.*|expected chomping or.*|expected a comment or a line break.*": _BLOCK,
    r"expected alphabetic or numeric character, but found .*": _NAME,
    r"found unknown escape character (?P<char>.*)|expected escape sequence of .*": Phrase(
        "после \\ в двойных кавычках этот символ недопустим: возьмите текст в одинарные кавычки",
        "a \\ in double quotes cannot be followed by this: write the text in single quotes",
    ),
    r"expected (a digit|' '|'>'|'!'|URI).*|found (duplicate|incompatible) YAML.*|duplicate tag handle.*": _DIRECTIVE,
    r"no (?P<kind>\w+)": Phrase("это не {kind}", "this is not {kind}"),
}
"""PyYAML's messages, and those of the loader, by pattern."""

REFUSED: Mapping[str, Phrase] = {
    r"template": Phrase("шаблон {{{{ … }}}} возьмите в кавычки", "write a template {{{{ … }}}} in quotes"),
    r"key": Phrase(
        "YAML читает это имя не как текст, а как да или нет (yes, no, on, off), число, дату или список: возьмите его в "
        "кавычки",
        "YAML reads this name as yes or no (yes, no, on, off), a number, a date or a list, not as text: write it in "
        "quotes",
    ),
    r"blank (?P<code>.*)": Phrase(
        "здесь стоит символ {code}, который только похож на пробел: замените его обычным пробелом",
        "here stands the character {code}, which only looks like a blank: replace it by an ordinary blank",
    ),
    r"half (?P<code>.*)": Phrase(
        "{code} — половина символа, такой текст нельзя передать: удалите её или напишите сам символ",
        "{code} is half a character, and such a text cannot be sent: delete it, or write the character itself",
    ),
    r"levels (?P<most>.*)": Phrase(
        "слишком много уровней вложенности (больше {most}): уберите лишние скобки и отступы",
        "it is nested too deeply (more than {most} levels): remove brackets and indentation that are too many",
    ),
    r"repeats (?P<most>\d+) (?P<name>.*)": Phrase(
        "*{name} и другие ссылки на & повторяют больше {most} значений: запишите сами значения, без & и *",
        "*{name} and other references to an & repeat more than {most} values: write the values themselves, without & "
        "and *",
    ),
}
"""What the loader refuses of good YAML, by pattern."""

KINDS: Mapping[str, Phrase] = {
    "timestamp": Phrase("дата; если это текст, возьмите его в кавычки", "a date; if it is a text, write it in quotes"),
    "int": Phrase("целое число", "a whole number"),
    "float": Phrase("число", "a number"),
    "bool": Phrase("true или false", "true or false"),
}
