"""Finds the path from a process instance down to one of its activity instances, in the engine's tree of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def path_to(node: Mapping[str, Any], id_: str) -> list[Mapping[str, Any]]:
    """The nodes from the process instance down to the activity instance; empty if it is not in the tree."""
    if node.get("id") == id_:
        return [node]
    children = node.get("childActivityInstances")
    for child in children if isinstance(children, list) else ():
        if isinstance(child, dict) and (below := path_to(child, id_)):
            return [node, *below]
    return []
