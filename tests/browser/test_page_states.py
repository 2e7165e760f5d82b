"""The status page in ten states, as it is seen: two languages, by day and by night, on a phone and on a desktop.

`PAGE_PICTURES=folder` keeps pictures of them there, for people to look at.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from tests.browser.conftest import WINDOWS, Browser, BrowserFor
from tests.browser.test_status_page import CONTRASTS
from tests.support.fakes import Events, FakeFetching
from tests.support.page_facts import ABOUT, AT, Idle, Shown
from tests.support.page_states import NEED_A_PERSON, STATES
from worker.monitoring.health import Health
from worker.monitoring.page import Page
from worker.monitoring.page_model import Facts
from worker.monitoring.pauses import Pauses
from worker.monitoring.web import Web
from worker.runtime.recent_warnings import RecentWarning, Telling
from worker.runtime.threads import Threads
from worker.words.phrase import LANGUAGES, Language
from worker.words.reasons import Reason

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


NARROW = (360, 390, 500, 768)
"""Widths of phones, of half a screen, and of a tablet."""
ODD = RecentWarning(
    "waiting.odd_row",
    "error",
    1203,
    AT - 260_000,
    (
        Telling(AT - 60, {"portal_task": 1_234_567, "reason": Reason.ROW_NO_STATUS}),
        Telling(AT - 300, {"portal_task": "-", "reason": Reason.ROW_NO_NUMBER}),
    ),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_runs_out_of_its_card_in_a_narrow_window(browser_for: BrowserFor, language: Language) -> None:
    """`Синхронизировано` did at 500 px, and the page had a horizontal scroll bar."""
    browser = browser_for("desktop", language)
    for state, make in STATES.items():
        with served(replace(make(language), warnings=[ODD])) as address:
            browser.open(address)
            for width in NARROW:
                metrics = {"width": width, "height": 900, "deviceScaleFactor": 1.0, "mobile": False}
                browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
                assert browser.driver.execute_script("return innerWidth") == width
                assert browser.driver.execute_script(RUNS_OUT) == [], f"{state}.{language}.{width}"
            browser.driver.get("about:blank")


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
RUNS_OUT = """
const blocks = "html, main, section, footer, form, table, td, dl, dt, dd, li, p, h1, h2, h3, figure, figcaption, div";
return [...document.querySelectorAll(blocks)]
  .filter(node => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1)
  .map(node => `${node.scrollWidth} > ${node.clientWidth}: ${node.tagName} ${node.textContent.trim().slice(0, 60)}`);
"""
SMALL = """
return [...document.querySelectorAll("button, input:not([type=hidden]), summary, a.number, body > footer a")]
  .filter(node => node.checkVisibility()).map(node => [node.getBoundingClientRect(), node])
  .filter(([box]) => Math.round(box.height) < arguments[0] || Math.round(box.width) < arguments[0])
  .map(([box, node]) => `${box.width} x ${box.height}: ${node.outerHTML}`);
"""
