"""What is wrong with the address of a ledger: a parameter that cannot be meant, a file or folder that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.authority import Authority
from worker.config.loading import load
from worker.words.config_faults import ConfigError

NEEDED = {
    "CAMUNDA_BASE_URL": "https://engine.example/engine-rest",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/k3yofthep0rtal99/",
}
PASSWORD = "geheim-4711"


def warned(query: str) -> list[str]:
    url = f"postgresql+psycopg://worker:{PASSWORD}@db.example/worker?{query}"
    said = [one.line("en") for one in load(None, NEEDED | {"LEDGER_URL": url}, language="en").warnings]
    assert PASSWORD not in str(said)
    return said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sslmod=require", "PostgreSQL has no parameter sslmod: correct its name → sslmode, or remove it"),
        ("sslmode=requre", "sslmode=requre: must be one of disable, allow, prefer, require, verify-ca, verify-full"),
        ("sslmode=", "sslmode=: must be one of "),
        ("sslmode=require&sslrootcert=system", "takes sslmode=verify-full alone"),
        ("sslmode=require&zzzzzz=1", "PostgreSQL has no parameter zzzzzz: correct its name, or remove it"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_a_fault(query: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        warned(query)
    [fault] = caught.value.problems
    assert fault.path == "ledger.url"
    assert said in fault.text("en")
    assert PASSWORD not in str(caught.value)


def test_a_question_mark_in_the_password_begins_no_parameters() -> None:
    url = "postgresql+psycopg://worker:of?the=ledger@db.example/worker?sslmode=require"
    assert load(None, NEEDED | {"LEDGER_URL": url}).warnings == ()


def test_good_parameters_are_taken_in_silence(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    pair = authority.issue("worker")
    files = f"sslrootcert={authority.certificate}&sslcert={pair.certificate}&sslkey={pair.key}"
    for query in ("sslmode=require", f"sslmode=verify-full&{files}", "sslrootcert=system&sslmode=verify-full"):
        assert warned(f"{query}&connect_timeout=3&application_name=worker-2") == []
    assert warned("sslmode=disable&sslrootcert=/nowhere/root.crt") == []


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_a_file_that_is_not_there_is_named_with_its_parameter(tmp_path: Path, mode: str) -> None:
    authority = Authority(tmp_path / "authority")
    ours, other = authority.issue("worker"), authority.issue("other")
    for query, name in (
        ("sslrootcert=/nowhere/root.crt", "sslrootcert: /nowhere/root.crt"),
        (f"sslrootcert={ours.key}", f"sslrootcert: {ours.key}"),
        (f"sslcert=/nowhere/w.crt&sslkey={ours.key}", "sslcert: /nowhere/w.crt"),
        (f"sslcert={ours.certificate}&sslkey=/nowhere/w.key", "sslkey: /nowhere/w.key"),
        (f"sslcert={ours.certificate}&sslkey={other.key}", f"sslkey: {other.key}"),
    ):
        [said] = warned(f"sslmode={mode}&{query}")
        assert said.startswith(f"ledger.url (variable LEDGER_URL): {name} ")


def test_a_path_that_lacks_its_first_slash_is_told_with_the_address_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sqlite:///data/worker.db` counts from the current folder; that this has no `data` says nothing of the cure."""
    meant = tmp_path / "data" / "worker.db"
    meant.parent.mkdir()
    (here := tmp_path / "here").mkdir()
    monkeypatch.chdir(here)
    url = f"sqlite://{meant}"
    with pytest.raises(ConfigError) as caught:
        load(None, NEEDED | {"LEDGER_URL": url}, language="en")
    [fault] = caught.value.problems
    assert fault.text("en").endswith(f"if {meant.parent} is meant, write sqlite:///{meant}")
    Path(str(meant.parent)[1:]).mkdir(parents=True)
    assert load(None, NEEDED | {"LEDGER_URL": url}).ledger.url == url
