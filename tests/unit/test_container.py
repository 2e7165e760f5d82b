"""The Dockerfile and compose.yaml. No container engine runs here: their steps are carried out, their facts compared."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.support.third_party import licences
from tests.support.tools import checked, judged
from worker import __version__
from worker.cli import COMMANDS
from worker.config.loading import load
from worker.config.settings import GROUPS, HttpSettings
from worker.words.config_faults import ConfigError

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = {name: service for name, service in SERVICES.items() if "image" not in service}
DOCKERFILE = re.sub(r" \\\n\s*", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
BUILD, FINAL = (text for text in re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE) if text.startswith("FROM "))
OF_THE_SYSTEM = {"TZ"}
"""Variables that the worker's settings have no part in."""
every_worker = pytest.mark.parametrize("worker", WORKERS.values(), ids=WORKERS)


def said(instruction: str, stage: str) -> list[str]:
    return re.findall(rf"^{instruction} (.*)$", stage, re.MULTILINE)


def copied(stage: str) -> list[str]:
    """What is copied from this folder."""
    lines = [line.split() for line in said("COPY", stage)]
    return [name for *names, _ in lines for name in names if not names[0].startswith("--")]


# --- the image ---


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean virtual environment in which both stages have run; the libraries are those of these tests."""
    context, wheels = tmp_path_factory.mktemp("build"), tmp_path_factory.mktemp("wheels")
    for name in copied(BUILD):
        source, target = ROOT / name, context / name
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    steps = said("RUN", BUILD)
    for step in steps:
        _shell(step.replace("/wheels", str(wheels)).replace("pip ", f"{sys.executable} -m pip ", 1), context)
    environment = tmp_path_factory.mktemp("image")
    _shell(f"{sys.executable} -m venv --without-pip {environment}", context)
    site = Path(_shell(f"{environment}/bin/python -c 'import site; print(site.getsitepackages()[0])'", context).strip())
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    install = next(step for step in said("RUN", FINAL) if "/tmp/wheels" in step).partition(" && ")[0]  # noqa: S108
    pip = f"{sys.executable} -m pip --python {environment}/bin/python "
    _shell(install.replace("/tmp/wheels", str(wheels)).replace("pip ", f"{pip} ", 1), context)  # noqa: S108
    return environment


def _shell(command: str, folder: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_image_runs_the_program_from_any_folder(image: Path, tmp_path: Path) -> None:
    (entry,) = re.findall(r'^ENTRYPOINT \["(.*)"\]$', FINAL, re.MULTILINE)
    (tmp_path / "worker.py").write_text("raise SystemExit('another program')", encoding="utf-8")
    assert __version__ in _shell(f"{image}/bin/{entry} --version", tmp_path)
    assert str(image) in _shell(f"{image}/bin/python -P -c 'import worker; print(worker.__file__)'", tmp_path)


def test_the_image_has_all_of_the_program_and_nothing_of_its_tests(image: Path) -> None:
    (site,) = image.glob("lib/python3*/site-packages")
    there = {path.relative_to(site) for name in ("worker", "bitrix") for path in (site / name).rglob("*.*")}
    ours = {path.relative_to(ROOT) for name in ("worker", "bitrix") for path in (ROOT / name).rglob("*.*")}
    ours |= {Path("worker/docs", path.name) for path in (ROOT / "docs").glob("*.md")}
    assert {path for path in ours if path.suffix != ".pyc"} == {path for path in there if path.suffix != ".pyc"}
    assert not [name for name in ("tests", "sandbox") if (site / name).exists()]


def test_the_image_runs_commands_that_exist() -> None:
    (command,) = re.findall(r'^CMD \["(.*)"\]$', FINAL, re.MULTILINE)
    (health,) = re.findall(r'^HEALTHCHECK .*CMD \["camunda-bitrix-worker", "(.*)"\]$', FINAL, re.MULTILINE)
    assert (command, health) == ("run", "health")
    assert {command, health} <= set(COMMANDS)
    assert said("EXPOSE", FINAL) == [str(HttpSettings().port)]


def test_libraries_come_by_hash_and_nothing_else_is_downloaded() -> None:
    downloads = [step for step in said("RUN", DOCKERFILE) if re.search(r"\bpip (install|wheel|download)\b", step)]
    for step in downloads:
        pinned = "--require-hashes --no-deps -r /tmp/requirements.lock" in step
        assert pinned or "--no-deps --no-index" in step or "--no-deps --no-build-isolation" in step, step
        assert "--no-cache-dir" in step
    assert len(downloads) == 3
    assert not re.search(r"\b(apt-get|apt|apk|curl|wget)\b", DOCKERFILE)


def test_what_is_copied_exists_and_reaches_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    names = [name.removeprefix("./") for name in copied(DOCKERFILE)]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(names)
    assert all((ROOT / name).exists() for name in names)
    assert not [name for name in (".env", "worker.db", ".git", "tests") if any(fnmatch.fnmatch(name, n) for n in names)]


def test_the_image_has_a_user_whose_number_never_changes_and_who_owns_only_the_ledger() -> None:
    assert said("USER", FINAL) == ["1000:1000"]  # of the images before too: their volumes stay writable
    (ledger,) = re.findall(r"^ENV LEDGER_URL=sqlite:///(/\w+)/\S+$", FINAL, re.MULTILINE)
    before, volume, _ = FINAL.partition(f"\nVOLUME {ledger}\n")
    assert volume
    assert f"mkdir {ledger} && chown 1000:1000 {ledger}" in before  # later it would not reach the volume
    assert len(re.findall("chown|chmod", FINAL)) == 2


def test_the_image_says_what_it_is() -> None:
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', FINAL))
    assert {"title", "description", "licenses", "version", "revision"} == set(labels)
    assert all(f"ARG {name[1:]}=" in FINAL for name in labels.values() if name.startswith("$"))


def test_its_label_names_every_licence_that_it_brings() -> None:
    (label,) = re.findall(r'image\.licenses="([^"]*)"', FINAL)
    needed = {one for licence in licences().values() for one in licence.partition(" OR ")[0].split(" AND ")}
    assert set(label.split(" AND ")) == {"MIT"} | needed
    assert label.startswith("MIT AND "), "the program's own"
    assert "THIRD-PARTY.md" in copied(FINAL)


def test_a_linter_for_dockerfiles_has_nothing_to_say() -> None:
    assert checked("hadolint", "--failure-threshold", "info", ROOT / "Dockerfile") == ""


def test_the_linter_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN pip install x\nUSER worker\n", "utf-8")
    code, said = judged("hadolint", tmp_path / "Dockerfile")
    assert code != 0
    assert {"DL3006", "DL3013"} <= set(re.findall(r"DL\d+", said))


# --- compose.yaml ---


def filled(text: str, environ: Mapping[str, str]) -> str:
    """As Compose fills `${NAME:-default}`; no other form is used."""
    text = re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: environ.get(found[1]) or found[2], text)
    assert "${" not in text
    return text


def reached(worker: Mapping[str, Any], **environ: str) -> dict[str, str]:
    """The variables of the worker in its container; `environ`: the lines of `.env`."""
    return {name: filled(text, environ) for name, text in worker["environment"].items()}


def test_it_fits_the_published_schema() -> None:
    checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml")


def test_a_misspelt_key_is_found_by_it(tmp_path: Path) -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8").replace("stop_grace_period", "stop_grace_perod")
    (tmp_path / "compose.yaml").write_text(text, "utf-8")
    code, said = judged("check-jsonschema", "--builtin-schema", "vendor.compose-spec", tmp_path / "compose.yaml")
    assert code != 0
    assert "stop_grace_perod" in said


def test_the_engine_is_the_one_the_tests_run() -> None:
    assert SERVICES["engine"]["image"] == "camunda/camunda-bpm-platform:run-7.24.0"
    assert "<version>7.24.0</version>" in (ROOT / "sandbox/engine/java/pom-camunda.xml").read_text(encoding="utf-8")


def test_there_is_a_profile_with_an_engine_and_one_without() -> None:
    profiles = {name: service["profiles"] for name, service in SERVICES.items()}
    engine, own = ["engine"], ["own-engine"]
    assert profiles == {"worker": engine, "worker-own": own, "engine": engine, "database": engine}
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            assert profiles[needed] == service["profiles"]
            assert how["condition"] == "service_healthy"
            assert "healthcheck" in SERVICES[needed]


def test_with_your_own_engine_all_of_the_env_file_reaches_the_worker() -> None:
    """A login in it that Compose kept to itself would look like a wrong password."""
    assert WORKERS["worker-own"]["env_file"] == [{"path": ".env", "required": False}]
    assert "env_file" not in WORKERS["worker"]  # its engine knows no login


@pytest.mark.parametrize("name", ["compose.yaml", "deploy/README.md", "deploy/README.ru.md"])
def test_who_has_an_older_compose_is_told(name: str) -> None:
    """Before 2.24 Compose refuses an env_file that may be missing."""
    assert re.search(r"Compose,? 2\.24", (ROOT / name).read_text("utf-8"))


@every_worker
@pytest.mark.parametrize("name", ["LEDGER_URL", "HTTP_HOST", "TZ", "LOG_LANGUAGE", "BITRIX_WEBHOOK_URL_FILE"])
def test_a_line_of_the_env_file_wins_over_what_stands_here(worker: dict[str, Any], name: str) -> None:
    """Otherwise a ledger in PostgreSQL, or a copy for the way back, would not be used, without a word."""
    assert reached(worker, **{name: "of a person"})[name] == "of a person"


@every_worker
def test_a_webhook_in_a_file_is_enough_and_without_any_the_worker_says_so(
    worker: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "webhook").write_text("https://portal.example/rest/1/secret/\n", "utf-8")
    engine = {"CAMUNDA_BASE_URL": "http://mine:8080/engine-rest"}
    assert load(None, reached(worker, **engine, BITRIX_WEBHOOK_URL_FILE=str(tmp_path / "webhook")))
    with pytest.raises(ConfigError, match="BITRIX_WEBHOOK_URL"):
        load(None, reached(worker, **engine))


@every_worker
def test_the_worker_is_given_settings_that_exist(worker: dict[str, Any]) -> None:
    names = {f"{group}_{field}".upper() for group, model in GROUPS.items() for field in model.model_fields}
    assert {name.removesuffix("_FILE") for name in worker["environment"]} <= names | OF_THE_SYSTEM
    assert set(re.findall(r"^ENV (\w+)=", DOCKERFILE, re.MULTILINE)) <= names


def test_each_worker_finds_its_engine() -> None:
    own = "http://mine:8080/engine-rest"
    addresses = {name: reached(one, CAMUNDA_BASE_URL=own)["CAMUNDA_BASE_URL"] for name, one in WORKERS.items()}
    assert addresses == {"worker": "http://engine:8080/engine-rest", "worker-own": own}


def test_each_ledger_survives_its_container_and_belongs_to_one_engine() -> None:
    volumes = {
        name: dict(volume.split(":")[:2] for volume in service["volumes"])
        for name, service in SERVICES.items()
        if "volumes" in service
    }
    for name, worker in WORKERS.items():
        folder = reached(worker)["LEDGER_URL"].removeprefix("sqlite:///").rpartition("/")[0]
        assert folder in volumes[name].values()
    named = [volume for one in volumes.values() for volume in one]
    assert sorted(named) == sorted(set(COMPOSE["volumes"]))


@every_worker
def test_the_worker_may_do_no_more_than_it_must(worker: dict[str, Any]) -> None:
    assert worker["read_only"] is True
    assert worker["tmpfs"] == ["/tmp"]  # noqa: S108 - of the container
    assert worker["cap_drop"] == ["ALL"]
    assert worker["security_opt"] == ["no-new-privileges:true"]


@every_worker
def test_a_stop_is_given_the_time_that_it_may_take(worker: dict[str, Any]) -> None:
    assert int(worker["stop_grace_period"].removesuffix("s")) > 12


@every_worker
def test_dates_without_offset_are_in_a_time_zone_that_exists(worker: dict[str, Any]) -> None:
    zone = reached(worker)["TZ"]
    assert ZoneInfo(zone)
    assert f"/usr/share/zoneinfo/{zone}\n" in DOCKERFILE


@every_worker
def test_the_page_can_be_reached_from_this_machine_only(worker: dict[str, Any]) -> None:
    assert reached(worker)["HTTP_HOST"] == "0.0.0.0"  # noqa: S104 - of the container
    for port in (HttpSettings().port, 9090):
        environ = {"HTTP_PORT": str(port)}
        assert reached(worker, **environ)["HTTP_PORT"] == str(port)
        assert [filled(one, environ) for one in worker["ports"]] == [f"127.0.0.1:{port}:{port}"]


def _start(worker: dict[str, Any], folder: Path, code: int, *command: str) -> subprocess.Popen[str]:
    """What compose starts, with a program that writes its arguments down and ends with `code` if asked to validate."""
    program = folder / "camunda-bitrix-worker"
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\n[ "$1" != validate ] || exit {code}\n', "utf-8")
    program.chmod(0o755)
    words = [word.replace("$$", "$") for word in worker["entrypoint"]]
    path = f"{folder}:{os.environ['PATH']}"
    return subprocess.Popen([*words, *(command or worker["command"])], env={"PATH": path}, text=True)


def _asked(folder: Path) -> list[str]:
    return (folder / "asked").read_text("utf-8").splitlines() if (folder / "asked").exists() else []


@every_worker
def test_a_wrong_configuration_waits_for_a_person_and_is_not_started_again(
    worker: dict[str, Any], tmp_path: Path
) -> None:
    assert worker["restart"] == "unless-stopped"  # also after a restart of the machine
    process = _start(worker, tmp_path, 2)
    try:
        until = time.monotonic() + 60
        while Path(f"/proc/{process.pid}/comm").read_text("utf-8") != "sleep\n":
            assert process.poll() is None, "compose would start it again"
            assert time.monotonic() < until
            time.sleep(0.01)
        assert _asked(tmp_path) == ["validate"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM
    finally:
        process.kill()
        process.wait()


@every_worker
@pytest.mark.parametrize("code", [0, 1, 70])
def test_what_a_restart_may_help_is_started(worker: dict[str, Any], tmp_path: Path, code: int) -> None:
    assert _start(worker, tmp_path, code).wait(30) == 0
    assert _asked(tmp_path) == ["validate", "run"]


@every_worker
def test_other_commands_can_be_run_in_its_place(worker: dict[str, Any], tmp_path: Path) -> None:
    assert _start(worker, tmp_path, 2, "check", "--model", "a b").wait(30) == 0
    assert _asked(tmp_path) == ["check --model a b"]
