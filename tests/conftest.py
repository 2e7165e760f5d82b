"""What holds for all tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from bitrix import secrecy
from tests.support.engines import EngineOf, Engines

# A shell lets what it starts in the background ignore SIGINT, and with it every worker and demonstration that the tests
# start: some of them are to be stopped that way.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine makes any example slow: that says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


LONG = "tests/faults/"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `--dist loadgroup`: what shares a costly thing runs in one process, and the longest tests begin first."""
    for item in items:
        if group := _group(item):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def _group(item: pytest.Item) -> str | None:
    """One process has a file's PostgreSQL, one the search of a rule."""
    file, _, name = item.nodeid.partition("::")
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if file.startswith("tests/postgres/"):
        return file
    if file.startswith("tests/model/"):
        return f"rule-{params.get('name', name)}"
    return None


@pytest.fixture(autouse=True)
def _no_secrets_of_another_test() -> Iterator[None]:
    """A process has one set of secrets; a process of tests has one after the other."""
    yield
    secrecy.keep([])


@pytest.fixture(scope="session")
def engine_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineOf]:
    own = tmp_path_factory.getbasetemp()
    of_the_run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with ExitStack() as ending:
        yield Engines(of_the_run / "engines", ending).of
