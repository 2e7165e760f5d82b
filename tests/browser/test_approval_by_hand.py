"""`make run EXAMPLE=approval` by hand: a person reads what to do, and does it in a browser."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.browser.conftest import Browser, BrowserFor
from tests.support.demo_process import DemoProcess
from tests.support.engine_admin import Admin, wait_until
from tests.support.engines import EngineOf

START_SECONDS = 150
TO_DO = re.compile(r"(approval-\d): → откройте (\S+), закройте задачу № (\d+)")


@pytest.fixture
def demo(tmp_path: Path, engine_of: EngineOf) -> Iterator[DemoProcess]:
    """Without another example beside it (`tests/conftest.py`)."""
    engine = engine_of("camunda")
    demo = DemoProcess(tmp_path, ENGINE="camunda", EXAMPLE="approval", DEMO_ENGINE_URL=engine.base_url)
    yield demo
    demo.end()
    Admin(engine.base_url).remove("approval")


def what_to_do(demo: DemoProcess) -> dict[str, tuple[str, str]]:
    """Address and number of the task, by instance, once both are told."""

    def told() -> bool:
        assert demo.process.poll() is None, demo.output
        return len(TO_DO.findall(demo.output)) == 2

    wait_until(told, "what to do", START_SECONDS)
    return {name: (address, number) for name, address, number in TO_DO.findall(demo.output)}


def answer(browser: Browser, text: str) -> None:
    """Choose the answer of this text on the task's page, and close the task."""
    choice = f"//*[@id='answers']//label[normalize-space()='{text}']"
    browser.until(lambda driver: driver.find_element("xpath", choice), f"{text} to choose").click()
    browser.click("#complete")
    browser.until(lambda driver: driver.find_elements("css selector", "table thead"), "the list again")


def from_the_list(browser: Browser, number: str) -> None:
    """Follow the task's link. The list draws itself anew now and then: a click in that moment reaches nothing."""
    place = f"/task/view/{number}/"

    def is_there(driver: Chrome) -> bool:
        if place in driver.current_url:
            return True
        driver.find_element("css selector", f'td a[href*="{place}"]').click()
        return False

    browser.until(is_there, f"the page of task {number}")


def test_a_newcomer_answers_and_the_processes_go_on(demo: DemoProcess, browser_for: BrowserFor) -> None:
    to_do = what_to_do(demo)
    browser = browser_for("phone")

    browser.open(to_do["approval-1"][0])
    assert browser.text("#question") == "Согласовать договор?"
    answer(browser, "ДА")
    wait_until(lambda: "approval-1: процесс завершён" in demo.output, demo.output, 60)
    assert "approval-2: процесс завершён" not in demo.output, "nobody has answered this one"

    number = to_do["approval-2"][1]
    from_the_list(browser, number)  # as one may as well
    answer(browser, "НЕТ")
    wait_until(lambda: "Все процессы завершены: 2." in demo.output, demo.output, 60)

    lines = demo.output
    assert "approval-1: шаг «Подписать договор» завершён" in lines
    assert "approval-2: шаг «Доработать договор» завершён" in lines
    browser.until(lambda _: "Доработать:" in browser.text("tbody"), "the list is up to date")
    titles = browser.text("tbody")
    assert titles.count("Согласовать:") == 2
    assert titles.count("Подписать:") == titles.count("Доработать:") == 1
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(40) == 0, demo.output
