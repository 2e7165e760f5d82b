"""Every field of a task, fed with the oddest values by a variable: a draft, or a fault that names the field.

Never another error, and never a value that is dropped without a word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from bitrix.calendar import WorkCalendar
from bitrix.tasks import UserField
from tests.support.builders import fetched
from worker.config.loading import load
from worker.config.settings import Settings
from worker.content.additions import Additions
from worker.content.deadlines import DueDates
from worker.content.drafts import Drafts, Part
from worker.content.groups import NamedGroups
from worker.content.people import NamedPeople
from worker.mapping.faults import MappingFault
from worker.mapping.fields import is_blank
from worker.mapping.mapper import Mapper
from worker.mapping.named import FileNamed
from worker.mapping.task_fields import BY_VARIABLE, FIELDS, Kind, portal_name, shown_name, spellings
from worker.model import FetchedTask, FileVariable, TaskDraft, UnreadableVariable
from worker.words.phrase import LANGUAGES, Phrase, unchanged

NEEDED = {
    "CAMUNDA_BASE_URL": "http://engine:8080/engine-rest",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/verysecretcode/",
    "BITRIX_DEFAULT_RESPONSIBLE_ID": "1",
}
OWN = "UF_CONTRACT"
NAMES = (*(field.name for field in FIELDS), OWN)
NONE_BY_ZERO = {Kind.ID_OR_NONE, Kind.GROUP, Kind.SECONDS}
"""Fields where 0 means none, as docs/fields.md says."""
DEEP: list[Any] = []
for _ in range(400):
    DEEP = [DEEP]
IN_YAML: tuple[Any, ...] = (
    None, True, False, 0, -0.0, -1, 1, 2**31, 2**63, 10**400, 0.5, 1e308, float("nan"), float("inf"), float("-inf"),
    "", "   ", "\u00a0", "\n\t", "0", "-1", "00", "1e308", "NaN", "inf", "9" * 20, "٣", "1_000", "10.000", "=", "=1+1",
    "${x}", "#{x}", "{", "}}", "%x%", "a" * 100_000, "я" * 100_000, "\U0001f600", "\U0001f600" * 300, "\u202e\u202dabc",
    "שלום", "\u200b", "\u200b\u200b", "\ufeff", "[b]x[/b]", "[URL=javascript:1]x", "#tag", "# #", "@everyone", "\r\n",
    "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "0000-00-00", "2026-02-30", "31.12.9999", "01.01.0001",
    "2026-09-30T25:00", "P-2D", "-P2D", "P9999999Y", "PT9999999999H", "P0D", "PT0S", "PT", "P", "P1Y2M",
    "1000000 days",
    "999999999 working days", "0 working hours", "٣ days", "[]", "[[]]", "{}", "[1, [2]]", '{"a": 1}', '"x"', "[1,",
    ",",
    ";;", "n0", "n-1", "deal:0", "deal:99999999999999999999", "T:1", "a@b", "@", "Ivan  Petrov", "x" * 300 + "@y.z",
    [], [[]], [None], [""], [0], [1, 1], ["a", None], [True], [1.5], [{}], {}, {"a": 1}, {"": ""}, {"title": None},
    [{"title": ""}], [{"title": "x", "items": None}], [{"title": "x", "items": [[]]}],
    {"title": "x", "items": {"a": 1}},
    [{"title": "x", "items": ["y"], "important": []}], [{"name": "a", "title": "b", "items": ["y"]}],
    list(range(501)), ["x"] * 501, DEEP[0], date(1, 1, 1), date(9999, 12, 31), date(2026, 9, 30),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC),
)  # fmt: skip
"""What a configuration can hold."""
IN_VARIABLES: tuple[Any, ...] = (
    *IN_YAML, "\x00", "a\x00b", "\ud800", ["\ud800"], "b'\\x00'", b"", b"\xff\x00", FileVariable("f.pdf"),
    FileVariable(""),
    UnreadableVariable("x", "Object", unchanged("java.util.Date")), DEEP, (1, 2), {"\ud800": 1}, {1: {2: 3}},
)  # fmt: skip
"""What the engine can hand out besides."""


SEPARATORS = " ,;#\r\n\u200b"
"""What stands between and before the entries of a list: of these alone there is none."""


class Portal:
    """Knows one group and one person by whatever name, and fields of every type."""

    def granted(self) -> frozenset[str]:
        return frozenset({"task", "user", "user_basic", "calendar", "sonet_group"})

    def found(self, _: str) -> tuple[Any, ...]:
        return (SimpleNamespace(id=7, active=True, name="x", is_open=True),)

    def ask_ahead(self, _: Any) -> None:
        pass

    def field(self, _: str) -> UserField:
        return UserField("string", multiple=True)

    def working_time(self) -> WorkCalendar:
        return WorkCalendar(((540, 1080),), frozenset({5, 6}))


class Silent:
    """What looks at a finished draft, and finds nothing."""

    def near(self, _: FetchedTask) -> tuple[()]:
        return ()

    def refuse(self, *_: Any) -> None:
        pass

    look = refuse

    def prove(self, _: FetchedTask, draft: TaskDraft, *__: Any) -> TaskDraft:
        return draft

    def explained(self, _: FetchedTask, what: Phrase) -> Phrase:
        return what


def drafts(settings: Settings) -> Drafts:
    """The way of a draft with all parts that read values."""
    portal, silent = Portal(), Silent()
    people = NamedPeople(portal, portal, portal)
    born = SimpleNamespace(born=lambda _: datetime(2026, 3, 1, tzinfo=UTC))
    parts: list[Part] = [people, Additions(people), NamedGroups(portal, portal), DueDates(portal, portal, None, born)]
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    return Drafts(mapper, silent, silent, silent, silent, parts=parts)  # type: ignore[arg-type]


def told(name: str, value: Any, maker: Drafts, task: FetchedTask) -> str:
    """What is wrong with the outcome; empty: nothing."""
    try:
        draft = maker.draft(task)
    except MappingFault as fault:
        labels = {name, name.lower(), portal_name(name), portal_name(name).lower(), *spellings(name), "content"}
        named = any(label in fault.field for label in labels) or fault.field.startswith(("start_date", "checklists"))
        unforeseen = fault.field == "content"
        texts = [fault.phrase.in_(language) for language in LANGUAGES]
        bad = unforeseen or not named or not all(shown_name(fault.field) in text and len(text) < 2000 for text in texts)
        return f"fault {fault}" if bad else ""
    except Exception as error:  # noqa: BLE001 - that there is none is what is proved
        return f"{type(error).__name__}: {error}"
    try:
        json.dumps([dict(draft.fields), [one.payload for one in draft.acts]], allow_nan=False, default=_later)
    except (TypeError, ValueError) as error:
        return f"not sendable: {error}"
    return "" if sent(name, draft) or is_none(name, value) else "dropped without a word"


def _later(value: Any) -> str:
    """A file of the process: the part that uploads it comes last, and is no part of this."""
    if isinstance(value, FileNamed):
        return value.text if hasattr(value, "text") else repr(value)
    raise TypeError(type(value).__name__)


def sent(name: str, draft: TaskDraft) -> bool:
    kinds = {"checklists": "checklist", "depends_on": "dependency", "comment": "comment"}
    field = next((one for one in FIELDS if one.name == name), None)
    if name in kinds:
        return any(act.kind == kinds[name] for act in draft.acts)
    if field is not None and field.kind is Kind.PARAMETER:
        return "SE_PARAMETER" in draft.fields
    return portal_name(name) in draft.fields


def is_none(name: str, value: Any) -> bool:
    """Whether a value means none: blank, a list of blanks, or 0 where that is how the portal writes it."""
    field = next((one for one in FIELDS if one.name == name), None)
    zero = field is not None and field.kind in NONE_BY_ZERO and str(value).strip() in ("0", "00", "-0.0", "0.0", "PT0S")
    return zero or blank_throughout(value) or (name == "checklists" and value == [{"title": "x", "items": None}])


def blank_throughout(value: Any) -> bool:
    if isinstance(value, str) and value.strip()[:1] == "[":
        value = yaml.safe_load(value) if value.strip().endswith("]") else value
    if isinstance(value, list | tuple):
        return all(blank_throughout(one) for one in value)
    if isinstance(value, FileVariable):
        return not value.filename
    return is_blank(value) or (isinstance(value, str) and not value.strip(SEPARATORS))


def others(name: str) -> dict[str, str]:
    """What the field needs besides: the portal takes plan dates only together."""
    return dict.fromkeys({"start_date_plan", "end_date_plan"} - {name}, "2026-09-30") if "date_plan" in name else {}


def loaded(folder: Path, topics: Mapping[str, Any]) -> Settings:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"topics": dict(topics)}), encoding="utf-8")
    return load(path, NEEDED)


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_of_any_value_is_sent_or_told(tmp_path: Path, name: str) -> None:
    settings = loaded(tmp_path, {"t": {"task": {**others(name), name: "{{ x }}"}}, "plain": {}})
    maker = drafts(settings)
    wrong: list[Any] = []
    for value in IN_VARIABLES:
        tasks = [fetched(topic="t", variables={"x": value})]
        if name in BY_VARIABLE:
            tasks.append(fetched(topic="plain", variables={spellings(name)[0]: value}))
        wrong += [(repr(value)[:60], said[:150]) for task in tasks if (said := told(name, value, maker, task))]
    assert wrong == []
