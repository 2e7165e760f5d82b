"""How settings nest in the file: what of it is set, and names with dots, as documents and messages write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from worker.config.settings import Settings, TopicSettings, WaitSettings
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

NESTED = Phrase(
    "в файле точек в именах нет: напишите {lines}",
    "is nested in the file, without dots: write {lines}",
)
BELOW = Phrase(", под ней с отступом ", ", indented below it ")


def take_dotted(values: dict[str, Any], *above: str) -> Iterator[Problem]:
    """Take out what stands under a name with dots that are meant as nesting. Its path is the one in the file."""
    for name, value in list(values.items()):
        first, *rest = str(name).split(".")
        if rest and above != ("topics",) and first in known_names(above):
            del values[name]
            lines = (f"“{one}:”" for one in (first, *rest))
            russian = (f"«{one}:»" for one in (first, *rest))
            said = Phrase(BELOW.ru.join(russian), BELOW.en.join(lines))
            yield Problem(".".join((*above, str(name))), NESTED.format(lines=said), in_file=True)
        elif isinstance(value, dict) and len(above) < 3:
            yield from take_dotted(value, *above, str(name))


def set_in(values: Mapping[str, Any], *above: str) -> Iterator[str]:
    """The dotted paths of what is set. A group in which nothing is sets nothing: its parts have their defaults."""
    for name, value in values.items():
        path = (*above, str(name))
        inside = list(set_in(value, *path)) if isinstance(value, Mapping) else []
        is_set = value is not None and not (isinstance(value, Mapping) and _is_group(path))
        yield from inside or ([".".join(path)] if is_set else [])


def _is_group(path: Sequence[str]) -> bool:
    return path == ("topics",) or bool(known_names(path))


def known_names(above: Sequence[str]) -> list[str]:
    """The names that may stand in the group with this path."""
    if not above:
        return list(Settings.model_fields)
    if above[0] == "topics":
        of_topic: Any = {(): TopicSettings, ("wait",): WaitSettings}.get(tuple(above[2:])) if len(above) > 1 else None
        return list(of_topic.model_fields) if of_topic else []
    model: Any = Settings
    for name in above:
        field = getattr(model, "model_fields", {}).get(name)
        model = field and field.annotation
    return list(getattr(model, "model_fields", ()))
