"""The stand-in's pages as a person meets them: on a phone and on a desktop, in two languages."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from sandbox.portal import Portal
from tests.browser.conftest import Browser, BrowserFor
from tests.support.portal_templates import question, questionnaire

LONG = "Согласовать: Договор № 1 с ООО «Ромашка» " + "и" * 120
ASKS = {
    "RESPONSIBLE_ID": 7,
    "UF_RESULT_EXPECTED": "1",
    "UF_RESULT_QUESTION": "Согласовать договор?",
    "UF_PROCESS_INSTANCE_ID": "49b3b068-aff0-11f0-b47d-00b436387543",
}


@pytest.fixture
def task(portal: Portal) -> int:
    return int(portal.store.add({"TITLE": LONG, "DESCRIPTION": "д" * 300, **ASKS})["id"])


def test_the_list_leads_to_a_task_and_back(browser: Browser, portal: Portal, task: int) -> None:
    browser.open(portal.page_url)
    assert "Задачи портала-заменителя (1)" in browser.text("h1")
    assert browser.needs_no_sideways_scrolling()
    browser.click("td a")
    assert browser.text("h1") == LONG
    assert browser.text("#question") == "Согласовать договор?"
    assert browser.needs_no_sideways_scrolling()
    browser.click("#back")
    browser.comes_to("Задачи портала-заменителя")


def test_an_empty_list_says_so(browser: Browser, portal: Portal) -> None:
    browser.open(portal.page_url)
    assert "Задач пока нет." in browser.text()
    assert browser.needs_no_sideways_scrolling()


def test_the_language_is_the_browsers_and_an_address_can_ask_for_the_other(
    browser_for: BrowserFor, portal: Portal, task: int
) -> None:
    browser = browser_for(language="en")
    browser.open(portal.page_url)
    assert "Tasks of the portal stand-in" in browser.text("h1")
    browser.open(portal.page_url + "?lang=ru")
    assert "Задачи портала-заменителя" in browser.text("h1")
    browser.click("td a")
    assert browser.text("#complete") == "Завершить"
    browser.click("#back")
    browser.comes_to("Задачи портала-заменителя")


def test_the_list_shows_new_tasks_by_itself(browser: Browser, portal: Portal) -> None:
    browser.open(portal.page_url)
    portal.store.add({"TITLE": "Новая", **ASKS})
    browser.until(lambda _: "Новая" in browser.text(), "the new task")


def test_what_comes_from_outside_stays_text(browser: Browser, portal: Portal) -> None:
    portal.store.add({**ASKS, "TITLE": "<script>document.title='owned'</script><b>ж</b>", "UF_RESULT_QUESTION": "<i>?"})
    browser.open(portal.page_url)
    browser.click("td a")
    assert browser.text("h1") == "<script>document.title='owned'</script><b>ж</b>"
    assert browser.text("#question") == "<i>?"
    assert browser.driver.title != "owned"


@pytest.mark.parametrize(("choice", "answer"), [(1, "ДА"), (2, "НЕТ")])
def test_a_person_chooses_an_answer_and_closes_the_task(
    browser: Browser, portal: Portal, task: int, choice: int, answer: str
) -> None:
    browser.open(portal.task_url(task))
    label = f"#answers label:nth-of-type({choice})"
    assert browser.text(label) == answer
    browser.click(label)
    browser.driver.find_element("id", "result").send_keys("Всё верно")
    browser.click("#complete")
    browser.comes_to("Задачи портала-заменителя")
    assert "завершена" in browser.text("tbody")
    (stored,) = portal.tasks()
    assert (stored.status, stored.fields["UF_RESULT_ANSWER"]) == ("5", portal.store.option(answer))
    assert stored.fields["CLOSED_BY"] == "7"
    assert [result.text for result in portal.store.results(task)] == ["Всё верно"]


def answers(portal: Portal, task: int) -> list[Any]:
    return [one["answer"] for one in portal.content.questionnaires.of(task)[0]["questions"]]


def test_a_person_fills_in_a_questionnaire_and_closes_the_task(
    browser_for: BrowserFor, portal: Portal, task: int
) -> None:
    kinds = [question("YES", "boolean", IS_REQUIRED="Y"), question("SUM", "integer"), question("TOWN", "enum")]
    kinds[2]["ENUM_OPTIONS"] = ["Москва", "<b>Тверь"]
    asked = questionnaire("ORDER", *kinds, title="Заказ <i>")
    portal.content.questionnaires.add({"taskId": task, "questionnaires": [asked]})
    yes, amount, town = (one["ID"] for one in portal.content.questionnaires.of(task)[0]["questions"])
    browser = browser_for("phone")
    browser.open(portal.task_url(task))
    assert browser.text(".questionnaire legend") == "Заказ <i>"
    assert browser.needs_no_sideways_scrolling()
    fields = browser.driver.find_elements("css selector", ".questionnaire input, .questionnaire select")
    assert len(fields) == 3
    assert all(field.rect["height"] >= 44 for field in fields)
    browser.driver.find_element("id", f"question-{amount}").send_keys("42")
    browser.click("#fill")
    browser.until(lambda _: answers(portal, task) == [None, "42", None], "the answer is kept")
    browser.click("#answers label:nth-of-type(1)")
    browser.click("#complete")
    assert portal.tasks()[0].status == "2", "the required question stays unanswered"
    Select(browser.driver.find_element("id", f"question-{yes}")).select_by_visible_text("Да")
    Select(browser.driver.find_element("id", f"question-{town}")).select_by_visible_text("<b>Тверь")
    browser.click("#complete")
    browser.until(lambda _: portal.tasks()[0].status == "5", "closed")
    assert answers(portal, task) == ["true", "42", "<b>Тверь"]
    browser.open(portal.task_url(task))
    assert "Question SUM: 42" in browser.text("#questionnaires")


def test_without_an_answer_the_task_stays_open(browser: Browser, portal: Portal, task: int) -> None:
    browser.open(portal.task_url(task))
    browser.click("#complete")
    assert browser.driver.find_elements("css selector", "#answers input:invalid")
    (stored,) = portal.tasks()
    assert stored.status == "2"


def test_the_keyboard_is_enough(browser_for: BrowserFor, portal: Portal, task: int) -> None:
    browser = browser_for()
    browser.open(portal.task_url(task))
    body = browser.driver.find_element("tag name", "body")
    body.send_keys(Keys.TAB, Keys.TAB)
    browser.driver.switch_to.active_element.send_keys(Keys.SPACE)
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.until(lambda _: portal.tasks()[0].status == "5", "closed")
    assert portal.tasks()[0].fields["UF_RESULT_ANSWER"] == portal.store.option("ДА")


def test_a_finger_finds_the_answers(browser_for: BrowserFor, portal: Portal, task: int) -> None:
    browser = browser_for("phone")
    browser.open(portal.task_url(task))
    targets = browser.driver.find_elements("css selector", "#answers label, #act button")
    assert targets
    assert all(target.rect["height"] >= 44 for target in targets)
