"""Cockpit's address: one per engine, as a person opens it in a browser; and the address of a process instance there."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

PLACE = "/cockpit"
"""Stands in the path of every Cockpit: `…/camunda/app/cockpit/default`, `…/operaton/app/cockpit/default`."""


def base_of(address: str) -> str:
    """The address without what the browser adds for the view that is open: `#/dashboard`, `?…`, a last slash."""
    return address.strip().partition("#")[0].partition("?")[0].rstrip("/")


def is_cockpit(base: str) -> bool:
    """Whether the path can be Cockpit's; the engine's REST API and the welcome page are at others."""
    return PLACE in urlsplit(base).path


def instance_in(base: str, process_instance_id: str) -> str:
    """The address of one process instance, with its incidents."""
    return f"{base}/#/process-instance/{quote(process_instance_id, safe='')}/runtime?tab=incidents-tab"
