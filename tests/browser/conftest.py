"""A real browser: Debian's chromium through its own driver, seeing nothing but loopback.

Where `REQUIRE_BROWSER=1` a browser that cannot be started is a failure, else a skip that says so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.support.wait import WebDriverWait

from sandbox.portal import Portal
from tests.acceptance.conftest import key, worker_for

PHONE, DESKTOP = (360, 740), (1280, 900)
WINDOWS = {"phone": PHONE, "desktop": DESKTOP}
WAIT_SECONDS = 80.0
FLAGS = (
    "--headless=new",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",  # containers give it 64 MB
)

T = TypeVar("T")
__all__ = ["key", "worker_for"]  # fixtures


class Browser:
    """One window. `driver` is selenium's, for what is not said here."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        self.driver.get(address)

    def until(self, true: Callable[[Chrome], T], what: str, seconds: float = WAIT_SECONDS) -> T:
        """The first true value of `true(driver)`; a page that was loaded anew in between is asked again."""
        waiting = WebDriverWait(self.driver, seconds, ignored_exceptions=[StaleElementReferenceException])
        return waiting.until(lambda driver: _stale_or(true, driver), what)

    def click(self, selector: str) -> None:
        """Click the element, once it is there."""

        def clicked(driver: Chrome) -> bool:
            driver.find_element("css selector", selector).click()
            return True

        self.until(clicked, f"{selector} to click")

    def text(self, selector: str = "body") -> str:
        return self.until(lambda driver: driver.find_element("css selector", selector).text, f"text of {selector}")

    def comes_to(self, heading: str) -> None:
        """Wait for the page with this heading: a click ends before the page that it leads to is there."""
        self.until(lambda driver: heading in driver.find_element("css selector", "h1").text, heading)

    def needs_no_sideways_scrolling(self) -> bool:
        script = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        return bool(self.driver.execute_script(script))

    def complaints(self) -> list[str]:
        """What the console holds that is more than a remark."""
        log = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [line["message"] for line in log if line["level"] in ("WARNING", "SEVERE")]


def _stale_or(true: Callable[[Chrome], T], driver: Chrome) -> T:
    """An element of a page that has just gone: the driver has two ways to say so."""
    try:
        return true(driver)
    except WebDriverException as error:
        if "does not belong to the document" in str(error.msg):
            raise StaleElementReferenceException(error.msg) from error
        raise


BrowserFor = Callable[..., Browser]


def _paths() -> tuple[str, str]:
    """Browser and driver; skips or fails where there are none."""
    found = shutil.which("chromium"), shutil.which("chromedriver")
    if found[0] and found[1]:
        return found[0], found[1]
    words = "no chromium with chromedriver here: apt install chromium chromium-driver"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(words)
    pytest.skip(words)


def _options(binary: str, profile: Path) -> ChromeOptions:
    width, height = DESKTOP
    options = ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # chromium refuses root else
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return options


def _become(driver: Chrome, window: str, language: str) -> None:
    """Have this tab be on such a device, of a person of this language."""
    agent = {"userAgent": driver.execute_script("return navigator.userAgent"), "acceptLanguage": language}
    driver.execute_cdp_cmd("Emulation.setUserAgentOverride", agent)
    driver.execute_cdp_cmd("Emulation.setLocaleOverride", {"locale": language})
    if window == "phone":
        width, height = PHONE
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2.0, "mobile": True}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})


class Browsers:
    """Browsers that are open, for one test after the other: to start one costs more CPU than most tests do.

    Each test gets a tab of its own, and finds neither cookies nor a cache.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._free: list[Chrome] = []

    @contextmanager
    def lent(self, window: str, language: str) -> Iterator[Browser]:
        """One that nobody else has; it is not lent again where a test has broken it."""
        driver = self._free.pop() if self._free else self._started()
        try:
            first = driver.current_window_handle
            driver.switch_to.new_window("tab")
            _become(driver, window, language)
            yield Browser(driver)
            driver.close()
            driver.switch_to.window(first)
            Browser(driver).complaints()  # what the page said after the test's end is nothing to the next one
            driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
            driver.execute_cdp_cmd("Network.clearBrowserCache", {})
            self._free.append(driver)
        except BaseException:
            driver.quit()
            raise

    def _started(self) -> Chrome:
        binary, driver = _paths()
        self._number += 1
        options = _options(binary, self._folder / f"profile-{self._number}")
        return Chrome(options, ChromeService(driver))

    def end(self) -> None:
        for driver in self._free:
            driver.quit()


@pytest.fixture(scope="session")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    browsers = Browsers(tmp_path_factory.mktemp("browsers"))
    yield browsers
    browsers.end()


@pytest.fixture
def browser_for(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> Iterator[BrowserFor]:
    """Opens windows; at the end no console may hold a complaint."""
    _paths()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("SE_OFFLINE", "true")  # the driver's path is given; nothing is to be downloaded
    monkeypatch.setenv("SE_AVOID_STATS", "true")
    with ExitStack() as ending:
        opened: list[Browser] = []

        def make(window: str = "desktop", language: str = "ru") -> Browser:
            opened.append(ending.enter_context(browsers.lent(window, language)))
            return opened[-1]

        yield make
        assert [browser.complaints() for browser in opened] == [[] for _ in opened]


@pytest.fixture(params=WINDOWS)
def browser(request: pytest.FixtureRequest, browser_for: BrowserFor) -> Browser:
    """A window of each size."""
    return browser_for(request.param)


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal
