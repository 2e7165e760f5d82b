"""Finds scripts in a language that no distribution of Camunda brings: the engine fails when a process gets there."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from worker.steps.bpmn.tree import get

BROUGHT = ("groovy", "javascript", "ecmascript", "js", "graal.js", "nashorn")
"""Groovy and JavaScript are in the distributions; an engine within another program has what that brings."""
TEMPLATES = ("feel", "juel", "freemarker", "ftl", "velocity", "xslt", "xquery")
"""Languages of decisions and templates, which an engine may have."""
NAMES = ("scriptFormat", "language")


def unknown_language(element: Element) -> str | None:
    """The language of a script or a condition, if it is none of these."""
    said = next(filter(None, (get(element, name) for name in NAMES)), "")
    language = said.strip().casefold()
    return None if not language or "{" in language or language in (*BROUGHT, *TEMPLATES) else said
