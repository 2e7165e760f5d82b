"""The checklists on a task's page of the portal stand-in, where a person ticks, renames and deletes items."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.portal.page import safe
from sandbox.portal.records import ChecklistItem, Refused, number
from sandbox.portal.state import Tasks

VERBS = ("tick", "untick", "rename", "remove")


def checklist_form(store: Tasks, task_id: int, words: Mapping[str, str]) -> str:
    """The items of a task, each with its buttons; empty if there are none."""
    rows = "".join(_row(depth, item, words) for depth, item in store.checklists.shown(task_id))
    if not rows:
        return ""
    form = f'<form id="items" method="post" action="?lang={words["lang"]}" aria-label="{words["checklist"]}">'
    return f'<h2>{words["checklist"]}</h2>{form}<ul id="checklist">{rows}</ul></form>'


def change_item(store: Tasks, task_id: int, form: Mapping[str, str], by: int) -> bool:
    """Carry out what the form says about an item; False if it says nothing about one."""
    verb, _, given = form.get("action", "").partition(":")
    if verb not in VERBS or (item := number(given)) is None:
        return False
    if item not in (one.id for one in store.checklist(task_id, by)):
        raise Refused("ERROR_CORE", f"item={item}")
    match verb:
        case "remove":
            store.checklists.remove(item)
        case "rename":
            store.checklists.change(item, title=form.get(f"title-{item}", "").strip() or "…", by=by)
        case _:
            store.checklists.change(item, complete=verb == "tick", by=by)
    return True


def _row(depth: int, item: ChecklistItem, words: Mapping[str, str]) -> str:
    box, verb = ("☑", "untick") if item.complete else ("☐", "tick")
    label = f"{words['name']} {item.id}"
    buttons = "".join(_button(name, item.id, words) for name in (verb, "rename", "remove"))
    members = "".join(f" · {role} {person}" for person, role in item.members)
    return (
        f'<li style="margin-inline-start: {depth * 1.5}rem"><span id="item-{item.id}">{box} {"‼ " * item.important}'
        f"{safe(item.title)}{members}</span>"
        f'<input name="title-{item.id}" value="{safe(item.title)}" aria-label="{safe(label)}">'
        f'<div class="buttons">{buttons}</div></li>'
    )


def _button(verb: str, item: int, words: Mapping[str, str]) -> str:
    return f'<button id="{verb}-{item}" name="action" value="{verb}:{item}">{words[verb]}</button>'
