"""The status page of a running worker, as whoever is on call meets it: on a phone, on a desktop, in two languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.browser.conftest import WINDOWS, Browser, BrowserFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_process import WorkerProcess

WAITS = "wait_for_close: true"


class Site:
    """A worker between an engine and a portal, and the address of its page."""

    def __init__(self, worker_for: WorkerFor, builtin: BuiltinEngine, portal: Portal, key: str, setting: str) -> None:
        self.portal = portal
        self.key = key
        self.admin = Admin(builtin.base_url)
        self.admin.deploy(sequence(key, {"ours": key}))
        port = free_port()
        topics = f"topics: {{{key}: {{{setting}}}}}"
        self.worker: WorkerProcess = worker_for(builtin.base_url, key, config=topics, HTTP_PORT=str(port)).start()
        self.worker.wait_for("http.listening")
        self.address = f"http://127.0.0.1:{port}/"

    def create(self, count: int = 1) -> None:
        """Start instances, and wait until their tasks exist."""
        before = len(self.portal.tasks())
        for _ in range(count):
            self.admin.start(self.key)
        wait_until(lambda: len(self.portal.tasks()) == before + count, "created")


@pytest.fixture
def builtin() -> Iterator[BuiltinEngine]:
    with BuiltinEngine() as builtin:
        yield builtin


@pytest.fixture
def setting() -> str:
    return ""


@pytest.fixture
def site(worker_for: WorkerFor, builtin: BuiltinEngine, portal: Portal, key: str, setting: str) -> Site:
    return Site(worker_for, builtin, portal, key, setting)


def mood(browser: Browser, expected: str) -> str:
    """The headline, once the page has come to this mood by itself."""

    def came(driver: Any) -> bool:
        return bool(driver.find_element("id", "headline").get_attribute("data-mood") == expected)

    browser.until(came, f"mood {expected}")
    return browser.text("h1")


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    ("language", "works", "done"),
    [("ru", "Работает: задачи запрашиваются", "закончена"), ("en", "Working: tasks are fetched", "over")],
)
def test_it_shows_that_it_works_and_what_was_done(
    site: Site, browser_for: BrowserFor, window: str, language: str, works: str, done: str
) -> None:
    site.create(3)
    wait_until(lambda: len(site.portal.syncs()) == 3, "synchronised")
    browser = browser_for(window, language)
    browser.open(site.address)
    assert works in mood(browser, "good")
    browser.until(lambda driver: browser.text("#tasks").count(done) == 3, "three done")
    browser.until(lambda driver: driver.find_elements("css selector", "#rates rect"), "a bar in a chart")
    newest = max(task.id for task in site.portal.tasks())
    assert f"№ {newest}" in browser.text("#tasks")
    link = browser.driver.find_element("css selector", "#tasks td a").get_attribute("href")
    assert link in {site.portal.task_url(task.id).split("?")[0] for task in site.portal.tasks()}
    assert site.key in browser.text("#tasks")
    assert browser.needs_no_sideways_scrolling()
    assert site.portal.secret not in browser.driver.page_source


@pytest.mark.parametrize("window", WINDOWS)
def test_an_outage_is_told_and_its_end_without_loading_the_page_anew(
    site: Site, browser_for: BrowserFor, window: str
) -> None:
    browser = browser_for(window)
    browser.open(site.address)
    mood(browser, "good")
    browser.driver.execute_script("window.stayed = true")
    site.portal.stop()
    site.admin.start(site.key)
    assert mood(browser, "bad").startswith("Приостановлено: портал не")
    assert "127.0.0.1:" in browser.text("#sides .bad"), "with its reason"
    assert browser.driver.title.startswith("Приостановлено")
    assert browser.needs_no_sideways_scrolling()
    assert site.portal.secret not in browser.driver.page_source
    site.portal.start()
    mood(browser, "good")
    browser.until(lambda driver: "закончена" in browser.text("#tasks"), "done after all")
    assert browser.driver.execute_script("return window.stayed")


@pytest.mark.parametrize("setting", [WAITS])
def test_who_waits_for_people_is_counted(site: Site, browser: Browser) -> None:
    site.create(2)
    browser.open(site.address)
    browser.until(lambda driver: "с незакрытой задачей: 2" in browser.text("#people"), "two wait")
    assert browser.text("#tasks").count("ждёт человека") == 2
    mood(browser, "good")
    site.portal.complete(site.portal.tasks()[0].id)
    site.portal.complete(site.portal.tasks()[1].id)


def test_syncs_that_are_late_are_told_with_the_modules_words(site: Site, browser: Browser) -> None:
    site.portal.sync_refusal = "<b>нет</b> " + "очень-длинная-причина-" * 20
    site.create()
    browser.open(site.address)
    assert "1 синхронизация запаздывает" in mood(browser, "warn")
    assert "<b>нет</b>" in browser.text("#late .reason")
    assert browser.needs_no_sideways_scrolling()


def test_the_other_language_is_one_click_away(site: Site, browser: Browser) -> None:
    browser.open(site.address)
    mood(browser, "good")
    browser.click("footer a[hreflang=en]")
    browser.until(lambda _: "Working" in browser.text("h1"), "English")
    browser.click("footer a[hreflang=ru]")
    browser.until(lambda _: "Работает" in browser.text("h1"), "Russian")


def test_what_was_focused_stays_so_while_the_page_goes_on(site: Site, browser_for: BrowserFor) -> None:
    site.create()
    browser = browser_for()
    browser.open(site.address)
    browser.until(lambda driver: driver.find_elements("css selector", "#tasks a"), "a task")
    browser.driver.execute_script("document.querySelector('#tasks a').focus()")
    updated = browser.text("#headline .soft")
    browser.until(lambda _: browser.text("#headline .soft") != updated, "an update")
    assert browser.driver.switch_to.active_element.text.startswith("№")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_by_day_and_by_night(site: Site, browser_for: BrowserFor, scheme: str) -> None:
    browser = browser_for("phone")
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.open(site.address)
    mood(browser, "good")
    contrasts = browser.driver.execute_script(CONTRASTS)
    assert len(contrasts) > 20
    assert min(contrasts) >= 4.5, "WCAG AA"


def test_a_page_whose_worker_is_gone_says_so(site: Site, browser_for: BrowserFor) -> None:
    browser = browser_for("phone")
    browser.open(site.address)
    mood(browser, "good")
    assert not browser.driver.find_element("id", "stale").is_displayed()
    site.worker.kill()
    browser.until(lambda driver: driver.find_element("id", "stale").is_displayed(), "told")
    assert "Воркер не отвечает" in browser.text("#stale")
    site.worker.start()
    browser.until(lambda driver: not driver.find_element("id", "stale").is_displayed(), "back again")
    assert all("ERR_CONNECTION_REFUSED" in line for line in browser.complaints())


CONTRASTS = """
const parse = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = node => {
  for (; node; node = node.parentElement) {
    const colour = parse(getComputedStyle(node).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
const shown = [...document.querySelectorAll("body *")].filter(
  node => node.checkVisibility() && [...node.childNodes].some(c => c.nodeType === 3 && c.textContent.trim()));
return shown.map(node => {
  const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
  return (a + .05) / (b + .05);
});
"""
