"""The tables of docs/fields.md and docs/portal.md as records, and the tests that back the rows no example can run.

In the tables of fields every code in the column *value* is an example that must be accepted, and every code in the
column *error* one that must be refused, both as YAML: `tests/unit/config/test_fields_page.py` runs them. A row in the
tables of parts names its tests in `TESTS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from worker.words.phrase import Language

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[Language, tuple[Path, ...]] = {
    "en": (DOCS / "fields.md", DOCS / "portal.md"),
    "ru": (DOCS / "fields.ru.md", DOCS / "portal.ru.md"),
}
TABLE = re.compile(r"<!-- (fields|parts) -->\n\|.*\n\|[-|]+\n((?:\|.*\n)+)")
CODE = re.compile(r"`([^`]+)`")
SETTING = re.compile(r"(?:bitrix|wait|topics)\.[\w.…]+")
"""A code of this form names a setting; it is no example."""
TESTS: Mapping[str, tuple[str, ...]] = {
    "title": (
        "tests/unit/steps/test_names.py::test_the_default_title_is_the_name_of_the_step",
        "tests/unit/steps/test_names.py::test_a_model_that_is_not_given_leaves_the_ids_and_is_told_once",
    ),
    "deadline": (
        "tests/unit/content/test_deadlines.py::test_a_length_is_counted_from_the_making_of_the_task",
        "tests/unit/content/test_working_time.py::test_working_time",
    ),
    "files": (
        "tests/unit/mapping/test_file_names.py::test_files_are_named_by_templates",
        "tests/unit/content/test_files.py::test_a_file_of_the_process_is_saved_once_and_attached",
        "tests/unit/content/test_files.py::test_a_bad_file_is_a_fault_with_its_reason_or_left_out_with_a_line",
        "tests/unit/content/test_files.py::test_a_step_names_files_of_its_own",
    ),
    "group_id": (
        "tests/unit/content/test_named.py::test_a_group_becomes_a_number",
        "tests/unit/content/test_named.py::test_a_group_that_is_not_one_open_group",
    ),
    "responsible_id": (
        "tests/unit/content/test_named.py::test_people_become_numbers_wherever_they_stand",
        "tests/unit/content/test_named.py::test_who_is_not_one_person_is_named_with_the_cure",
    ),
    "UF_…": (
        "tests/unit/steps/test_fitness.py::test_a_value_that_the_portal_would_store_as_something_else_is_a_fault",
        "tests/unit/steps/test_fitness.py::test_a_field_that_the_portal_does_not_have_is_a_fault_with_the_nearest_name",
    ),
    "checklists": (
        "tests/unit/mapping/test_checklists.py::test_a_checklist_comes_from_configuration_variable_or_property",
        "tests/unit/mapping/test_checklists.py::test_a_fault_names_the_place_and_what_is_expected",
        "tests/unit/acts/test_checklist.py::test_the_tree_comes_out_as_planned_with_few_calls",
    ),
    "depends_on": ("tests/unit/acts/test_kinds.py::test_a_link_is_repeated_until_the_portal_says_that_it_exists",),
    "comment": ("tests/unit/acts/test_kinds.py::test_a_comment_is_written_once_and_cannot_be_looked_up",),
    "UF_RESULT_EXPECTED": (
        "tests/unit/mapping/test_mapping.py::test_a_variable_asks_for_an_answer_by_its_value",
        "tests/unit/mapping/test_mapping.py::test_a_mark_that_cannot_be_read_asks_for_an_answer",
    ),
    "UF_RESULT_QUESTION": (
        "tests/unit/mapping/test_mapping.py::test_a_step_that_expects_an_answer_asks_its_question_on_the_portal",
        "tests/unit/mapping/test_mapping.py::test_a_question_without_an_expectation_is_the_steps_fault",
    ),
    "portal_templates": ("tests/unit/config/test_config.py::test_one_topic_alone_may_have_templates_of_the_portal",),
    "bitrix.portal_templates_except": (
        "tests/unit/config/test_config.py::test_what_is_no_process_key_is_refused",
        "tests/unit/config/test_config.py::test_exceptions_where_no_templates_are_read_are_told",
        "tests/unit/content/test_portal_templates.py::test_a_step_whose_templates_are_off_is_not_asked_about",
    ),
    "bitrix.portal_templates": (
        "tests/unit/content/test_portal_templates.py::test_a_template_gives_the_words_of_the_task",
        "tests/unit/content/test_portal_templates.py::test_no_failure_means_that_there_is_no_template",
        "tests/acceptance/test_portal_templates.py::test_without_a_template_the_step_names_its_task",
        "tests/acceptance/test_portal_templates.py::test_no_failure_of_the_module_makes_an_empty_task",
    ),
    "responsible": (
        "tests/unit/content/test_portal_templates.py::test_who_is_responsible",
        "tests/unit/content/test_portal_templates.py::test_members_that_name_nobody_are_logged_once",
        "tests/unit/content/test_portal_templates.py::test_four_hundred_members_all_see_the_task_and_more_than_fit_are_a_fault",
    ),
    "DEADLINE_AFTER": (
        "tests/unit/content/test_portal_templates.py::test_a_relative_deadline_counts_from_the_external_task",
        "tests/unit/content/test_portal_templates.py::test_a_relative_deadline_beyond_all_calendars_is_a_fault",
    ),
    "questionnairesInDescription": (
        "tests/unit/content/test_description_blocks.py::test_answers_of_an_earlier_step_and_variables_of_the_process_follow_the_description",
        "tests/unit/content/test_description_blocks.py::test_what_cannot_be_written_is_left_out_and_logged_once",
    ),
    "tasktemplate.checklists": (
        "tests/unit/content/test_portal_templates.py::test_all_levels_of_checklists_with_their_members_are_given",
        "tests/unit/content/test_portal_templates.py::test_ten_thousand_items_in_a_row_or_nested_are_a_fault",
    ),
    "tasktemplate.files": (
        "tests/unit/content/test_files.py::test_the_files_of_the_template_come_before_those_of_the_step",
        "tests/unit/content/test_files.py::test_a_bad_file_is_a_fault_with_its_reason_or_left_out_with_a_line",
    ),
    "PREDECESSOR_IDS": (
        "tests/unit/content/test_predecessors.py::test_the_task_depends_on_those_of_its_predecessors",
        "tests/unit/acts/test_kinds.py::test_an_arrow_of_the_module_is_made_or_refused_in_an_answer_200",
    ),
    "tasks.task.result.list": (
        "tests/unit/content/test_predecessor_results.py::test_results_stand_below_the_description_in_the_order_of_the_diagram",
        "tests/unit/content/test_predecessor_results.py::test_a_file_that_is_gone_is_left_out_and_told",
        "tests/unit/content/test_predecessor_results.py::test_what_cannot_be_read_is_not_none",
    ),
    "bitrix.questionnaires": (
        "tests/unit/content/test_added_questionnaires.py::test_the_questionnaires_are_one_act_as_they_came",
        "tests/acceptance/test_questionnaires.py::test_each_type_of_question_arrives_as_the_gateways_expect_it",
        "tests/acceptance/test_questionnaires.py::test_a_step_waits_while_the_module_does_not_tell_its_questionnaires",
    ),
}
"""By the name in a row's first column: tests of what the row says, of its error too. Every part needs some; a field
needs them where examples do not show all that its row says."""
ACTS: Mapping[str, str] = {
    "checklist": "checklists",
    "comment": "comment",
    "dependency": "depends_on",
    "module_dependency": "PREDECESSOR_IDS",
    "questionnaires": "bitrix.questionnaires",
}
"""The row that tells of each kind of act."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `cells` without the name."""

    kind: str
    name: str
    cells: tuple[str, ...]

    @property
    def accepted(self) -> tuple[str, ...]:
        return _examples(self.cells[1])

    @property
    def refused(self) -> tuple[str, ...]:
        return _examples(self.cells[3])


def text_of(language: Language) -> str:
    """The pages one after the other."""
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES[language])


def rows(language: Language) -> Iterator[Row]:
    """The rows of the pages, in their order."""
    for kind, body in TABLE.findall(text_of(language)):
        for line in body.splitlines():
            name, *cells = (cell.strip() for cell in line.strip("|").split(" | "))
            yield Row(kind, CODE.findall(name)[0], tuple(cells))


def _examples(cell: str) -> tuple[str, ...]:
    return tuple(code for code in CODE.findall(cell) if not SETTING.fullmatch(code))
