"""What is published: wheel and sdist are built and checked, and the installed command runs anywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.support import settings_schema
from worker import __version__
from worker.commands import starter
from worker.config.loading import load
from worker.words.config_faults import ConfigError
from worker.words.phrase import LANGUAGES, Language

ROOT = Path(__file__).parents[2]
SOURCES = (
    "worker",
    "bitrix",
    "sandbox",
    "docs",
    "README.md",
    "README.ru.md",
    "CHANGELOG.md",
    "LICENSE",
    "THIRD-PARTY.md",
    "MANIFEST.in",
)
MORE = ("setup.py", "setup.cfg", "pyproject.toml", "config.yaml", "requirements.lock")
SECONDS = 300
NEEDED = {
    "CAMUNDA_BASE_URL": "http://e/engine-rest",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/verysecretcode/",
}
SETTING = re.compile(r"^( *)(#? *)([A-Za-z_0-9]+):")
FILES = ("config.en.yaml", "config.ru.yaml", "env.en", "env.ru", "schema.en.json", "schema.ru.json")
pytestmark = pytest.mark.xdist_group("installed")


def run(*command: str | Path, cwd: Path, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [str(one) for one in command],
        cwd=cwd,
        env=kept | {"LOG_LANGUAGE": "en", "PIP_NO_INDEX": "1"} | dict(environ or {}),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources: a build leaves files beside them."""
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES + MORE:
        whole = ROOT / name
        if whole.is_dir():
            shutil.copytree(whole, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(whole, copy / name)
    return copy


@pytest.fixture(scope="module")
def published(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with wheel and sdist."""
    made = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", made, source, cwd=made)
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    return made


@pytest.fixture(scope="module")
def command(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command, in a virtual environment that finds the libraries of this one."""
    venv = tmp_path_factory.mktemp("venv")
    made = run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=venv)
    assert made.returncode == 0, made.stderr
    (wheel,) = published.glob("*.whl")
    python = venv / "bin/python"
    installed = run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", wheel, cwd=venv)
    assert installed.returncode == 0, installed.stderr
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "of_the_tests.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return venv / "bin/camunda-bitrix-worker"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with modules of the same names as ours."""
    for name in ("worker.py", "bitrix.py"):
        (tmp_path / name).write_text("raise SystemExit('another program')\n", encoding="utf-8")
    return tmp_path


def test_what_is_published_passes_the_check_of_the_registry(published: Path) -> None:
    checked = run(sys.executable, "-m", "twine", "check", "--strict", *published.iterdir(), cwd=published)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("PASSED") == 2


def test_the_wheel_holds_the_program_and_what_it_reads(published: Path) -> None:
    (wheel,) = published.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"worker", "bitrix", f"camunda_bitrix_worker-{__version__}.dist-info"}
    assert {"worker/py.typed", "bitrix/py.typed", "worker/monitoring/page.html"} <= set(names)
    assert {f"worker/config/shipped/{name}" for name in FILES} <= set(names)
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert {name for name in names if name.startswith("worker/docs/")} == {f"worker/docs/{name}" for name in pages}
    code = {path.relative_to(ROOT).as_posix() for top in ("worker", "bitrix") for path in (ROOT / top).rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == code


def test_a_wheel_holds_nothing_that_an_earlier_build_has_left(source: Path, published: Path, tmp_path: Path) -> None:
    """Built in the sources, as README.md says, and not by way of an sdist."""
    for old in (source / "build/lib/worker/deleted.py", source / "build/lib/deleted/__init__.py"):
        old.parent.mkdir(parents=True, exist_ok=True)
        old.touch()
    command = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source)
    built = run(sys.executable, "-m", "pip", *command, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    (wheel,), (of_sdist,) = tmp_path.glob("*.whl"), published.glob("*.whl")
    assert sorted(zipfile.ZipFile(wheel).namelist()) == sorted(zipfile.ZipFile(of_sdist).namelist())
    assert [path.name for path in (source / "build").iterdir()] == ["lib"], "a build leaves nothing for the next one"


def test_the_sdist_holds_the_same_and_the_texts(published: Path) -> None:
    (sdist,) = published.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "README.md",
        "README.ru.md",
        "CHANGELOG.md",
        "LICENSE",
        "THIRD-PARTY.md",
        "config.yaml",
        "requirements.lock",
    } <= names
    assert not [name for name in names if name.startswith(("sandbox", "tests"))]


def test_no_pip_takes_the_old_way_to_install_it(published: Path) -> None:
    """Without a named backend the pip of Debian 12 warns that its way will end."""
    (sdist,) = published.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        (name,) = [one for one in archive.getnames() if one.endswith("/pyproject.toml")]
        file = archive.extractfile(name)
        assert file
        assert tomllib.load(file)["build-system"]["build-backend"] == "setuptools.build_meta"


def test_the_command_runs_beside_modules_of_its_packages_names(command: Path, elsewhere: Path) -> None:
    told = run(command, "--version", cwd=elsewhere)
    assert told.stdout == f"camunda-bitrix-worker {__version__}\n", told.stderr
    begun = run(command, "init", cwd=elsewhere)
    assert begun.returncode == 0, begun.stderr
    good = run(command, "validate", cwd=elsewhere, environ=NEEDED)
    assert good.returncode == 0, good.stderr
    assert "The configuration is good." in good.stdout
    assert json.loads(run(command, "schema", cwd=elsewhere).stdout)["properties"]
    assert run(command, "status", "--help", cwd=elsewhere).returncode == 0
    page = run(command, "docs", "model-faults#raise-the-retries", cwd=elsewhere)
    assert page.stdout.startswith("## Raise the retries\n"), page.stderr


def test_the_environment_that_init_writes_is_read_by_a_shell(command: Path, elsewhere: Path) -> None:
    assert run(command, "init", cwd=elsewhere).returncode == 0
    lines = (
        (elsewhere / ".env").read_text("utf-8").replace("WEBHOOK_URL=", "WEBHOOK_URL=https://p.example/rest/1/code/")
    )
    (elsewhere / ".env").write_text(lines, encoding="utf-8")
    done = run("sh", "-c", f"set -a; . ./.env; set +a; exec {command} validate", cwd=elsewhere)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_shell_is_told_how_a_line_can_go_on(command: Path, elsewhere: Path) -> None:
    line, answer = "camunda-bitrix-worker sta", elsewhere / "answer"
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n"}
    run(command, cwd=elsewhere, environ=asked | {"_ARGCOMPLETE_STDOUT_FILENAME": str(answer)})
    assert answer.read_text("utf-8").split() == ["status"]
    (elsewhere / "without").mkdir()
    (elsewhere / "without/argcomplete.py").write_text("raise ImportError\n", encoding="utf-8")
    without = run(command, "--version", cwd=elsewhere, environ=asked | {"PYTHONPATH": str(elsewhere / "without")})
    assert without.returncode == 0, without.stderr


# --- what is shipped beside config.yaml ---


def test_the_top_level_has_the_text_that_is_shipped() -> None:
    top = (ROOT / "config.yaml").read_text("utf-8")
    assert starter.shipped("config.en.yaml") == top, "python -m tests.support.settings_page"
    changed = [
        (a, b) for a, b in zip(top.splitlines(), starter.configuration("en").splitlines(), strict=True) if a != b
    ]
    assert [(a.split()[:2], b.split()[-1] if "schema" in b else b.split()[1]) for a, b in changed] == [
        (["#", "yaml-language-server:"], "$schema=config.schema.json"),
        (["#", "language:"], "en"),
    ]


def test_both_languages_show_the_same_settings_in_the_same_order() -> None:
    """A setting that is new in config.yaml is explained in worker/config/shipped/config.ru.yaml too."""
    english, russian = (
        [
            found.groups()
            for line in starter.shipped(f"config.{language}.yaml").splitlines()
            if (found := SETTING.match(line))
        ]
        for language in ("en", "ru")
    )
    assert russian == english
    values = [yaml.safe_load(starter.shipped(f"config.{language}.yaml")) for language in ("en", "ru")]
    assert values[0] == values[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_schema_is_that_of_the_settings_models(language: Language) -> None:
    assert starter.schema(language) == settings_schema.schema(language), "python -m tests.support.settings_page"


# --- the schema, as an editor applies it ---


def faults(document: Any, language: str = "en") -> list[str]:
    schema = json.loads((ROOT / f"worker/config/shipped/schema.{language}.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return [f"{one.json_path}: {one.message}" for one in jsonschema.Draft7Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_configuration_keeps_to_the_schema(language: str) -> None:
    """Also with all that is only shown as a comment."""
    shipped = ROOT / "worker/config/shipped"
    files = (ROOT / "config.yaml", *(ROOT / "examples").glob("*.yaml"), *shipped.glob("*.yaml"))
    assert len(files) >= 4
    for path in files:
        text = path.read_text("utf-8")
        shown = re.sub(r"^( *)# ( *[A-Za-z_0-9]+:(?: |$))", r"\1\2", text, flags=re.MULTILINE)
        assert faults(yaml.safe_load(text), language) == [], path.name
        if path.name.startswith("config"):
            given = shown.replace("webhook_url: ", "webhook_url: https://portal.example/rest/1/x ")
            assert faults(yaml.safe_load(given), language) == [], path.name


@pytest.mark.parametrize(
    "document",
    [
        "camunda: {worker: x}",
        "camnda: {}",
        "bitrix: {limits: {preset: clod}}",
        "bitrix: {limits: {persecond: 1}}",
        "topics: {t: {wait: {declned: incident}}}",
        "topics: {t: {retrys: 3}}",
        "log: {level: loud}",
        "http: {port: 80900}",
        "http: {port: many}",
    ],
)
def test_what_the_worker_refuses_is_found_by_the_schema(document: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(document, encoding="utf-8")
    with pytest.raises(ConfigError):
        load(tmp_path / "config.yaml", NEEDED)
    assert len(faults(yaml.safe_load(document))) == 1


@pytest.mark.parametrize(
    "document",
    [
        "http: {port: '${PORT:-8090}'}\nlog: {level: '${LEVEL:-info}'}\nsync: {enabled: '${SYNC:-true}'}",
        "bitrix: {limits: cloud, portal_templates: 'off', portal_templates_except: 'A, B'}",
        "camunda: {tenant_ids: 'a, b'}\nworking_time: {hours: 9:00-18:00, weekend: 'sat, sun'}",
        "camunda: {worker_id: null}\ntopics:",
        "topics: {t: {task: {UF_X: 1, title: a}, wait: {answers: {'1': 2}}}}",
    ],
)
def test_what_the_worker_takes_is_taken_by_the_schema(document: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(document, encoding="utf-8")
    load(tmp_path / "config.yaml", NEEDED)
    assert faults(yaml.safe_load(document)) == []
