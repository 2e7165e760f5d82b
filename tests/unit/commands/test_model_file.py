"""`check --model FILE`: a modeller checks a model before it is deployed, without engine, portal or webhook."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import ROOT
from tests.support.undeployable_models import REFUSED
from worker.cli import main
from worker.commands.check import model_folders
from worker.commands.check.model_folders import MODEL_SPACE
from worker.commands.check.model_sources import is_file, is_local

MODEL = """<?xml version="1.0" encoding="{encoding}"?>
<definitions><process id="order"><serviceTask id="ask" name="Согласовать" type="external" topic="{topic}">
<extensionElements>
<inputOutput><inputParameter name="responsibleID">1</inputParameter></inputOutput></extensionElements></serviceTask>
</process></definitions>"""


pytestmark = pytest.mark.usefixtures("nothing_set")


def checked(
    folder: Path, capsys: pytest.CaptureFixture[str], encoding: str = "UTF-8", topic: str = "bitrix_create_task"
) -> tuple[int, str]:
    file = folder / "order.bpmn"
    file.write_bytes(MODEL.format(encoding=encoding, topic=topic).encode(encoding))
    return main(["check", "--model", str(file)]), capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1251", "UTF-16"])
def test_a_file_is_checked_without_engine_and_portal(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = checked(tmp_path, capsys, encoding)
    assert code == 0
    assert "WARN model order.bpmn, step ask: the worker does not read the input parameters: responsibleID" in said
    assert "portal" not in said.replace("portal_templates", "")


def test_an_empty_id_is_told_of_what_is_around_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "order.bpmn"
    text = MODEL.format(encoding="UTF-8", topic="bitrix_create_task").replace('id="order"', 'id=""')
    file.write_text(text.replace("<definitions>", '<definitions id="d">'), encoding="utf-8")
    assert main(["check", "--model", str(file)]) == 3
    assert "FAIL model order.bpmn, root d: an element process has an empty id" in capsys.readouterr().out


def test_a_fault_of_the_step_ends_with_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "order.bpmn"
    text = MODEL.format(encoding="UTF-8", topic="bitrix_create_task").replace("responsibleID", "UF_RESULT_EXPECED")
    file.write_text(text, encoding="utf-8")
    assert main(["check", "--model", str(file)]) == 3
    assert "FAIL model order.bpmn, step ask: " in capsys.readouterr().out


def test_each_model_that_the_engine_refuses_is_a_failure_beside_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One whose finding could not be put into words ended the command, and said nothing of all the others."""
    for number, (xml, _) in enumerate(REFUSED.values()):
        (tmp_path / f"m{number}.bpmn").write_text(xml.format(key="k"), encoding="utf-8")
    assert main(["check", "--model", str(tmp_path)]) == 3
    said = capsys.readouterr().out
    assert [number for number in range(len(REFUSED)) if f"FAIL model m{number}.bpmn" not in said] == []


@pytest.mark.parametrize("between", [[], ["--model"]])
def test_every_model_that_is_named_is_checked_once(
    between: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MODEL.format(encoding="UTF-8", topic="bitrix_create_task")
    bad, good = tmp_path / "bad.bpmn", tmp_path / "good.bpmn"
    bad.write_text(text.replace("responsibleID", "UF_RESULT_EXPECED"), encoding="utf-8")
    good.write_text(text.replace("responsibleID", "responsibleId"), encoding="utf-8")
    assert main(["check", "--model", str(bad), *between, str(good), *between, str(bad)]) == 3
    said = capsys.readouterr().out
    assert said.count("FAIL model bad.bpmn") == 1
    assert said.count("ok   model good.bpmn") == 1


def test_a_file_beside_a_key_does_without_no_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "order.bpmn"
    file.write_text(MODEL.format(encoding="UTF-8", topic="bitrix_create_task"), encoding="utf-8")
    assert main(["check", "--model", str(file), "order"]) == 2
    assert "CAMUNDA_BASE_URL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"not XML", "the model is not XML"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "the model is not XML"),
        (b"<!DOCTYPE a><a/>", "the model has a document type"),
    ],
)
def test_a_file_that_is_no_model_is_a_failure_with_its_cure(
    content: bytes | None, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "order.bpmn"
    if content is not None:
        file.write_bytes(content)
    assert main(["check", "--model", str(file)]) == 3
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL model order.bpmn: ")]
    assert words in line
    assert " → " in line


def test_a_model_without_a_step_of_ours_is_a_warning_that_names_our_topics(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = checked(tmp_path, capsys, topic="somebody_elses")
    line = "WARN model order.bpmn: no step has a topic of this worker → give a step a topic of the settings: bitrix"
    assert line in said


@pytest.mark.parametrize(("model", "file"), [("Process_x", False), ("a.b", False), ("x.BPMN", True), ("a/b.xml", True)])
def test_what_names_a_file(model: str, file: bool) -> None:
    assert is_file(model) is file


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.bpmn")), ids=lambda path: path.name)
def test_each_example_is_good_as_a_file(
    example: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if example.stem == "purchase":  # a template of the portal names who is responsible
        monkeypatch.setenv("BITRIX_PORTAL_TEMPLATES", "true")
    assert main(["check", "--model", str(example)]) == 0
    assert "WARN" not in capsys.readouterr().out


def test_a_step_whose_topic_is_an_expression_is_checked_as_one_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = checked(tmp_path, capsys, topic="${t}")
    assert code == 0
    assert "WARN model order.bpmn, step ask: the topic ${t} is an expression" in said
    assert "the worker does not read the input parameters: responsibleID" in said
    assert "no step has a topic" not in said


def test_a_model_that_only_calls_others_is_not_told_to_get_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "caller.bpmn"
    file.write_text('<definitions><process id="p"><callActivity id="c" calledElement="q"/></process></definitions>')
    assert main(["check", "--model", str(file)]) == 0
    said = capsys.readouterr().out
    assert "ok   model caller.bpmn: " in said
    assert "check their models too" in said


def test_a_folder_is_told_as_one_and_each_model_in_it_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MODEL.format(encoding="UTF-8", topic="bitrix_create_task")
    for name, parameter in {"one.bpmn": "responsibleID", "two.BPMN": "UF_RESULT_EXPECED", "no.txt": "x"}.items():
        (tmp_path / name).write_text(text.replace("responsibleID", parameter), encoding="utf-8")
    (tmp_path / "old.bpmn").mkdir()
    assert main(["check", "--model", str(tmp_path), str(tmp_path / "one.bpmn")]) == 3
    said = capsys.readouterr().out
    assert f"ok   model {tmp_path}: is a folder with the models: one.bpmn, two.BPMN" in said
    assert said.count("WARN model one.bpmn, step ask: the worker does not read the input parameters") == 1
    assert "FAIL model two.BPMN, step ask: " in said


def test_a_folder_without_models_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("order").mkdir()
    for name in ("./order", "order/", ".", str(tmp_path / "order")):
        assert main(["check", "--model", name]) == 3
        said = capsys.readouterr().out
        assert f"FAIL model {name}: is a folder without a model in it → name a .bpmn file, or the" in said
    assert not is_local("order"), "the key of a process may be the name of a folder that has nothing to do with it"
    Path("order/one.bpmn").touch()
    assert is_local("order")


def test_the_models_of_sub_folders_are_checked_too_and_said_where_two_have_one_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MODEL.format(encoding="UTF-8", topic="bitrix_create_task")
    bpmn = text.replace("<definitions>", f'<definitions xmlns="{MODEL_SPACE.decode()}">')
    files = {
        "one.bpmn": text,
        "deep/down/one.bpmn": text,
        "a/two.bpmn20.xml": text,
        "a/three.xml": bpmn,
        "pom.xml": text,
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert main(["check", "--model", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "with the models: a/three.xml, a/two.bpmn20.xml, deep/down/one.bpmn, one.bpmn\n" in said
    models = {line.partition(",")[0].removeprefix("WARN model ") for line in said.splitlines() if ", step ask" in line}
    assert models == {str(tmp_path / "one.bpmn"), str(tmp_path / "deep/down/one.bpmn"), "two.bpmn20.xml", "three.xml"}


def test_what_of_a_folder_is_not_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (".git", "app/target", "app/node_modules/x"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "bad.bpmn").write_text("no XML")
    (tmp_path / "app/good.bpmn").write_text(MODEL.format(encoding="UTF-8", topic="bitrix_create_task"))
    assert main(["check", "--model", str(tmp_path)]) == 0
    line = f"–    model {tmp_path}: hidden and output folders are not read: .git, app/node_modules, app/target\n"
    assert line in capsys.readouterr().out


def test_links_lead_to_each_folder_and_each_model_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.bpmn").write_text(MODEL.format(encoding="UTF-8", topic="bitrix_create_task"))
    for link, target in {"a/round": "..", "b": "a", "two.bpmn": "a/one.bpmn"}.items():
        (tmp_path / link).symlink_to(target)
    assert main(["check", "--model", str(tmp_path), str(tmp_path / "a/one.bpmn")]) == 0
    said = capsys.readouterr().out
    assert "with the models: two.bpmn\n" in said
    assert said.count("the worker does not read the input parameters") == 1


def test_what_cannot_be_read_in_a_folder_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "dead.bpmn").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.bpmn")
    listed = Path.iterdir

    def refuse(folder: Path) -> Iterator[Path]:
        if folder.name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert main(["check", "--model", str(tmp_path)]) == 3
    said = capsys.readouterr().out
    assert "FAIL model dead.bpmn: " in said
    assert f"FAIL model {tmp_path}: {tmp_path}/locked cannot be read: the permission to read it is missing, " in said
    assert f"FAIL model {tmp_path}: {tmp_path}/pipe.bpmn cannot be read: it is a device, a pipe or a socket" in said


@pytest.mark.parametrize("name", ["pipe.bpmn", "./pipe"])
def test_a_pipe_is_not_waited_for(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo(name)
    assert main(["check", "--model", name, name]) == 3
    said = capsys.readouterr().out
    assert f"{Path(name)} cannot be read: it is a pipe, not a file → name a .bpmn file" in said


@pytest.mark.parametrize("most", ["MOST_FOLDERS", "MOST_MODELS"])
def test_a_folder_without_bounds_is_not_read_to_its_end_and_fails(
    most: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_folders, most, 2)
    for name in "abcd":
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.bpmn").write_text(MODEL.format(encoding="UTF-8", topic="bitrix_create_task"))
    assert main(["check", "--model", str(tmp_path)]) == 3
    said = capsys.readouterr().out
    noun = most.removeprefix("MOST_").lower()
    assert f"cannot be read: there are more than 2 {noun} → fix that, or name what you want checked" in said
