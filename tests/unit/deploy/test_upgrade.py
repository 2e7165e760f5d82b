"""The commands of deploy/README.md for an upgrade and the way back: a shell runs them, on folders of this test."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAME = "camunda-bitrix-worker"
STUBS = {
    "sudo": 'exec "$@"',
    "systemctl": f'[ "$1 $2" != "start {NAME}-backup" ] || cp ledger/worker.db ledger/backup/worker-$VERSION.db',
    NAME: f"cat opt/{NAME}/version",
    "python3": 'mkdir -p "$3/bin" && cp bin/pip "$3/bin/pip"',
    "pip": """venv=${0%/bin/pip}
case $FAIL in "$1") exit 1; esac
for last; do :; done
case $1 in
wheel) mkdir -p "$venv/wheels" && echo "$VERSION" > "$venv/wheels/camunda_bitrix_worker-$VERSION.whl" ;;
install) cp "$last" "$venv/version" && printf '#!/bin/sh\\ncat "%s"\\n' "$venv/version" > "$venv/bin/PROGRAM" ;;
esac
chmod +x "$venv"/bin/*""".replace("PROGRAM", NAME),
    "install": 'for last; do :; done; eval "from=\\${$(($# - 1))}"; cp "$from" "$last"',
}


def blocks(page: str) -> list[str]:
    text = (ROOT / "deploy" / page).read_text("utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)[3]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)[:3]


class Server:
    """A machine with the service in version 1. `version`: of the installed program; `ledger`: what is in the ledger."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "ledger/backup").mkdir(parents=True)
        (folder / "opt" / NAME / "bin").mkdir(parents=True)
        (folder / "opt" / NAME / "version").write_text("1", "utf-8")
        (folder / "bin").mkdir()
        shutil.copy(shutil.which("true") or "", folder / "opt" / NAME / "bin" / NAME)
        for name, script in STUBS.items():
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            (folder / "bin" / name).chmod(0o755)

    def does(self, script: str, version: int, *, fails: str = "") -> None:
        """Pasted into a shell that goes on after errors. `fails`: the command of pip that does."""
        places = {f"/opt/{NAME}": f"opt/{NAME}", f"/var/lib/{NAME}": "ledger"}
        for shipped, here in places.items():
            script = script.replace(shipped, str(self._folder / here))
        script = re.sub(r"COPY=\S+", f"COPY=worker-{version}.db", script)
        environ = {"PATH": f"{self._folder}/bin:/usr/bin:/bin", "VERSION": str(version), "FAIL": fails}
        subprocess.run(["bash", "-u"], input=script, text=True, cwd=self._folder, env=environ, check=False)

    def works(self, version: int) -> None:
        """The program of this version has changed the ledger."""
        (self._folder / "ledger/worker.db").write_text(f"of version {version}", "utf-8")

    def upgrades(self, page: str, version: int, *, fails: str = "") -> None:
        prepare, upgrade, _ = blocks(page)
        self.does(prepare, version, fails=fails)
        self.does(upgrade, version, fails=fails)

    @property
    def version(self) -> int:
        return int((self._folder / "opt" / NAME / "version").read_text("utf-8"))

    @property
    def ledger(self) -> str:
        return (self._folder / "ledger/worker.db").read_text("utf-8")


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_each_upgrade_can_be_taken_back_not_only_the_first(page: str, tmp_path: Path) -> None:
    *_, back = blocks(page)
    server = Server(tmp_path)
    for version in (2, 3):
        server.works(version - 1)
        server.upgrades(page, version)
        server.works(version)
        assert server.version == version
    server.does(back, 3)
    assert (server.version, server.ledger) == (2, "of version 2")
    server.upgrades(page, 4)
    server.works(4)
    server.does(back, 4)
    assert (server.version, server.ledger) == (2, "of version 2"), "after a second way back too"


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_without_a_copy_nothing_is_upgraded(page: str, tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.upgrades(page, 2)
    assert server.version == 1, "there was no ledger to copy"


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_without_a_network_the_old_version_works_on(page: str, tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.works(1)
    server.upgrades(page, 2, fails="wheel")
    assert (server.version, server.ledger) == (1, "of version 1")
    server.upgrades(page, 2)
    assert server.version == 2


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
@pytest.mark.parametrize("repeated", ["first", "second", "both"])
def test_blocks_that_are_pasted_again_after_a_failure_leave_the_way_back(
    page: str, repeated: str, tmp_path: Path
) -> None:
    """The old version was deleted, and the half-made one took its place: nothing was left to go back to."""
    prepare, upgrade, back = blocks(page)
    server = Server(tmp_path)
    server.works(1)
    server.upgrades(page, 2, fails="install")
    for block in {"first": [prepare], "second": [upgrade], "both": [prepare, upgrade]}[repeated]:
        server.does(block, 2)
    server.does(back, 2)
    assert (server.version, server.ledger) == (1, "of version 1")


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_an_upgrade_leaves_the_settings_alone(page: str) -> None:
    """The head of the unit copies an example over them: it is for a first installation."""
    upgrade, head = "".join(blocks(page)[:2]), (ROOT / f"deploy/systemd/{NAME}.service").read_text("utf-8")
    assert "worker.env" in head
    [locked] = re.findall(r"^#   sudo \S*pip install (--require-hashes .*)$", head, re.MULTILINE)
    assert locked in upgrade, "the same versions as the first installation"
    assert not re.search(rf"/etc/|{NAME}\.service", upgrade)
