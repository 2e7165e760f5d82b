"""BPMN models of the tests: what all of them begin and end with."""

from __future__ import annotations

DEFINITIONS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
                  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="tests">
"""


def definitions(content: str) -> str:
    """A document of these processes and messages; `content` may be a format string."""
    return f"{DEFINITIONS}{content}</bpmn:definitions>\n"
