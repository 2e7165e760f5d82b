"""What to do about a name in a model that nothing reads, as format strings."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase

WORDS: Mapping[str, Phrase] = {
    "correct": Phrase(
        "исправьте имя или используйте параметр в шаблоне топика",
        "correct the name, or use the parameter in a template of the topic",
    ),
    "rename": Phrase("исправьте имя", "correct the name"),
    "as_input": Phrase("сделайте его входным параметром шага", "make it an input parameter of the step"),
    "as_property": Phrase("укажите его свойством расширения шага", "make it an extension property of the step"),
    "element": Phrase(
        "передайте элемент входным параметром: {field} = ${{{name}}}",
        "pass the element on in an input parameter: {field} = ${{{name}}}",
    ),
    "misspelt": Phrase(
        "В модели есть имена, которых воркер не читает ({names}). Исправьте их в модели",
        "The model has names that the worker does not read ({names}). Correct them in the model",
    ),
}
CONFIGURED = Phrase(
    "это поле заполняет config.yaml (topics: {topic}: task: {field}); уберите его оттуда или напишите там "
    "\"{{{{ {name} | default('') }}}}\"",
    "config.yaml fills this field (topics: {topic}: task: {field}); remove it there, or write there "
    "\"{{{{ {name} | default('') }}}}\"",
)
IN_CONFIG: Mapping[str, Phrase] = {
    "any": Phrase(
        "запишите в config.yaml: topics: {topic}: task: {field}: \"{{{{ {name} | default('') }}}}\"",
        "write in config.yaml: topics: {topic}: task: {field}: \"{{{{ {name} | default('') }}}}\"",
    ),
    "plan": Phrase(
        "запишите в config.yaml: topics: {topic}: task: {field}: \"{{{{ {name} | default('') }}}}\", и вторую дату "
        "тоже: портал принимает start_date_plan и end_date_plan только вместе",
        "write in config.yaml: topics: {topic}: task: {field}: \"{{{{ {name} | default('') }}}}\", and the other date "
        "too: the portal accepts start_date_plan and end_date_plan only together",
    ),
}
"""For a field that no variable fills."""
