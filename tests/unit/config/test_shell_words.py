"""What only a shell would fill in or expand is a fault, and a file or a name of another place is told its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from worker.cli import main
from worker.config.loading import load
from worker.words.config_faults import ConfigError

SECRET = "k3yofthep0rtal99"
Refused = Callable[[str, str], str]
NEEDED = {
    "CAMUNDA_BASE_URL": "https://engine.example/engine-rest",
    "BITRIX_WEBHOOK_URL": f"https://portal.example/rest/1/{SECRET}/",
}


def faults(environ: dict[str, str], file: Path | None = None) -> list[str]:
    try:
        load(file, NEEDED | environ, language="en")
    except ConfigError as error:
        return [one.line("en") for one in error.problems]
    return []


@pytest.mark.parametrize(
    "said", ["$HOSTNAME", "worker-$HOSTNAME", "w-$(HOSTNAME)", "%HOSTNAME%", "{{ host }}", "{HOST}"]
)
def test_a_name_that_nobody_fills_is_a_fault(tmp_path: Path, said: str) -> None:
    """Each worker would have the same id, and take the locks of the others for its own."""
    file = tmp_path / "config.yaml"
    file.write_text(f"camunda: {{worker_id: '{said}', tenant_ids: ['{said}']}}", encoding="utf-8")
    found = faults({}, file)
    assert [one.partition(" ")[0] for one in found] == ["camunda.worker_id", "camunda.tenant_ids"]
    assert all(": nobody fills " in one for one in found)
    [told] = faults({"CAMUNDA_WORKER_ID": said})
    assert told.startswith("camunda.worker_id (variable CAMUNDA_WORKER_ID): nobody fills ")


@pytest.mark.parametrize("name", ["CAMUNDA_CA_FILE", "CAMUNDA_AUTH_TOKEN_FILE", "BITRIX_CLIENT_CERT", "LEDGER_URL"])
def test_a_path_that_a_shell_would_expand_is_a_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    begin = "sqlite:///" if name == "LEDGER_URL" else ""
    for said, word, whole in (
        ("~/file", "~", f"{begin}/home/anna/file"),
        ("~root/file", "~root", f"{begin}{Path('~root/file').expanduser()}"),
        ("~nobody_of_this_name/file", "~nobody_of_this_name", "from / on"),
    ):
        [told] = faults({name: f"{begin}{said}"})
        assert told.endswith(f": only a shell expands {word}: write the whole path, {whole}")
    for said in ("$HOME/file", "${HOME}/file"):
        [told] = faults({name: f"{begin}{said}"})
        assert ": nobody fills $" in told


NOTATIONS = ("${}", "$({})", "%{}%", "{{{{{}}}}}", "{{{{ {} }}}}", "${{{}")
LOGIN = {"CAMUNDA_AUTH_ENABLED": "true", "CAMUNDA_AUTH_USERNAME": "worker"}


def doubts(environ: dict[str, str], file: Path | None = None) -> list[str]:
    found = load(file, NEEDED | LOGIN | environ, language="en").warnings
    return [one.line("en") for one in found if "looks like the name of a variable" in one.line("en")]


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_secret_in_another_notation_of_variables_is_told(tmp_path: Path, notation: str) -> None:
    """The engine refused the login, and nobody said that `$ENGINE_PW` was the password."""
    said = notation.format("ENGINE_PW")
    [told] = doubts({"CAMUNDA_AUTH_PASSWORD": said})
    assert told.startswith("camunda.auth_password (variable CAMUNDA_AUTH_PASSWORD): looks like the name of a variable")
    assert told.endswith("and the file's name into CAMUNDA_AUTH_PASSWORD_FILE")
    assert "ENGINE_PW" not in told, "it may be the password"
    [told] = faults(LOGIN | {"CAMUNDA_AUTH_PASSWORD": said, "ENGINE_PW": SECRET})
    assert "names the variable ENGINE_PW of the environment in another notation" in told
    assert "write ${ENGINE_PW}" in told
    (file := tmp_path / "config.yaml").write_text(f"camunda: {{auth_password: '{said}'}}", encoding="utf-8")
    if notation != "${{{}":  # the file's own notation, which is a fault
        assert len(doubts({}, file)) == 1
        assert len(faults(LOGIN | {"ENGINE_PW": SECRET}, file)) == 1
    file.write_text(said, encoding="utf-8")
    assert doubts({"CAMUNDA_AUTH_PASSWORD_FILE": str(file)}) == [], "that silences it"


@pytest.mark.parametrize("said", ["$ecretWord", "pa$$word", "100%sure%", "$ENGINE_PW!", "{{", "$", "%%", "$1secret"])
def test_a_password_that_only_begins_so_is_one(said: str) -> None:
    assert doubts({"CAMUNDA_AUTH_PASSWORD": said}) == []


PEM = "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBg\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize("name", ["CAMUNDA_CA_FILE", "BITRIX_CLIENT_KEY", "BITRIX_CLIENT_CERT"])
@pytest.mark.parametrize("said", [PEM, PEM.strip().replace("\n", ""), PEM.replace("PRIVATE KEY", "CERTIFICATE")])
def test_a_certificate_or_key_in_place_of_its_file_is_a_fault_that_does_not_repeat_it(name: str, said: str) -> None:
    [told] = faults({name: said})
    assert ": holds the certificate or the key itself, and the name of its file is needed: put it into a file" in told
    assert "MIIB" not in told


@pytest.mark.parametrize("option", ["sslrootcert", "sslcert", "sslkey", "passfile"])
def test_so_is_one_of_the_database(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    [told] = faults({"LEDGER_URL": f"postgresql+psycopg://me:{SECRET}@db.example/worker?{option}=~/file"})
    assert told.endswith(f": {option}: only a shell expands ~: write the whole path, /home/anna/file")


@pytest.mark.parametrize("name", ["BITRIX_WEBHOOK_URL", "CAMUNDA_AUTH_PASSWORD", "LEDGER_URL"])
def test_so_is_a_file_with_a_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert any(
        told.endswith(f"(variable {name}_FILE): only a shell expands ~: write the whole path, /home/anna/file")
        for told in faults({name: "", f"{name}_FILE": "~/file"})
    )


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Refused:
    """Types a command with an argument, which is refused and leaves nothing in its folder; returns what is said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("LOG_LANGUAGE", "en")

    def said_to(typed: str, argument: str) -> str:
        with pytest.raises(SystemExit):
            main([*typed.split(), argument])
        assert list(tmp_path.iterdir()) == []
        said = capsys.readouterr()
        assert said.out == ""
        return said.err

    return said_to


@pytest.mark.parametrize("typed", ["run -c", "validate --config", "health -c", "init", "check --model"])
def test_so_is_a_path_on_the_command_line(typed: str, refused: Refused) -> None:
    """A shell leaves it in quotes, and nobody expands what a container or systemd is told to start."""
    assert ": only a shell expands ~: write the whole path, /home/anna/file\n" in refused(typed, "~/file")


@pytest.mark.parametrize("given", ["", "  "])
@pytest.mark.parametrize("typed", ["run -c", "validate --config", "health -c", "init"])
def test_an_empty_path_is_a_fault_with_its_usual_cause(typed: str, given: str, refused: Refused) -> None:
    """`-c "$CONFIG"` where CONFIG is not set: the folder was read as the file."""
    told = refused(typed, given)
    assert ": is empty: name a file or a folder (a variable in the command is perhaps not set)\n" in told


@pytest.mark.parametrize("typed", ["run -c", "init", "check --model", "explain", "replay --all --reason"])
def test_an_argument_whose_bytes_are_no_text_is_a_fault(typed: str, refused: Refused) -> None:
    assert "holds bytes that are not UTF-8: write it in UTF-8" in refused(typed, "a\udcffb")


@pytest.mark.parametrize("typed", ["run -c", "validate --config", "init", "check --model"])
def test_a_dash_in_the_place_of_a_path_names_the_input(typed: str, refused: Refused) -> None:
    assert "a - does not read standard input: write /dev/stdin, or ./- for" in refused(typed, "-")


@pytest.mark.parametrize("typed", ["run -c", "validate --config", "health -c", "init", "check --model"])
def test_an_address_in_the_place_of_a_path_is_a_fault_and_lies_nowhere(typed: str, refused: Refused) -> None:
    """`init https://…` made folders of these names."""
    told = refused(typed, "https://portal.example/rest/1/s3cr3t/")
    assert "an address stands where a file or a folder is expected" in told
    assert "s3cr3t" not in told


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CAMUNDA_WORKER_ID", "worker$1-a$b"),
        ("CAMUNDA_WORKER_ID", "worker~1"),
        ("LEDGER_URL", "sqlite:///folder~/100%.db"),
        ("LEDGER_URL", "postgresql+psycopg://me:$SECRET{x}@db.example/worker"),
        ("CAMUNDA_TENANT_IDS", "a$b,50%"),
        ("WAITING_APPLICATION_TOKEN", "$TOKEN-{x}-%ABC%"),
    ],
)
def test_other_characters_are_taken(name: str, said: str) -> None:
    assert faults({name: said}) == []


def test_what_the_file_fills_is_filled(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("camunda: {worker_id: 'worker-${HOSTNAME}'}", encoding="utf-8")
    assert load(file, NEEDED | {"HOSTNAME": "node-1"}).camunda.worker_id == "worker-node-1"


@pytest.mark.parametrize(
    "text", ["CAMUNDA_LOCK_SECONDS=200\n", f"export BITRIX_WEBHOOK_URL={NEEDED['BITRIX_WEBHOOK_URL']}"]
)
def test_an_env_file_in_place_of_the_configuration_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "my.env"
    file.write_text(text, encoding="utf-8")
    [told] = faults({}, file)
    assert told.startswith(f"{file} holds variables of the environment, and a shell reads it: set -a; . {file}; set +a")
    assert SECRET not in told


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("CAMUNDA_LOCK_SECONDS: 200", "camunda.lock_seconds"),
        ("camunda: {url: x}", "base_url, cockpit_url"),
        ("bitrix: {url: x}", "webhook_url"),
        ("bitrix: {priority: 1}", "default_priority"),
        ("waiting: {token: x}", "application_token"),
    ],
)
def test_a_setting_is_found_by_a_part_of_its_name_and_by_its_variable(tmp_path: Path, text: str, meant: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    [told] = faults({}, file)
    assert told.endswith(f"is not a setting → {meant}?")
