"""What names a file, and under which name it is saved on Disk."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.portal.disk import FORBIDDEN
from tests.support.builders import fetched
from tests.unit.mapping.test_mapping import a_mapper
from worker.mapping.faults import MappingFault
from worker.mapping.file_names import disk_name, file_named
from worker.mapping.named import FileNamed
from worker.mapping.unfit import Unfit
from worker.model import FileVariable

FIELD = "UF_TASK_WEBDAV_FILES"
FILE = FileVariable("a.pdf", "application/pdf", None, "contract")


@pytest.mark.parametrize(
    ("template", "variables", "found"),
    [
        ("n123", {}, ["n123"]),
        ([123, "n124"], {}, ["n123", "n124"]),
        ("contract, n5", {}, [FileNamed("contract"), "n5"]),
        ("{{ contract }}", {"contract": FILE}, [FileNamed("contract")]),
        (["{{ contract }}", "contract", 7], {"contract": FILE}, [FileNamed("contract"), "n7"]),
        ("{{ ids }}", {"ids": [1, "n2", "3"]}, ["n1", "n2", "n3"]),
        ("{{ ids }}", {"ids": "[1, 2]"}, ["n1", "n2"]),
        ("{{ scan | default('') }}", {}, None),
        (["{{ scan | default('') }}", 7], {}, ["n7"]),
        (["{{ ids }}", 7], {"ids": ["n1", 2]}, ["n1", "n2", "n7"]),
        ("{{ empty }}", {"empty": None}, None),
    ],
)
def test_files_are_named_by_templates(template: Any, variables: dict[str, Any], found: Any) -> None:
    assert a_mapper({"files": template}).draft(fetched(variables=variables)).fields.get(FIELD) == found


@pytest.mark.parametrize("value", [True, 0, -1, 1.5, "a b", "{x}", {"a": 1}, [[[1]]], "n0", FileVariable("a.pdf")])
def test_what_names_no_file_is_a_fault_that_says_what_does(value: Any) -> None:
    with pytest.raises(MappingFault, match="Disk"):
        a_mapper({"files": "{{ x }}"}).draft(fetched(variables={"x": value}))


def test_one_file_is_named_by_one_value() -> None:
    assert file_named(" n12 ") == "n12"
    with pytest.raises(Unfit):
        file_named(None)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("договор.pdf", "договор (m).pdf"),
        ("a/b\\c.pdf", "c (m).pdf"),
        ("C:\\temp\\договор 1.docx", "договор 1 (m).docx"),
        ("what? 50%.xlsx", "what_ 50_ (m).xlsx"),
        ("😀 отчёт.pdf", "_ отчёт (m).pdf"),
        ("no extension", "no extension (m)"),
        (".htaccess", "htaccess (m)"),
        ("archive.tar.gz", "archive.tar (m).gz"),
        ("a.very-long-extension", "a.very-long-extension (m)"),
        ("line\nbreak\x00.txt", "line_break_ (m).txt"),
        ("", "file (m)"),
        ("...", "file (m)"),
        ("x" * 300 + ".pdf", "x" * 120 + " (m).pdf"),
    ],
)
def test_a_name_on_disk_is_one_that_the_portal_stores_as_it_is(filename: str, name: str) -> None:
    found = disk_name(filename, "m")
    assert found == name
    assert FORBIDDEN.sub("_", found).strip() == found
    assert max(map(ord, found)) <= 0xFFFF
