"""Makes the JSON Schema of the configuration file, for editors, in each language; `settings_page` writes it.

Names, types and bounds come from the settings' models, the sentences from the pages docs/settings.md and
docs/settings.ru.md. A file is more than the models say: nothing is required in it, and a text may hold `${NAME}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tests.support.settings_page import PAGES, ROW
from worker.config.setting_types import METHOD
from worker.config.settings import GROUPS, LEVELS_ELSEWHERE, Settings, TopicSettings
from worker.mapping.fields import PRIORITIES
from worker.mapping.task_fields import NAMES
from worker.words.phrase import Language

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "worker/config/shipped"
HEADING = re.compile(r"^## (.*): `([a-z_]+)`$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
VARIABLE = {"type": "string", "pattern": r"\$\{[A-Za-z_]"}
"""A text that takes its value from the environment stands where a number or a word is wanted."""


def in_any_case(words: Iterable[str]) -> dict[str, str]:
    """A text that is one of the words: the pattern of an editor cannot ignore case by itself."""
    letters = (
        "".join(f"[{one.upper()}{one.lower()}]" if one.isalpha() else re.escape(one) for one in word) for word in words
    )
    return {"type": "string", "pattern": f"^({'|'.join(letters)})$"}


SWITCH = in_any_case(["true", "false", "on", "off", "yes", "no", "y", "n", "t", "f", "1", "0"])
"""The worker reads YAML 1.1, in which most are booleans; editors read YAML 1.2, in which they are texts."""
QUOTED: Mapping[str, Mapping[str, str]] = {
    "integer": {"type": "string", "pattern": r"^\s*[+-]?(0|[1-9][0-9]*)(\.0*)?\s*$"},
    "number": {
        "type": "string",
        "pattern": r"^\s*[+-]?((0|[1-9][0-9]*)\.?|(0|[1-9][0-9]*)?\.[0-9]+)([eE][+-]?[0-9]+)?\s*$",
    },
}
"""Numbers in quotes; their bounds are beyond a pattern."""
ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/]"
OUTCOME = r"^(incident|complete|error:\S+)$"
FORMS: Mapping[str, str] = {
    "camunda.base_url": ADDRESS,
    "camunda.auth.oauth2.token_url": ADDRESS,
    "bitrix.webhook_url": ADDRESS,
    "ledger.url": r"^(sqlite:///|postgresql\+psycopg://)[^?]",
    "http.host": r"^[^\s/@,\[\]]+$",
    "sync.method": rf"^{METHOD.pattern}$",
    "files.storage": r"^([Oo][Ww][Nn][Ee][Rr]|[Cc][Oo][Mm][Mm][Oo][Nn]|"
    r"([Gg][Rr][Oo][Uu][Pp]|[Uu][Ss][Ee][Rr]):[1-9][0-9]{0,9})$",
    "files.folder": r"""^[^\\/:*?"'<>|{}%&~#]*[^\s.\\/:*?"'<>|{}%&~#][^\\/:*?"'<>|{}%&~#]*$""",
    "topics.….wait.declined": OUTCOME,
    "topics.….wait.deleted": OUTCOME,
    "topics.….wait.returned": OUTCOME.replace("(", "(wait|"),
}
"""What a text must look like, as far as a pattern says it: a word that cannot be meant is marked as it is written."""
PRIORITY = {
    "anyOf": [
        {"enum": [0, 1, 2]},
        in_any_case(PRIORITIES),
        {"type": "string", "pattern": r"\{[{%#]|\$\{"},
    ]
}
"""A template is another text."""
TITLE: Mapping[Language, str] = {"en": "camunda-bitrix-worker: settings", "ru": "camunda-bitrix-worker: настройки"}
KEPT = (*("minimum", "maximum", "exclusiveMinimum", "minItems", "minLength", "minProperties", "enum", "pattern"),)


OR_NOTHING = ["object", "null"]


def path_of(language: Language) -> Path:
    return SHIPPED / f"schema.{language}.json"


def schema(language: Language) -> str:
    """The file's text."""
    page = PAGES[language].read_text(encoding="utf-8")
    told = {path: _plain(purpose) for path, purpose in ROW.findall(page)}
    told |= {group: _plain(title) for title, group in HEADING.findall(page)}
    of_models = Settings.model_json_schema()["$defs"]
    topic = _group(TopicSettings, "topics.…", told, of_models)
    topic["properties"]["task"]["properties"] = {name: PRIORITY if name == "priority" else {} for name in NAMES}
    groups = {name: _described(_group(model, name, told, of_models), told.get(name)) for name, model in GROUPS.items()}
    topics = _described({"type": OR_NOTHING, "additionalProperties": topic}, told.get("topics"))
    made = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": TITLE[language],
        "type": "object",
        "additionalProperties": False,
        "properties": {**groups, "topics": topics},
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _group(model: Any, path: str, told: Mapping[str, str], of_models: Mapping[str, Any]) -> dict[str, Any]:
    properties = {}
    for name, field in model.model_fields.items():
        own = f"{path}.{name}"
        inner = _inner(field.annotation)
        if inner is None:
            made = _formed(_of_value(of_models[model.__name__]["properties"][name], _Asked(field)), FORMS.get(own))
        else:
            made = _group(inner, own, told, of_models)
            if "preset" in inner.model_fields:
                made = {"anyOf": [made, made["properties"]["preset"]]}
        properties[name] = _described(made, told.get(own))
    return {"type": OR_NOTHING, "additionalProperties": False, "properties": properties}


def _formed(made: dict[str, Any], form: str | None) -> dict[str, Any]:
    """The value's schema, where its texts have such a form."""
    if form is None:
        return made
    options = [one | ({"pattern": form} if one.get("type") == "string" else {}) for one in made.get("anyOf", [made])]
    return {"anyOf": [*options, VARIABLE]}


def _inner(annotation: Any) -> Any:
    """The group that a setting is; None: it is a value."""
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _of_value(found: Mapping[str, Any], asked: _Asked) -> dict[str, Any]:
    """What a file may hold, without the model's own names and defaults."""
    options = [_one_of_value(option, asked) for option in found.get("anyOf", [found])]
    flat = [one for option in options for one in option.get("anyOf", [option])]
    unique = [one for number, one in enumerate(flat) if one not in flat[:number]]
    return unique[0] if len(unique) == 1 else {"anyOf": unique}


def _one_of_value(found: Mapping[str, Any], asked: _Asked) -> dict[str, Any]:
    kind = found.get("type", "string")  # a `$ref` is an address: an object that is written as a text
    made = {"type": kind} | {name: found[name] for name in KEPT if name in found}
    match kind:
        case "array":
            made["items"] = {"type": ["string", "integer"] if asked.takes([5]) else "string"}
            return {"anyOf": [made, {"type": "string"}]}
        case "object":
            return (made | {"type": OR_NOTHING}) | (
                {"additionalProperties": inner} if isinstance(inner := found.get("additionalProperties"), dict) else {}
            )
        case "boolean":
            return {"anyOf": [made, {"enum": [0, 1]}, SWITCH, VARIABLE]}
        case "integer" | "number":
            return {"anyOf": [made, QUOTED[kind], VARIABLE]}
        case "string" if "enum" in made:
            return {"anyOf": [made, *asked.other_spellings(made["enum"]), VARIABLE]}
    return made


class _Asked:
    """A field that is asked which values it takes."""

    def __init__(self, field: FieldInfo) -> None:
        kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        self._type: TypeAdapter[Any] = TypeAdapter(kind)

    def takes(self, value: Any) -> bool:
        try:
            self._type.validate_python(value)
        except ValidationError:
            return False
        return True

    def other_spellings(self, words: Sequence[str]) -> Iterator[dict[str, Any]]:
        """What it takes besides the words themselves: upper case, other names."""
        if self.takes(words[0].upper()):
            yield in_any_case([*words, *filter(self.takes, LEVELS_ELSEWHERE)])


def _described(made: dict[str, Any], text: str | None) -> dict[str, Any]:
    return {"description": text, **made} if text else made


def _plain(text: str) -> str:
    return LINK.sub(r"\1", text).replace(r"\|", "|")


def main() -> None:
    """Write the schemas, and what the package brings of the shipped configuration."""
    for language in PAGES:
        path_of(language).write_text(schema(language), encoding="utf-8")
    (SHIPPED / "config.en.yaml").write_text((ROOT / "config.yaml").read_text(encoding="utf-8"), encoding="utf-8")
