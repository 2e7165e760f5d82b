"""`batch` of the portal stand-in: commands as PHP queries, run one after another, nothing taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from sandbox.httpd import Reply
from sandbox.portal.faults import error

BATCH = "batch"
LONGEST = 50
FORBIDDEN = (BATCH, "disk.folder.uploadfile", "disk.storage.uploadfile", "disk.file.uploadversion")
REFERENCE = re.compile(r"\$(result|error|total|next|time)((?:\[[^\]]*\])+)", re.IGNORECASE)

Run = Callable[[str, Any], Reply]


def batch(params: Mapping[str, Any], run: Run) -> Reply:
    """Run `cmd` in order, with `halt` until the first error. A command that gets no answer ends the whole batch so."""
    commands = params.get("cmd")
    listed = dict(enumerate(commands)) if isinstance(commands, list) else commands if isinstance(commands, dict) else {}
    halt = params.get("halt") in (1, "1", True)
    told: dict[str, dict[str, Any]] = {name: {} for name in ("result", "error", "total", "next", "time")}
    for place, (key, command) in enumerate(listed.items()):
        reply = _command(str(command), told, run) if place < LONGEST else error("ERROR_BATCH_LENGTH_EXCEEDED", 400)
        if reply.drop or reply.text is not None or reply.cut is not None:
            return reply
        _note(told, str(key), reply.data)
        if halt and str(key) in told["error"]:
            break
    named = {"result": told["result"], **{f"result_{key}": told[key] for key in ("error", "total", "next", "time")}}
    return Reply(200, {"result": {key: some or [] for key, some in named.items()}, "time": {}})  # [] as PHP does


def _command(command: str, told: Mapping[str, Mapping[str, Any]], run: Run) -> Reply:
    method, _, query = command.partition("?")
    method = method.strip("/").removesuffix(".json").lower()
    if method in FORBIDDEN:
        return error("ERROR_BATCH_METHOD_NOT_ALLOWED", 405, "Method is not allowed for batch usage")
    return run(method, _replaced(php_query(query.partition("#")[0]), told))


def _note(told: Mapping[str, dict[str, Any]], key: str, data: Any) -> None:
    if "error" in data:
        told["error"][key] = data
        return
    told["result"][key] = data["result"]
    for name in ("total", "next", "time"):
        if name in data:
            told[name][key] = data[name]


def php_query(query: str) -> dict[str, Any]:
    """A query as PHP reads it: `fields[TAGS][0]=x` is a list in an object; every value is a text."""
    root: dict[str, Any] = {}
    for path, value in parse_qsl(query, keep_blank_values=True):
        first, *inner = [part.rstrip("]") for part in path.split("[")]
        place, key = root, first
        for part in inner:
            deeper = place.setdefault(key, {})
            place = deeper if isinstance(deeper, dict) else {}
            key = part or str(len(place))
        place[key] = value
    return {key: _listed(value) for key, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(one) for key, one in value.items()}
    return list(inner.values()) if list(inner) == [str(i) for i in range(len(inner))] else inner


def _replaced(value: Any, told: Mapping[str, Mapping[str, Any]]) -> Any:
    """The value with what earlier commands answered in the place of references, whoever wrote them."""
    if isinstance(value, dict):
        return {key: _replaced(one, told) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, told) for one in value]
    return REFERENCE.sub(lambda found: _referred(found, told), value)


def _referred(found: re.Match[str], told: Mapping[str, Any]) -> str:
    value: Any = told[found[1].lower()]
    for part in re.findall(r"\[([^\]]*)\]", found[2]):
        value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None or isinstance(value, dict | list) else str(value)
