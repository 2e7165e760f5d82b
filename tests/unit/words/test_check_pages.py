"""The pages of what `check --model` finds: each kind of finding has its item, short, and in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.support.sources import ROOT
from worker.words.findings.catalogue import FINDINGS
from worker.words.phrase import LANGUAGES, Language

PAGES = ("model-checks", "flow-checks")
LONGEST_ITEM = 250
"""Characters, in either language: about two sentences."""
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
ITEM = re.compile(r"^- (.*(?:\n  .*)*)", re.MULTILINE)
SAID: Mapping[str, str] = {
    "An input parameter that no field": "unread",
    "An extension property named": "as_property",
    "A parameter of a sub-process that": "misspelt_around",
    "An element variable that nothing reads": "unread_element",
    "one slip away from one that it does": "slipped_name",
    "A step with a topic that is not external": "not_external",
    "Type and topic, or marks": "other_kind marks_elsewhere",
    "A topic that resembles": "other_topic topic_expression",
    "A model in which no step": "no_steps",
    "at a step without a job": "other_retries",
    "A file that is not UTF-8": "not_utf8",
    "Neither step, model nor settings": "no_responsible",
    "A field or question given twice": "spelt_twice",
    "A field whose value only": "undecided",
    "A deadline that has already passed": "past_deadline",
    "A deadline before the planned start": "early_deadline reversed_dates",
    "Only one of the two plan dates": "lone_plan_date",
    "without `.toDate()`": "java_date",
    "within the quotes of a JSON text": "quoted_expression",
    "A path with single backslashes": "lost_backslash",
    "in place of a text": "file_as_text",
    "more than 4000 characters": "too_long",
    "hides the element of a multi-instance": "hidden_element",
    "A variable of the process that an element": "changed_beside",
    "behind a step in a parallel branch": "number_of_branch number_at_join number_of_instance",
    "while a step is still open": "number_of_open",
    "in the compensation of a step": "number_undone",
    "at a first step": "own_number",
    "A placeholder that nobody fills": "unfilled",
    "BBCode in the text": "dead_markup plain_text",
    "HTML in `title`": "dead_html",
    "A constant text that the portal cuts": "text_cut question_cut",
    "A comparison with what no answer gives, `": "never_given never_made never_of_result",
    "A yes or no compared with a text": "yes_as_text",
    "A comparison that fails after some answers": "fails_after",
    "A condition that is only the answer": "not_boolean",
    "The answer taken for yes or no": "taken_for_boolean",
    "A question whether there is an answer": "only_whether",
    "The same result after every answer": "same_after_all",
    "A misspelt variable": "misspelt_answer",
    "Quotes that are missing": "never_set unquoted_name",
    "A hyphen or a dot": "torn_name",
    "The answer of a step that asks nobody": "asks_nobody",
    "A condition that is no expression": "literal_condition",
    "only a variable which parameters set": "text_for_boolean",
    "Two answers compared with each other": "compared_answers",
    "with the name of `bitrixTaskId`": "hidden_results",
    "overwrites or removes": "written_over",
    "local to the step": "lost_local",
    "A variable that parallel branches both set": "written_beside",
    "Two steps that may ask at the same time": "rivals",
    "A step that may be active twice": "meets_itself",
    "Instances of a parallel sub-process": "shared",
    "A call activity that runs several times": "calls",
    "A diagram left unfinished": "same_id bad_id empty_id no_such flow_outside several_starts",
    "without what it needs": "lacking nameless misplaced",
    "that contradict each other": "default_asks only_flow_asks several_plain default_refused",
    "An external step without topic": "no_topic not_executable",
    "Parameters of a gateway": "parameters_refused process_inputs",
    "An expression that the engine cannot parse": "broken_expression unknown_function",
    "A collection that is no name": "bad_collection bad_cardinality bad_priority unreadable_timer",
    "A complex gateway": "unknown_element cancel_uncaught",
    "that is not in days": "bad_time_to_live no_time_to_live unread_retries",
    "A script in a language": "unknown_language",
    "on a route that leaves the step out": "missing_on_route",
    "that a boundary timer may end": "missing_at_timer",
    "what the model sets only later": "missing_at_first",
    "to which no flow leads": "never_begins",
    "whose task ends without an answer": "silence_as_yes",
    "while its variable has an earlier answer": "step_keeps_old",
    "beside one that asks for the answer": "always_taken",
    "true only where one before it is true": "never_taken",
    "comes before others in the model": "never_tried",
    "A default flow that is never taken": "default_never default_elsewhere",
    "Conditions on the flows of a parallel gateway": "parallel_conditions",
    "neither a flow nor a default flow": "no_way_out",
    "A gateway right behind a question": "settled_before",
    "An answer that nothing in the model reads": "read_by_nothing",
    "without a joining gateway": "unjoined",
    "to which fewer branches ever come": "join_never",
    "past which a way in one branch leads": "join_on_route",
    "to which only a condition brings": "join_if_all",
    "up to 3000 states": "unplayed",
    "A gateway that waits for ever": "waits_after",
    "of which no flow fits": "stuck_after",
    "whose condition nothing makes true": "awaits_after",
    "A loop that no answer in it": "rounds_after",
    "A step of this worker that is active twice": "active_twice",
    "that reads what nothing has set then": "unset_after",
    "A loop marker": "standard_loop",
    "in which nothing waits": "endless_rounds",
    "A loop behind the step that asks": "answer_rounds",
    "an answer of an earlier round": "rounds",
    "A multi-instance in a loop": "outlived",
    "A compensation handler in a multi-instance": "undone_together",
    "A numbered answer in `completionCondition`": "numbered_early",
    "for which only the last answer counts": "last_of_several",
    "A numbered answer behind": "may_be_missing",
    "with the name of an instance's answer": "taken_name",
    "Compensation that undoes nothing": "undoes_nothing event_unconnected handler_unconnected",
    "that is thrown in a sub-process": "error_uncaught escalation_uncaught",
    "An `error:CODE` of the settings": "uncaught",
    "a code which nothing inside raises": "error_of_step_never error_never escalation_never",
    "that ends nothing and fires again": "fires_again",
    "whose `variableName`": "heeded_in_vain",
    "whose `variableEvents`": "heeded_too_late",
    "A signal that begins": "signal_to_itself",
    "no `camunda:in` passes": "not_handed_in",
    "no `camunda:out` hands back": "not_handed_back handed_back_as",
    "A `camunda:out` whose `source`": "out_of_nothing out_unchanged",
    "A called process that may end": "ends_without ends_unread out_unread",
    "An earlier answer that the call keeps": "call_keeps_old call_passes_old",
    "Parallel calls or steps": "calls_overwrite",
    "A call that gets and hands back all": "calls_hand_back_old",
    "of the called process that nothing": "error_of_call_uncaught escalation_of_call_uncaught",
    "a key that no model named has": "called_misspelt",
    "of which the engine shows no process": "called_missing",
}
"""Words of the English pages, each once on them, with the kinds of `FINDINGS` that they tell of."""


def page_of(page: str, language: Language) -> str:
    return (ROOT / "docs" / f"{page}{'' if language == 'en' else '.ru'}.md").read_text(encoding="utf-8")


def sections(page: str, language: Language) -> list[list[str]]:
    """The items of each, without their line breaks."""
    prose = CODE.sub("", page_of(page, language))
    return [[" ".join(one.split()) for one in ITEM.findall(part)] for part in re.split("^## ", prose, flags=re.M)]


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_number_of_items_in_each_section(page: str) -> None:
    english, russian = ([*map(len, sections(page, language))] for language in ("en", "ru"))
    assert english == russian
    assert sum(english) > 50


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_an_item_is_short(page: str, language: Language) -> None:
    items = [item for section in sections(page, language) for item in section]
    assert not [item for item in items if len(item) > LONGEST_ITEM]


def test_each_finding_is_on_one_of_the_pages() -> None:
    told = [kind for kinds in SAID.values() for kind in kinds.split()]
    assert sorted(told) == sorted(FINDINGS)
    text = " ".join("\n".join(page_of(page, "en") for page in PAGES).split())
    assert {words: text.count(words) for words in SAID} == dict.fromkeys(SAID, 1)
