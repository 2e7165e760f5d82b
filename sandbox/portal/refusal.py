"""How the portal's module `imena.camunda` refuses: by an answer that is a success for HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ModuleRefused", "needed"]


class ModuleRefused(Exception):
    """The module's own words, which it returns as `{"success": false, "error": …}` with status 200."""


def needed(params: Mapping[str, Any], name: str) -> Any:
    """A parameter. Raises `ModuleRefused` if it is missing or empty."""
    value = params.get(name)
    if value in (None, "", [], {}):
        raise ModuleRefused(f"Missing required parameter: {name}")
    return value
