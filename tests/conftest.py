"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from bitrix import secrecy
from sandbox.engine.start import KINDS
from tests.support.engines import EngineOf, Engines

# A shell lets what it starts in the background ignore SIGINT, and `nohup` SIGHUP, and with it every worker and
# demonstration that the tests start: some of them are to be stopped that way. The tests themselves survive SIGHUP.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, lambda *_: None)

# What the worker and its commands say follows the locale: a developer's must not decide what the tests read.
os.environ["LANG"] = "C.UTF-8"
for _name in ("LOG_LANGUAGE", "LC_ALL", "LC_MESSAGES"):
    os.environ.pop(_name, None)

# A busy machine makes any example slow: that says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


EXAMPLES = ("tests/acceptance/test_example_models.py", "tests/acceptance/test_examples.py")
BY_HAND = "tests/browser/test_approval_by_hand.py"
"""An example too: on camunda."""
LONG = ("tests/browser/", *EXAMPLES, "tests/faults/")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay: the garbage collector looks at none of them again, and less often at the rest."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests and groups begin first."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


class ByGroups(LoadScopeScheduling):  # type: ignore[misc]
    """Tests that share a costly thing run in one process: a file's PostgreSQL, the search of a rule, browsers.

    So do those of one engine that deploy the example processes: all have the same keys, and each removes what it has
    deployed, instances of the others included.

    xdist's own groups are lost: it writes them into a field that pytest 9.2 no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/postgres/"):
            return file
        if file == BY_HAND:
            return "examples camunda"
        if file.startswith("tests/browser/"):
            return "browser"
        if file in EXAMPLES:
            return " ".join(["examples", *(kind for kind in KINDS if kind in nodeid.partition("[")[2])])
        if file.startswith("tests/model/"):
            return nodeid.partition("[")[2] or nodeid
        return nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroups | None:
    return ByGroups(config, log) if config.getoption("dist") == "loadgroup" else None


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
