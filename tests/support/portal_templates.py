"""Templates and questionnaires of the portal's module, in the format of its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]


def template(
    number: int = 3348,
    *,
    people: Iterable[tuple[str, int | None]] = (("R", 106),),
    members: Iterable[Mapping[str, Any]] = (),
    tags: Iterable[str] = (),
    questionnaires: Sequence[Row] = (),
    in_description: Sequence[Row] = (),
    checklists: Sequence[Row] = (),
    files: Sequence[Row] = (),
    **fields: Any,
) -> Row:
    """What `tasktemplate.get` returns. `people`: type and user of each member; `members`: whole rows beside them."""
    all_members = [{"TYPE": kind, "USER_ID": user} for kind, user in people] + [dict(one) for one in members]
    return {
        "template": {"ID": number, "TITLE": f"Template {number}", "DESCRIPTION": "What to do", **fields},
        "members": {"all": all_members},
        "tags": [{"NAME": tag} for tag in tags],
        "checklists": {"items": list(checklists), "total": len(checklists), "has_tree": True},
        "files": list(files),
        "questionnaires": {"items": list(questionnaires), "total": len(questionnaires), "has_codes": True},
        "questionnairesInDescription": {"items": list(in_description), "total": len(in_description)},
    }


def questionnaire(
    code: str | None, *questions: Row, title: str = "Questions", number: int = 21, sort: int = 100
) -> Row:
    """A questionnaire of a template."""
    return {
        "ID": number,
        "TEMPLATE_ID": 3348,
        "CODE": code,
        "TITLE": title,
        "SORT": sort,
        "questions": [one | {"ID": 100 + index, "SORT": index * 10} for index, one in enumerate(questions, 1)],
    }


def question(code: str | None, kind: str = "string", name: str = "", **more: Any) -> Row:
    """A question of a questionnaire."""
    plain = {"IS_REQUIRED": "N", "DESCRIPTION": "", "DEFAULT_VALUE": "", "ENUM_OPTIONS": []}
    return {"CODE": code, "NAME": name or f"Question {code}", "TYPE": kind, **plain, **more}
