"""The units of deploy/systemd: systemd reads them, finds them hardened, and they say what the program promises."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.builders import open_ledger
from tests.support.tools import checked, tool
from worker.cli import EXIT_CONFIG
from worker.config.loading import load

ROOT = Path(__file__).parents[3]
SYSTEMD = ROOT / "deploy/systemd"
NAME = "camunda-bitrix-worker"
UNITS = [f"{NAME}.service", f"{NAME}-backup.service", f"{NAME}-backup.timer"]
INSTALLED = f"/opt/{NAME}/bin/{NAME}"


def lines(unit: str, key: str) -> list[str]:
    text = (SYSTEMD / unit).read_text(encoding="utf-8")
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A folder with the units, for a program that is installed where these tests have it."""
    program = Path(sys.executable).with_name(NAME)
    for path in SYSTEMD.iterdir():
        text = path.read_text(encoding="utf-8").replace(INSTALLED, str(program))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_finds_no_fault_in_them(units: Path) -> None:
    drop_in = units / f"{NAME}.service.d"
    drop_in.mkdir()
    (units / "log-to-file.conf").rename(drop_in / "log-to-file.conf")
    said = checked("systemd-analyze", "verify", "--man=no", *(units / name for name in UNITS))
    assert str(units) not in said, said
    assert NAME not in said, said


def test_systemd_finds_a_misspelt_line(units: Path) -> None:
    unit = units / UNITS[0]
    unit.write_text(unit.read_text("utf-8").replace("RestartPreventExitStatus", "RestartPreventExitCode"), "utf-8")
    assert "RestartPreventExitCode" in checked("systemd-analyze", "verify", "--man=no", unit)


@pytest.mark.parametrize("unit", [name for name in UNITS if name.endswith(".service")])
def test_a_service_may_do_little(unit: str) -> None:
    """systemd's measure of exposure: 0 is best, 10 worst, 9.6 a service without any limit."""
    checked("systemd-analyze", "security", "--offline=yes", "--threshold=15", SYSTEMD / unit)


def test_a_wrong_configuration_is_not_started_again_but_everything_else_is() -> None:
    assert lines(UNITS[0], "Restart") == ["on-failure"]
    assert lines(UNITS[0], "RestartPreventExitStatus") == [str(EXIT_CONFIG)]
    assert lines(UNITS[0], "StartLimitIntervalSec") == ["0"]
    assert int(lines(UNITS[0], "TimeoutStopSec")[0]) > 12


def test_its_settings_are_whole_and_stand_where_it_reads_them(tmp_path: Path) -> None:
    values = dict(
        line.split("=", 1)
        for line in (SYSTEMD / "worker.env").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
    secret = values["BITRIX_WEBHOOK_URL_FILE"]
    (tmp_path / "webhook").write_text("https://portal.example/rest/1/secret/\n", "utf-8")
    (tmp_path / "webhook").chmod(0o600)
    assert not load(None, values | {"BITRIX_WEBHOOK_URL_FILE": str(tmp_path / "webhook")}).warnings
    (file,) = lines(UNITS[0], "EnvironmentFile")
    folder = file.rpartition("/")[0]
    assert lines(UNITS[0], "WorkingDirectory") == [folder]
    head = (SYSTEMD / UNITS[0]).read_text("utf-8")
    assert f"install -D -m 0600 deploy/systemd/worker.env {file} " in head
    assert f"install -g {NAME} -m 0640 /dev/stdin {secret}\n" in head
    assert secret.rpartition("/")[0] == folder


@pytest.mark.parametrize("page", ["systemd/camunda-bitrix-worker.service", "README.md", "README.ru.md"])
def test_a_configuration_is_installed_so_that_the_service_and_nobody_else_reads_it(page: str, tmp_path: Path) -> None:
    (folder,) = lines(UNITS[0], "WorkingDirectory")
    (group,) = lines(UNITS[0], "Group")
    text = (ROOT / "deploy" / page).read_text("utf-8")
    (command,) = re.findall(rf"sudo (install -g {group} -m \d+ config.yaml {folder}/config.yaml)", text)
    (tmp_path / "config.yaml").write_text("topics: {ours: {}}", "utf-8")
    (tmp_path / "there").mkdir()
    own = command.replace(f"-g {group} ", "").replace(folder, str(tmp_path / "there"))
    subprocess.run(shlex.split(own), cwd=tmp_path, check=True)
    assert (tmp_path / "there/config.yaml").stat().st_mode & 0o777 == 0o640


def told_to_systemd(folder: Path, shown: dict[str, str], *command: str) -> tuple[int, list[str], list[str]]:
    """(exit code, options, command) that the command of a person gives to systemd, which shows these properties."""
    for name, value in shown.items():
        (folder / name).write_text(f"{value}\n", "utf-8")
    asked = f'[ "$*" = "show --property=$name --value {UNITS[0]}" ]'
    tools = {
        "systemctl": f"name=${{2#--property=}}; {asked} && cat {folder}/$name",
        "systemd-run": f'printf "%s\\n" "$@" > {folder}/said; exit 3',
    }
    for name, text in tools.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        (folder / name).chmod(0o755)
    environ = {"PATH": f"{folder}:/usr/bin:/bin", "SUDO_USER": "anna"}
    done = subprocess.run([SYSTEMD / NAME, *command], env=environ, stderr=subprocess.PIPE, text=True, check=False)
    said = (folder / "said").read_text("utf-8") if (folder / "said").exists() else done.stderr
    options, _, called = said.partition("--\n")
    return done.returncode, options.splitlines(), called.splitlines()


CARRIED = ("User", "Group", "UMask", "WorkingDirectory", "StateDirectory", "StateDirectoryMode")


def shown_of_the_unit() -> dict[str, str]:
    """As `systemctl show` prints what the file says."""
    files = f"{lines(UNITS[0], 'EnvironmentFile')[0]} (ignore_errors=no)"
    own = {"LoadState": "loaded", "Environment": lines(UNITS[0], "Environment")[0], "EnvironmentFiles": files}
    return own | {"SupplementaryGroups": ""} | {key: lines(UNITS[0], key)[0] for key in CARRIED}


def test_a_command_of_a_person_has_the_settings_user_and_ledger_of_the_service(tmp_path: Path) -> None:
    code, options, command = told_to_systemd(tmp_path, shown_of_the_unit(), "replay", "--reason", "it is back")
    assert code == 3, "the command's exit code is the program's"
    assert command == [INSTALLED, "replay", "--reason", "it is back"]
    # A `check` before the first start finds no folder for the ledger yet: it makes it, as the service would.
    same = [f"--property={key}={lines(UNITS[0], key)[0]}" for key in CARRIED]
    settings = [f"--property=EnvironmentFile={lines(UNITS[0], 'EnvironmentFile')[0]}"]
    values = [f"--setenv={lines(UNITS[0], 'Environment')[0]}", "--setenv=SUDO_USER=anna"]
    assert {*same, *settings, *values, "--pipe", "--wait"} <= set(options)


@pytest.mark.parametrize(
    "quoted",
    [
        "$'LEDGER_URL=postgresql+psycopg://u@db/w?sslmode=require'",
        '"LEDGER_URL=postgresql+psycopg://u@db/w?sslmode=require"',
    ],
)
def test_a_command_of_a_person_sees_what_a_drop_in_sets(quoted: str, tmp_path: Path) -> None:
    """What `systemctl edit` set was not there: `check` looked at another ledger than the service's."""
    changed = {
        "User": "worker-2",
        "SupplementaryGroups": "certificates",
        "Environment": f"LOG_LEVEL=debug {quoted} HTTP_HOST={{a,b}}",
        "EnvironmentFiles": "/etc/worker.env (ignore_errors=no)\n/etc/more (2).env (ignore_errors=yes)",
    }
    _, options, _ = told_to_systemd(tmp_path, shown_of_the_unit() | changed, "check")
    ledger = "LEDGER_URL=postgresql+psycopg://u@db/w?sslmode=require"
    assert [one for one in options if one.startswith("--setenv=")][1:] == [
        f"--setenv={one}" for one in ("LOG_LEVEL=debug", ledger, "HTTP_HOST={a,b}")
    ]
    files = ["--property=EnvironmentFile=/etc/worker.env", "--property=EnvironmentFile=-/etc/more (2).env"]
    assert [one for one in options if "EnvironmentFile" in one] == files
    assert {"--property=User=worker-2", "--property=SupplementaryGroups=certificates"} <= set(options)


def test_without_the_service_a_command_of_a_person_says_so(tmp_path: Path) -> None:
    code, said, _ = told_to_systemd(tmp_path, {"LoadState": "not-found"}, "check")
    assert (code, len(said)) == (1, 2), "in both languages"
    assert all(f"deploy/systemd/{UNITS[0]}" in line for line in said)


def test_its_ledger_is_in_its_own_folder_and_the_backup_finds_it_there() -> None:
    (ledger,) = lines(UNITS[0], "Environment")
    folder, _, file = ledger.removeprefix("LEDGER_URL=sqlite:///").rpartition("/")
    assert folder == f"/var/lib/{NAME}" == lines(UNITS[1], "WorkingDirectory")[0]
    assert lines(UNITS[0], "StateDirectory") == [NAME]
    assert file == "worker.db"
    assert lines(UNITS[0], "User") == lines(UNITS[1], "User")


@pytest.mark.parametrize("path", sorted(SYSTEMD.iterdir()), ids=lambda path: path.name)
def test_its_head_says_how_to_install_it(path: Path) -> None:
    head = path.read_text("utf-8").partition("\n[")[0]
    script = "\n".join(re.findall(r"^#   (.*)$", head, re.MULTILINE))
    assert script or path.suffix in (".env", ".timer")
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    for name in re.findall(r"\bdeploy/[\w./-]*\w", script):
        assert list(ROOT.glob(f"{name}*")), name


# --- the backup ---


def backup(folder: Path) -> int:
    """Run the steps of the service in this folder, as systemd does: in order, the first failure ends it."""
    tool("sqlite3")
    (folder / "backup").mkdir(exist_ok=True)
    for line in lines(UNITS[1], "ExecStart"):
        code = subprocess.run(shlex.split(line.replace("%%", "%")), cwd=folder, check=False, timeout=300).returncode
        if code:
            return code
    return 0


def copies(folder: Path) -> list[Path]:
    return sorted((folder / "backup").iterdir())


def test_a_ledger_in_use_is_copied_whole(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    with sqlite3.connect(tmp_path / "worker.db") as other:
        other.execute("CREATE TABLE later (number INTEGER)")
        other.execute("INSERT INTO later VALUES (7)")
    assert (tmp_path / "worker.db-wal").stat().st_size > 0, "the newest rows are not in the file itself"
    assert backup(tmp_path) == 0
    other.close()
    ledger.close()
    (copy,) = copies(tmp_path)
    with sqlite3.connect(copy) as read:
        assert read.execute("SELECT number FROM later").fetchall() == [(7,)]
    read.close()


def test_a_ledger_that_is_written_all_the_time_is_copied(tmp_path: Path) -> None:
    """The copy of SQLite's own `.backup` began anew at each write, and never ended."""
    open_ledger(tmp_path).close()
    with sqlite3.connect(tmp_path / "worker.db") as filled:
        filled.execute("CREATE TABLE later (number INTEGER PRIMARY KEY, text BLOB)")
        filled.executemany("INSERT INTO later (text) VALUES (?)", [(os.urandom(4000),) for _ in range(5000)])
    filled.close()
    copied = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(tmp_path / "worker.db")) as other:
            while not copied.is_set():
                with other:
                    other.execute("UPDATE later SET text = ? WHERE number = 1", (os.urandom(4000),))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert backup(tmp_path) == 0
        assert writer.is_alive()
    finally:
        copied.set()
        writer.join()


def test_what_an_interrupted_backup_has_left_hinders_none(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup/unchecked.db").write_bytes(b"half")
    assert backup(tmp_path) == 0
    assert [path.name[:9] for path in copies(tmp_path)] == ["worker-20"]


def test_without_a_ledger_the_backup_fails_and_makes_none(tmp_path: Path) -> None:
    assert backup(tmp_path) != 0
    assert not copies(tmp_path)
    assert not (tmp_path / "worker.db").exists()


def test_a_damaged_ledger_leaves_the_good_copies_alone(tmp_path: Path) -> None:
    (tmp_path / "worker.db").write_bytes(b"no database" * 1000)
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup/worker-2026.db").write_bytes(b"good")
    assert backup(tmp_path) != 0
    assert (tmp_path / "backup/worker-2026.db").exists()
    assert not list((tmp_path / "backup").glob("worker-20*T*"))


def test_copies_older_than_two_weeks_are_deleted(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    assert backup(tmp_path) == 0
    (fresh,) = copies(tmp_path)
    for days in (13, 16):
        subprocess.run(["touch", "-d", f"{days} days ago", tmp_path / f"backup/worker-{days}.db"], check=True)
    assert backup(tmp_path) == 0
    assert {"worker-13.db", fresh.name} <= {path.name for path in copies(tmp_path)}
    assert "worker-16.db" not in {path.name for path in copies(tmp_path)}
