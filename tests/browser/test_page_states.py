"""The status page in nine states, as it is seen: two languages, by day and by night, on a phone and on a desktop.

`PAGE_PICTURES=folder` keeps pictures of them there, for people to look at.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from tests.browser.conftest import WINDOWS, Browser, BrowserFor
from tests.browser.test_status_page import CONTRASTS
from tests.support.fakes import Events, FakeFetching
from tests.support.page_facts import ABOUT, Idle, Shown
from tests.support.page_states import NEED_A_PERSON, STATES
from worker.monitoring.health import Health
from worker.monitoring.page import Page
from worker.monitoring.page_model import Facts
from worker.monitoring.pauses import Pauses
from worker.monitoring.web import Web
from worker.runtime.threads import Threads
from worker.words.phrase import LANGUAGES, Language

PICTURES = os.environ.get("PAGE_PICTURES")
SCHEMES = ("light", "dark")
TARGET = 24
"""WCAG 2.2: what a finger is to hit is at least so many CSS pixels wide and high."""


@contextmanager
def served(found: Facts) -> Iterator[str]:
    """The address of a page that shows these facts."""
    threads = Threads(Events(), pool_size=1, step_seconds=60.0)
    health = Health(threads, [], FakeFetching())
    page = Page(ABOUT, Shown(found), str, "ru")
    registry = CollectorRegistry()
    pauses = Pauses(Idle(), str, "ru")
    web = Web(
        "127.0.0.1",
        0,
        page=page,
        health=health,
        pauses=pauses,
        registry=registry,
        on_event=None,
        telemetry=Events(),
    )
    threads.start("http", web.loop)
    try:
        yield f"http://127.0.0.1:{web.port}/"
    finally:
        web.close()
        threads.join("http", 5)
        threads.drain()


def keep_picture(browser: Browser, name: str, folder: Path) -> None:
    """The whole page, however long."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {"captureBeyondViewport": True, "format": "png", "optimizeForSpeed": True}
    shot = browser.driver.execute_cdp_cmd("Page.captureScreenshot", whole)
    (folder / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def is_in_first_screenful(browser: Browser, selector: str) -> bool:
    script = (
        "return document.querySelector(arguments[0]).getBoundingClientRect().bottom <= innerHeight && scrollY === 0"
    )
    return bool(browser.driver.execute_script(script, selector))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("window", WINDOWS)
def test_each_state_can_be_read(browser_for: BrowserFor, window: str, language: Language) -> None:
    browser = browser_for(window, language)
    for state, make in STATES.items():
        with served(make(language)) as address:
            for scheme in SCHEMES:
                media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
                browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
                browser.open(address)
                name = f"{state}.{language}.{scheme}.{window}"
                if PICTURES:
                    keep_picture(browser, name, Path(PICTURES))
                assert browser.needs_no_sideways_scrolling(), name
                assert min(browser.driver.execute_script(CONTRASTS)) >= 4.5, f"{name}: WCAG AA"
                assert browser.driver.execute_script(UNNAMED) == [], name
                assert browser.driver.execute_script(SMALL, TARGET) == [], name
                assert browser.driver.execute_script(CUT) == [], f"{name}: a card says the cause to its end"
                if state in NEED_A_PERSON:
                    assert is_in_first_screenful(browser, NEED_A_PERSON[state]), f"{name}: who must act sees why"
            browser.driver.get("about:blank")  # the page must not refresh itself when its server has ended


UNNAMED = """
const named = node => node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length;
const wrong = [...document.querySelectorAll("a, button, input:not([type=hidden])")].filter(node => !named(node));
const parts = [...document.querySelectorAll("section")].filter(
  node => !document.getElementById(node.getAttribute("aria-labelledby"))?.textContent.trim());
const heads = document.querySelectorAll("h1").length === 1 ? [] : ["not one h1"];
const headless = [...document.querySelectorAll("thead th")].filter(node => !node.textContent.trim());
return [...wrong, ...parts, ...headless].map(node => node.outerHTML).concat(heads);
"""
CUT = """
return [...document.querySelectorAll(".side .reason")]
  .filter(node => node.scrollHeight > node.clientHeight + 1).map(node => node.textContent);
"""
SMALL = """
return [...document.querySelectorAll("button, input:not([type=hidden]), summary, a.number, body > footer a")]
  .filter(node => node.checkVisibility()).map(node => [node.getBoundingClientRect(), node])
  .filter(([box]) => Math.round(box.height) < arguments[0] || Math.round(box.width) < arguments[0])
  .map(([box, node]) => `${box.width} x ${box.height}: ${node.outerHTML}`);
"""
