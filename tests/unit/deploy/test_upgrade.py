"""The commands of deploy/README.md for an upgrade and the way back: a shell runs them, on folders of this test."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAME = "camunda-bitrix-worker"
STUBS = {
    "sudo": 'exec "$@"',
    "systemctl": f'[ "$1 $2" != "start {NAME}-backup" ] || cp ledger/worker.db ledger/backup/worker-$VERSION.db',
    NAME: f"cat opt/{NAME}/version",
    "python3": 'mkdir -p "$3/bin" && echo "echo \\$VERSION > $3/version" > "$3/bin/pip" && chmod +x "$3/bin/pip"',
    "install": 'for last; do :; done; eval "from=\\${$(($# - 1))}"; cp "$from" "$last"',
}


def blocks(page: str) -> list[str]:
    text = (ROOT / "deploy" / page).read_text("utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)[3]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)[:2]


class Server:
    """A machine with the service in version 1. `version`: of the installed program; `ledger`: what is in the ledger."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "ledger/backup").mkdir(parents=True)
        (folder / "opt" / NAME).mkdir(parents=True)
        (folder / "opt" / NAME / "version").write_text("1", "utf-8")
        (folder / "bin").mkdir()
        for name, script in STUBS.items():
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            (folder / "bin" / name).chmod(0o755)

    def does(self, script: str, version: int, options: str = "-eu") -> None:
        places = {f"/opt/{NAME}": f"opt/{NAME}", f"/var/lib/{NAME}": "ledger"}
        for shipped, here in places.items():
            script = script.replace(shipped, str(self._folder / here))
        script = re.sub(r"COPY=\S+", f"COPY=worker-{version}.db", script)
        environ = {"PATH": f"{self._folder}/bin:/usr/bin:/bin", "VERSION": str(version)}
        subprocess.run(["bash", options], input=script, text=True, cwd=self._folder, env=environ, check="e" in options)

    def works(self, version: int) -> None:
        """The program of this version has changed the ledger."""
        (self._folder / "ledger/worker.db").write_text(f"of version {version}", "utf-8")

    @property
    def version(self) -> int:
        return int((self._folder / "opt" / NAME / "version").read_text("utf-8"))

    @property
    def ledger(self) -> str:
        return (self._folder / "ledger/worker.db").read_text("utf-8")


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_each_upgrade_can_be_taken_back_not_only_the_first(page: str, tmp_path: Path) -> None:
    upgrade, back = blocks(page)
    server = Server(tmp_path)
    for version in (2, 3):
        server.works(version - 1)
        server.does(upgrade, version)
        server.works(version)
        assert server.version == version
    server.does(back, 3)
    assert (server.version, server.ledger) == (2, "of version 2")
    server.does(upgrade, 4)
    server.works(4)
    server.does(back, 4)
    assert (server.version, server.ledger) == (2, "of version 2"), "after a second way back too"


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_without_a_copy_nothing_is_upgraded(page: str, tmp_path: Path) -> None:
    """Pasted as a whole into a shell that goes on after errors."""
    upgrade, _ = blocks(page)
    server = Server(tmp_path)
    server.does(upgrade, 2, options="-u")
    assert server.version == 1, "there was no ledger to copy"


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_an_upgrade_leaves_the_settings_alone(page: str) -> None:
    """The head of the unit copies an example over them: it is for a first installation."""
    (upgrade, _), head = blocks(page), (ROOT / f"deploy/systemd/{NAME}.service").read_text("utf-8")
    assert "worker.env" in head
    commands = re.findall(r"^#   (sudo \S*(?:python3|pip) .*)$", head, re.MULTILINE)
    assert len(commands) == 3
    assert all(command in upgrade for command in commands)
    assert not re.search(rf"/etc/|{NAME}\.service", upgrade)
