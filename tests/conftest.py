"""What holds for all tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from bitrix import secrecy
from tests.support.engines import EngineOf, Engines

# A shell lets what it starts in the background ignore SIGINT, and with it every worker and demonstration that the tests
# start: some of them are to be stopped that way.
settings.register_profile("busy", deadline=None)  # how fast a machine is says nothing of the code
settings.load_profile("busy")
signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine makes any example slow: that says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _no_secrets_of_another_test() -> Iterator[None]:
    """A process has one set of secrets; a process of tests has one after the other."""
    yield
    secrecy.keep([])


@pytest.fixture(scope="session")
def engine_of() -> Iterator[EngineOf]:
    with ExitStack() as ending:
        yield Engines(ending).of
