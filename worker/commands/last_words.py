"""Prints the traceback of an uncaught error, without secrets and safe for a terminal."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from worker.commands import console


def guard() -> None:
    """Handle uncaught errors of all threads, and errors that Python cannot raise, from now on. Safe to repeat."""
    sys.excepthook = _main
    threading.excepthook = _thread
    sys.unraisablehook = _unraisable


def _main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    console.complain("".join(traceback.format_exception(kind, error, trace)).rstrip())


def _thread(fault: threading.ExceptHookArgs) -> None:
    if fault.exc_value and not isinstance(fault.exc_value, SystemExit):
        _main(fault.exc_type, fault.exc_value, fault.exc_traceback)


def _unraisable(fault: Any) -> None:
    if fault.exc_value:
        _main(fault.exc_type, fault.exc_value, fault.exc_traceback)
