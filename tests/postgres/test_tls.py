"""A server that speaks TLS: each connection that is not made for its sake has a cause of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from bitrix.causes import Cause, Trouble
from sandbox.postgres import USER, Postgres
from tests.support.authority import Authority, Pair
from worker.ledger.errors import LedgerUnusable
from worker.ledger.reader import prospect

GUARDED = "guarded"
"""A role that is let in only with a certificate."""
NOWHERE = "/nowhere/root.crt"


class Scene:
    """A server with a certificate of `trusted`, and other files that a person may name."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        self.server = server
        self.trusted, self.other = (Authority(folder / name) for name in ("trusted", "other"))
        self.strange, self.ended = self.other.issue("strange"), self.trusted.issue("ended", ended=True)
        self.opened = self.trusted.issue("opened")
        self.opened.key.chmod(0o644)
        with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{server.secret}'".encode())
        shown = self.trusted.issue("database")
        line = f"hostssl all {GUARDED} all scram-sha-256 clientcert=verify-ca"
        server.speak_tls(shown.certificate, shown.key, self.trusted.certificate, line)

    def trouble(self, user: object = None, **options: object) -> Trouble | None:
        """Why `check` would not open a ledger there; None: it would."""
        address = sa.engine.make_url(self.server.url).set(username=str(user or USER))
        address = address.update_query_dict({name: str(said) for name, said in options.items()})
        url = address.render_as_string(hide_password=False)
        try:
            prospect(url, portal="https://portal.example", engine="http://engine", tenants="*", beat_seconds=5.0)
        except LedgerUnusable as error:
            return error.trouble
        return None


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("tls"), postgres)


def of(pair: Pair) -> dict[str, object]:
    return {"sslcert": pair.certificate, "sslkey": pair.key}


CASES: dict[str, tuple[Cause | None, Callable[[Scene], dict[str, object]]]] = {
    "trusted": (None, lambda scene: {"sslmode": "verify-full", "sslrootcert": scene.trusted.certificate}),
    "other authority": (
        Cause.DATABASE_CERTIFICATE,
        lambda scene: {"sslmode": "verify-full", "sslrootcert": scene.other.certificate},
    ),
    "other name": (
        Cause.DATABASE_CERTIFICATE,
        lambda scene: {
            "sslmode": "verify-full",
            "sslrootcert": scene.trusted.certificate,
            "host": "db.example",
            "hostaddr": "127.0.0.1",
        },
    ),
    "no authority": (Cause.DATABASE_TLS_FILES, lambda _: {"sslmode": "verify-full", "sslrootcert": NOWHERE}),
    "open key": (Cause.DATABASE_TLS_FILES, lambda scene: {"sslmode": "require", **of(scene.opened)}),
    "no certificate": (Cause.DATABASE_CLIENT_CERTIFICATE, lambda _: {"user": GUARDED, "sslmode": "require"}),
    "strange certificate": (
        Cause.DATABASE_CLIENT_CERTIFICATE,
        lambda scene: {"user": GUARDED, "sslmode": "require", **of(scene.strange)},
    ),
    "ended certificate": (
        Cause.DATABASE_CLIENT_CERTIFICATE,
        lambda scene: {"user": GUARDED, "sslmode": "require", **of(scene.ended)},
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_a_connection_that_tls_prevents_names_its_cause(scene: Scene, name: str) -> None:
    cause, options = CASES[name]
    trouble = scene.trouble(**options(scene))
    assert (trouble and trouble.cause) == cause
    assert scene.server.secret not in str(trouble)
