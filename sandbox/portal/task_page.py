"""A task's page of the portal stand-in, where a person closes it. Everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.httpd import Reply
from sandbox.portal import questionnaire_form
from sandbox.portal.checklist_page import change_item, checklist_form
from sandbox.portal.page import document, safe
from sandbox.portal.records import Refused, StoredTask, number
from sandbox.portal.site import Site
from sandbox.portal.state import POSSIBLE, Tasks
from sandbox.portal.words import STATUSES, WORDS

ACTIONS = ("complete", "approve", "disapprove", "decline", "renew")


def task_page(portal: Site, task_id: int, language: str, note: str = "") -> Reply:
    """The page of one task: its actions, comments and fields. `note`: an error to show."""
    words, store = WORDS.get(language, WORDS["ru"]), portal.store
    task = _find(store, task_id)
    back = f'<p><a id="back" href="/?lang={words["lang"]}">{words["back"]}</a></p>'
    if task is None:
        return document(words, words["missing"], back, status=404)
    said = f'<p id="note" role="alert">{words["refused"]}: {safe(note)}</p>' if note else ""
    state = safe(STATUSES[words["lang"]].get(task.status, task.status))
    body = f'{back}<p>{words["status"]}: <strong id="status" data-status="{safe(task.status)}">{state}</strong></p>'
    body += said + _form(portal, task, words) + _said(portal, task, words) + _fields(store, task, words)
    return document(words, str(task.fields["TITLE"]), body, status=400 if note else 200)


def act(portal: Site, task_id: int, form: Mapping[str, str], language: str) -> Reply:
    """Carry out the form's action and show the result."""
    words = WORDS.get(language, WORDS["ru"])
    task = _find(portal.store, task_id)
    if task is None:
        return task_page(portal, task_id, language)
    try:
        stays = _perform(portal, task, form, words)
    except Refused as refused:
        return task_page(portal, task_id, language, refused.words.removesuffix("<br>"))
    return Reply(303, headers={"Location": f"{address(task_id) if stays else '/'}?lang={words['lang']}"})


def _perform(portal: Site, task: StoredTask, form: Mapping[str, str], words: Mapping[str, str]) -> bool:
    """Whether the person stays on the task's page afterwards."""
    by, action = _actor(portal.store, task, form), form.get("action")
    if change_item(portal.store, task.id, form, by):
        return True
    portal.fill_in(task.id, questionnaire_form.given(form))
    match action:
        case "complete":
            if _expected(task) and not form.get("answer"):
                raise Refused("0", words["choose"])
            answer, result = form.get("answer") or None, form.get("result", "").strip() or None
            portal.complete(task.id, answer=answer, result=result, by=by)
        case "fill":
            pass
        case "decline":
            portal.decline(task.id, by=by)
        case "delete":
            portal.delete(task.id, by=by)
        case "approve" | "disapprove" | "renew":
            getattr(portal.store, action)(task.id, by)
        case _:
            raise Refused("0", "?")
    return action in ("fill", "disapprove", "renew")


def address(task_id: int) -> str:
    """The address of a task's page."""
    return f"/company/personal/user/1/tasks/task/view/{task_id}/"


def _find(store: Tasks, task_id: int) -> StoredTask | None:
    return next((task for task in store.all() if task.id == task_id), None)


def _expected(task: StoredTask) -> bool:
    return task.fields.get("UF_RESULT_EXPECTED") == "1"


def _actor(store: Tasks, task: StoredTask, form: Mapping[str, str]) -> int:
    given = form.get("by") or task.fields["RESPONSIBLE_ID"]
    if (by := number(given)) not in _people(store, task) or by is None:
        raise Refused("ERROR_CORE", f"by={given}")
    return by


def _people(store: Tasks, task: StoredTask) -> list[int]:
    return sorted({*store.users, int(task.fields["RESPONSIBLE_ID"])})


def _form(portal: Site, task: StoredTask, words: Mapping[str, str]) -> str:
    store, there = portal.store, portal.content.questionnaires.of(task.id)
    completing = task.status in POSSIBLE["complete"]
    options = "".join(
        f'<option value="{user}"{" selected" if str(user) == task.fields["RESPONSIBLE_ID"] else ""}>{user}</option>'
        for user in _people(store, task)
    )
    fields = (_answers(store, task, words) if _expected(task) else "") + (
        f"{questionnaire_form.inputs(there, store.users, words)}"
        f'<label for="result">{words["result"]}</label><textarea id="result" name="result" rows="3"></textarea>'
    )
    buttons = "".join(_button(action, words) for action in ACTIONS if task.status in POSSIBLE[action])
    buttons += _button("fill", words) if there and completing else ""
    return (
        f'<form id="act" method="post" action="?lang={words["lang"]}" aria-label="{words["act"]}">'
        f"{fields if completing else ''}"
        f'<label for="by">{words["by"]}</label><select id="by" name="by">{options}</select>'
        f'<div class="buttons">{buttons}{_button("delete", words)}</div></form>'
    )


def _answers(store: Tasks, task: StoredTask, words: Mapping[str, str]) -> str:
    choices = "".join(
        f'<label for="answer-{safe(option)}"><input type="radio" id="answer-{safe(option)}" name="answer"'
        f' value="{safe(option)}" required> {safe(text)}</label>'
        for option, text in store.answers.items()
    )
    question = safe(task.fields.get("UF_RESULT_QUESTION") or words["answer"])
    return f'<fieldset id="answers"><legend id="question">{question}</legend>{choices}</fieldset>'


def _button(action: str, words: Mapping[str, str]) -> str:
    free = "" if action == "complete" else " formnovalidate"  # only completing wants an answer
    return f'<button id="{action}" name="action" value="{action}"{free}>{words[action]}</button>'


def _said(portal: Site, task: StoredTask, words: Mapping[str, str]) -> str:
    store, there = portal.store, portal.content.questionnaires.of(task.id)
    results = (f"{one.created} · {one.author}: {one.text}" for one in store.results(task.id, store.owner))
    comments = (f"{one.created} · {one.author}: {one.text}" for one in store.comments(task.id))
    filled_in = () if task.status in POSSIBLE["complete"] else questionnaire_form.answers(there)
    lists = _list("questionnaires", filled_in, words) + _list("results", results, words)
    lists += _list("files", store.disk.names_in(task.id), words)
    return lists + _list("comments", comments, words) + checklist_form(store, task.id, words)


def _list(name: str, lines: Iterable[str], words: Mapping[str, str]) -> str:
    rows = "".join(f"<li>{safe(line)}</li>" for line in lines)
    return f'<h2>{words[name]}</h2><ul id="{name}">{rows}</ul>' if rows else ""


def _fields(store: Tasks, task: StoredTask, words: Mapping[str, str]) -> str:
    shown = dict(task.fields)
    if (answer := shown.get("UF_RESULT_ANSWER")) in store.answers:
        shown["UF_RESULT_ANSWER"] = f"{answer} ({store.answers[str(answer)]})"
    rows = "".join(f'<tr><th scope="row">{safe(name)}</th><td>{safe(value)}</td></tr>' for name, value in shown.items())
    return f'<h2>{words["fields"]}</h2><table id="fields">{rows}</table>'
