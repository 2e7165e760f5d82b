"""Answers the shell that asks how a command line can go on, if the library for it is installed (`[completion]`)."""

from __future__ import annotations

import argparse
import os

ASKED = "_ARGCOMPLETE"
"""Set by the shell's hook; else the library, which takes a while to import, is left alone."""


def complete(parser: argparse.ArgumentParser) -> None:
    """Print what can come next and end the process, if a shell asks for it; else do nothing."""
    if ASKED not in os.environ:
        return
    try:
        import argcomplete  # noqa: PLC0415 - optional
    except ImportError:
        return
    argcomplete.autocomplete(parser)
