"""`python -m tests.support.page_picture`: takes the pictures of the status page for both READMEs anew.

It runs the demonstration's five instances on the built-in engine, opens the worker's page in headless chromium, once
for each language, and writes docs/page.png and docs/page.ru.png. The worker gets a name, so the machine has none there.

Each picture carries within it of which page it was taken (`tests.support.page_seen`): a test compares it with the page.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from sandbox.demo.__main__ import Worker, watch
from sandbox.demo.ways import Ways
from sandbox.demo.words import Say
from sandbox.engine.client import EngineClient
from sandbox.engine.start import start_engine
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.support.engine_admin import wait_until
from tests.support.page_seen import digest_of
from tests.support.worker_page import shown_at
from worker.words.headline import STATES
from worker.words.phrase import Language

DOCS = Path(__file__).parents[2] / "docs"
NAMES: Mapping[Language, str] = {"en": "page.png", "ru": "page.ru.png"}
KEYWORD, END_OF_HEAD = b"tEXtPage\0", 33
"""A chunk of text in a PNG, and where the first one may stand."""
WIDTH, HEIGHT = 960, 688
LONGEST_SECONDS = 60
TRIES = 3
"""On a busy machine chromium sometimes ends well without having written the picture."""
PLACE = Path("/tmp/bitrix-worker")  # noqa: S108
"""A neutral name: the page shows where the ledger lies."""


def take(folder: Path) -> None:
    """Write the pictures into `folder`. Raises `DemoFailed` when the instances do not get through."""
    say = Say("en")
    with ExitStack() as ending:
        PLACE.mkdir()  # fails where somebody else takes pictures
        ending.callback(shutil.rmtree, PLACE)
        engine = ending.enter_context(start_engine("builtin", folder=PLACE))
        portal = ending.enter_context(Portal())
        ways = Ways(EngineClient(engine.base_url), portal, say)
        ways.start()
        port = free_port()
        worker = Worker(engine, portal, PLACE, {"CAMUNDA_WORKER_ID": "worker-1", "HTTP_PORT": str(port)})
        ending.callback(worker.end)
        watch(ways, worker, say)
        wait_until(lambda: STATES["works"].en in shown_at(port, "/?lang=en").text, "it has asked for incidents")
        for language, name in NAMES.items():
            picture = folder / name
            _photograph(f"http://127.0.0.1:{port}/?lang={language}", picture, PLACE / language)
            picture.write_bytes(with_note(picture.read_bytes(), digest_of(language)))


def with_note(png: bytes, text: str) -> bytes:
    """The picture with a chunk of text behind its head."""
    chunk = KEYWORD + text.encode()
    size, check = (struct.pack("!I", number) for number in (len(text) + len(KEYWORD) - 4, zlib.crc32(chunk)))
    return png[:END_OF_HEAD] + size + chunk + check + png[END_OF_HEAD:]


def note_in(png: bytes) -> str:
    """The text of that chunk; empty if there is none."""
    found = re.search(re.escape(KEYWORD) + rb"([0-9a-f]+)", png)
    return found[1].decode() if found else ""


def _photograph(address: str, picture: Path, profile: Path) -> None:
    browser = shutil.which("chromium")
    if not browser:
        raise FileNotFoundError("no chromium here: apt install chromium")
    flags = [f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={picture}"]
    flags += [
        "--headless",
        "--hide-scrollbars",
        "--no-first-run",
        "--no-proxy-server",
        "--disable-background-networking",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # chromium refuses root else
    for _ in range(TRIES):
        subprocess.run([browser, *flags, address], check=True, capture_output=True, timeout=LONGEST_SECONDS)
        if picture.exists():
            return
    raise FileNotFoundError(f"chromium took no picture in {TRIES} tries: {picture}")


if __name__ == "__main__":
    take(DOCS)
