"""Remembers which steps or definitions were already logged."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

MOST_KEPT = 10_000


class Once:
    """The keys that were logged in this run. Thread-safe. Beyond `MOST_KEPT` the oldest may be logged again."""

    def __init__(self) -> None:
        self._keys: OrderedDict[Hashable, None] = OrderedDict()
        self._guard = threading.Lock()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._keys

    def forget(self, key: Hashable) -> None:
        """Let the next call for the key be the first one: this one could not log anything."""
        with self._guard:
            self._keys.pop(key, None)

    def first(self, key: Hashable) -> bool:
        """Whether this is the first call for the key: True for one caller only, however many ask at once."""
        with self._guard:
            if key in self._keys:
                return False
            self._keys[key] = None
            if len(self._keys) > MOST_KEPT:
                self._keys.popitem(last=False)
            return True
