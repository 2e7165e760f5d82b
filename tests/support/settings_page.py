"""`python -m tests.support.settings_page`: writes the tables of docs/settings.md and docs/settings.ru.md anew.

Names, variables, values and defaults come from the code. The last column, what a setting is for, is written by hand in
the pages themselves and kept; a new setting gets an empty one, which a test refuses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from bitrix.limits.presets import PRESETS
from worker.config.portal_settings import LimitSettings
from worker.config.setting_types import Group
from worker.config.settings import GROUPS, Settings, TopicSettings
from worker.words.phrase import Language

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[Language, Path] = {"en": DOCS / "settings.md", "ru": DOCS / "settings.ru.md"}
TABLE = re.compile(r"(?<=<!-- settings:)(\w+) -->\n(?:\|.*\n)*")
ROW = re.compile(r"^\| `([^`]+)` \|.* \| ?(.*) \|$", re.MULTILINE)
BOUNDS = ("exclusiveMinimum", "minimum", "maximum")
WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "setting": "setting",
        "variable": "variable",
        "value": "value",
        "default": "default",
        "purpose": "what it is for",
        "required": "required",
        "string": "text",
        "password": "secret",
        "integer": "whole number",
        "number": "number",
        "boolean": "`true`, `false`",
        "array": "list",
        "object": "mapping",
        "exclusiveMinimum": "above {0}",
        "minimum": "at least {0}",
        "maximum": "at most {0}",
    },
    "ru": {
        "setting": "настройка",
        "variable": "переменная",
        "value": "значение",
        "default": "по умолчанию",
        "purpose": "зачем",
        "required": "обязательна",
        "string": "текст",
        "password": "секрет",
        "integer": "целое число",
        "number": "число",
        "boolean": "`true`, `false`",
        "array": "список",
        "object": "словарь",
        "exclusiveMinimum": "больше {0}",
        "minimum": "не меньше {0}",
        "maximum": "не больше {0}",
    },
}


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as the code has it. `variable` is empty where only the file can set it; `schema` is JSON Schema."""

    path: str
    variable: str
    schema: Mapping[str, Any]
    field: FieldInfo

    def line(self, language: Language, purpose: str) -> str:
        words = WORDS[language]
        variable = f"`{self.variable}` | " if self.variable else ""
        return f"| `{self.path}` | {variable}{_value(self.schema, words)} | {_default(self, words)} | {purpose} |"


def written(page: str, language: Language) -> str:
    """The page with its tables as the code has them."""
    purposes = dict(ROW.findall(page))
    return TABLE.sub(lambda found: f"{found[1]} -->\n{_table(found[1], language, purposes)}", page)


def rows(group: str) -> Iterator[Row]:
    """The settings of one group in the order of the code, a whole before its parts; `topics`: those of a topic."""
    if group == "topics":
        yield from _rows(TopicSettings, "topics.….")
        return
    yield from _rows(GROUPS[group], f"{group}.")


def _rows(model: Any, prefix: str) -> Iterator[Row]:
    schemas = _schemas()[model.__name__]["properties"]
    for name, field in model.model_fields.items():
        path = prefix + name
        inner = isinstance(field.annotation, type) and issubclass(field.annotation, Group)
        if not inner or field.annotation is LimitSettings:
            yield Row(path, "" if "…" in path else path.upper().replace(".", "_"), schemas[name], field)
        if inner:
            yield from _rows(field.annotation, f"{path}.")


def _schemas() -> Mapping[str, Any]:
    schemas: Mapping[str, Any] = Settings.model_json_schema()["$defs"]
    return schemas


def _table(group: str, language: Language, purposes: Mapping[str, str]) -> str:
    words = WORDS[language]
    found = list(rows(group))
    columns = ["setting", *(["variable"] if found[0].variable else []), "value", "default", "purpose"]
    head = "| " + " | ".join(words[one] for one in columns) + " |"
    lines = [head, "|---" * len(columns) + "|", *(row.line(language, purposes.get(row.path, "")) for row in found)]
    return "\n".join(lines) + "\n"


def _value(schema: Mapping[str, Any], words: Mapping[str, str]) -> str:
    for option in schema.get("anyOf", ()):
        if option.get("type") != "null":
            return _value(option, words)
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "$ref" in schema:  # an address is an object that is written as a text
        return words["object" if schema["$ref"].endswith(LimitSettings.__name__) else "string"]
    kind = words["password" if schema.get("format") == "password" else schema["type"]]
    bounds = (words[bound].format(schema[bound]) for bound in BOUNDS if bound in schema)
    return ", ".join((kind, *bounds))


def _default(row: Row, words: Mapping[str, str]) -> str:
    if row.path.startswith("bitrix.limits."):
        return _by_preset(row.path.rpartition(".")[2])
    if row.field.is_required():
        return words["required"]
    value = row.field.get_default(call_default_factory=True)
    return _shown(value.preset if isinstance(value, LimitSettings) else value)


def _by_preset(name: str) -> str:
    """One value where all presets agree, else one for each."""
    if name in ("preset", "concurrency"):
        return _shown(getattr(LimitSettings(), name))
    values = {preset: _shown(getattr(limits, name)) for preset, limits in PRESETS.items()}
    different = len(set(values.values())) > 1
    return ", ".join(f"{preset} {value}" for preset, value in values.items()) if different else values["self-hosted"]


def _shown(value: object) -> str:
    if value in (None, (), {}):
        return "–"
    if isinstance(value, str):
        return f"`{value}`"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.15g}"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def main() -> None:
    """Write both pages, and what is made of them: the schema of the configuration file."""
    from tests.support import settings_schema  # noqa: PLC0415 - it reads these pages

    for language, page in PAGES.items():
        page.write_text(written(page.read_text(encoding="utf-8"), language), encoding="utf-8")
    settings_schema.main()


if __name__ == "__main__":
    main()
