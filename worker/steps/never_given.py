"""Finds conditions that no answer meets: they compare it with a value that no answer gives, or misspell its variable.

`${Approve == 'ДА'}`, `${Approve == true}` and `${Approve and urgent}` are false after every answer, and a default flow
then is a silent no. With `${Approve}` or `${Aprove == 'ok'}` the engine refuses the completion, after somebody has
answered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from worker.mapping.nearest import nearest

NEAR = 0.85
"""How similar a name must be to be told as a misspelt one."""
_COMPARED = r"(?<![\w.]){variable}(?:_\d+)*\s*(?:==|!=|\beq\b|\bne\b)\s*('[^']*'|\"[^\"]*\"|true\b|false\b)"


_ALONE = r"[$#]\{{\s*{variable}(?:_\d+)*\s*\}}"
_AS_BOOLEAN = (
    r"(?:(?P<not>!(?!=)|\bnot\b)|(?P<before>[{{(]|&&|\|\||\band\b|\bor\b))\s*(?P<name>{variable}(?:_\d+)*)(?![\w.(\[])"
    r"(?=\s*(?P<after>[})?]|&&|\|\||\band\b|\bor\b)?)"
)
_JOINING = re.compile(r"&&|\|\||and|or|\?")

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")


def never_given(conditions: Collection[str], variable: str, given: Collection[str]) -> list[str]:
    """The comparisons of the variable, or of an instance's own, with text or a boolean that is not `given`."""
    pattern = re.compile(_COMPARED.format(variable=re.escape(variable)))
    compared = (match for text in conditions for match in pattern.finditer(text))
    return list(
        dict.fromkeys(match[0] for match in compared if match[1].strip("'\"") not in given or match[1][0] in "tf")
    )


def alone(conditions: Iterable[str], variable: str) -> list[str]:
    """The conditions that are nothing but the variable, or an instance's own: the engine takes only a boolean."""
    whole = re.compile(_ALONE.format(variable=re.escape(variable)))
    return list(dict.fromkeys(text.strip() for text in conditions if whole.fullmatch(text.strip())))


def taken_for_boolean(conditions: Iterable[str], variable: str) -> list[str]:
    """The conditions that join the variable with others by `and`, `or`, `not` or `?`."""
    used = re.compile(_AS_BOOLEAN.replace("{variable}", re.escape(variable)).replace("{{", "{"))
    found = ((text, used.finditer(_QUOTED.sub("''", text))) for text in conditions)
    return list(dict.fromkeys(text.strip() for text, uses in found if any(map(_is_joined, uses))))


def _is_joined(use: re.Match[str]) -> bool:
    before, after = use["before"] or "", use["after"] or ""
    return bool(use["not"] or (after and (_JOINING.fullmatch(before) or _JOINING.fullmatch(after))))


def misspelt_in(conditions: Iterable[str], variable: str, known: Collection[str]) -> list[str]:
    """The names in conditions that resemble the variable, and are none that is `known`."""
    names = dict.fromkeys(name for text in conditions for name in _NAME.findall(_QUOTED.sub("", text)))
    others = (name for name in names if name != variable and not name.startswith(f"{variable}_") and name not in known)
    return [name for name in others if nearest(name, [variable], cutoff=NEAR)]
