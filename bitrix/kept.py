"""Caches answers of the portal: bounded, with one call for all threads that ask the same, and without failures."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

MOST = 5000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key, each for some seconds; the least recently used is dropped first. Thread-safe."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._values: OrderedDict[K, tuple[V, float]] = OrderedDict()
        self._calls: dict[K, Future[V]] = {}
        self._guard = threading.Lock()

    def get(self, key: K, ask: Callable[[], V], seconds: Callable[[V], float]) -> V:
        """The kept value, or what `ask` returns, which is then kept for `seconds(value)`. An error is not kept.

        Threads that need the same key wait for one call, and share what it returns or raises.
        """
        with self._guard:
            if (known := self._known(key)) is not None:
                return known[0]
            call, mine = self._calls.get(key), Future[V]()
            if call is None:
                self._calls[key] = mine
        return self._ask(key, ask, seconds, mine) if call is None else call.result()

    def has(self, key: K) -> bool:
        """Whether a value is kept for this key now."""
        with self._guard:
            return self._known(key) is not None

    def keep(self, key: K, value: V, seconds: float) -> None:
        """Keep a value that the caller got by a call for several keys."""
        with self._guard:
            self._keep(key, value, time.monotonic() + seconds)

    def forget(self, key: K) -> None:
        """Drop the value: it may have changed."""
        with self._guard:
            self._values.pop(key, None)

    def _ask(self, key: K, ask: Callable[[], V], seconds: Callable[[V], float], call: Future[V]) -> V:
        try:
            value = ask()
            until = time.monotonic() + seconds(value)
        except BaseException as error:  # otherwise the threads that wait for this call would wait for ever
            with self._guard:
                del self._calls[key]
            call.set_exception(error)
            raise
        with self._guard:
            del self._calls[key]
            self._keep(key, value, until)
        call.set_result(value)
        return value

    def _known(self, key: K) -> tuple[V, float] | None:
        kept = self._values.get(key)
        if kept is None or kept[1] <= time.monotonic():
            return None
        self._values.move_to_end(key)
        return kept

    def _keep(self, key: K, value: V, until: float) -> None:
        self._values[key] = (value, until)
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)
