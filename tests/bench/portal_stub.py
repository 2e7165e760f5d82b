"""A portal that answers at once, or after a fixed time: `python -m tests.bench.portal_stub PORT LATENCY SYNC_LATENCY`.

It costs as little of the shared processors as Python allows, and counts. `/counts` tells and resets; of creates and
synchronisations it tells when each arrived and for which process instance. Times by the monotonic clock, which all
processes of a machine share.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

INSTANCE_FIELD = "UF_PROCESS_INSTANCE_ID"
OLD_MARKER, OLD_NUMBERS = "camunda:old-", 10_000_000
"""The portal also has the tasks of a ledger that the bench has filled: task 10,000,007 is that of the step `old-7`."""
ADD, LIST, SYNC = "tasks.task.add", "tasks.task.list", "imena.camunda.sync"
FIXED: dict[str, Any] = {
    "profile": {"ID": "1", "ADMIN": True},
    "scope": ["task", "imena.camunda"],
    SYNC: {"success": True, "message": "Webhook received"},
    "task.item.userfield.getlist": [],
}


class Stub:
    """The tasks by marker, and what was counted since it was last asked."""

    def __init__(self, latency: float, sync_latency: float) -> None:
        self._latency = {SYNC: sync_latency}
        self._usual = latency
        self._tasks: dict[str, int] = {}
        self._in_flight = 0
        self._reset()

    def _reset(self) -> None:
        self._calls: Counter[str] = Counter()
        self._connections = 0
        self._most = 0
        self._arrivals: dict[str, list[tuple[float, str]]] = {ADD: [], SYNC: []}

    def _counts(self, asked: dict[str, Any]) -> dict[str, Any]:
        told = {
            "calls": self._calls,
            "connections": self._connections,
            "most_in_flight": self._most,
            "arrivals": self._arrivals if asked.get("arrivals") else {},
            "at": time.monotonic(),
        }
        if asked.get("reset"):
            self._reset()
        return told

    def _result(self, method: str, body: dict[str, Any]) -> Any:
        if method == ADD:
            fields = body["fields"]
            self._arrivals[ADD].append((time.monotonic(), fields[INSTANCE_FIELD]))
            marker = fields["XML_ID"]
            self._tasks[marker] = len(self._tasks) + 1
            return {"task": {"id": str(self._tasks[marker]), "xmlId": marker}}
        if method == LIST:
            return {"tasks": self._found(body.get("filter", {}))}
        if method == SYNC:
            self._arrivals[SYNC].append((time.monotonic(), body["processInstanceId"]))
        return FIXED.get(method, True)

    def _found(self, wanted: dict[str, Any]) -> list[dict[str, str]]:
        markers = wanted["XML_ID"] if "XML_ID" in wanted else list(self._tasks)[-1:]
        numbers = {marker: self._tasks.get(marker) or _old_number(marker) for marker in markers}
        return [{"id": str(number), "xmlId": marker, "status": "2"} for marker, number in numbers.items() if number]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive."""
        self._connections += 1
        try:
            while True:
                method, body = await _read(reader)
                writer.write(_http(await self._answer(method, body)))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "counts":
            return self._counts(body)
        self._calls[method] += 1
        self._in_flight += 1
        self._most = max(self._most, self._in_flight)
        result = self._result(method, body)
        if seconds := self._latency.get(method, self._usual):
            await asyncio.sleep(seconds)
        self._in_flight -= 1
        return {"result": result, "time": {"operating": 0}}


def _old_number(marker: str) -> int | None:
    return OLD_NUMBERS + int(marker.removeprefix(OLD_MARKER)) if marker.startswith(OLD_MARKER) else None


async def _read(reader: asyncio.StreamReader) -> tuple[str, dict[str, Any]]:
    head = await reader.readuntil(b"\r\n\r\n")
    path = head.split(b" ", 2)[1].decode()
    name = b"content-length:"
    at = head.lower().find(name)
    length = int(head[at + len(name) : head.find(b"\r", at)]) if at >= 0 else 0
    body = json.loads(await reader.readexactly(length)) if length else {}
    return path.rstrip("/").rpartition("/")[2].removesuffix(".json").lower(), body


def _http(answer: dict[str, Any]) -> bytes:
    content = json.dumps(answer).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content) + content


async def main() -> None:
    port, latency, sync_latency = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    server = await asyncio.start_server(Stub(latency, sync_latency).serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
