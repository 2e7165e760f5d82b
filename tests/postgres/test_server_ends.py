"""The server of the tests ends with whoever started it: a killed run leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest

from tests.support.engine_admin import wait_until

STARTS_ONE = (
    "import sys, time; from sandbox.postgres import Postgres; print(Postgres().url, flush=True); time.sleep(600)"
)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.usefixtures("postgres")
def test_the_server_ends_with_a_killed_run() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        url = run.stdout.readline().strip()
        assert _answers(url)
        run.kill()
    wait_until(lambda: not _answers(url), "the server has ended")
