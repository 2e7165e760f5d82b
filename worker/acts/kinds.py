"""The table of kinds. A new kind is a module with one class, and its line here."""

from __future__ import annotations

from collections.abc import Mapping

from worker.acts.checklist import Checklist
from worker.acts.comment import Comment
from worker.acts.dependency import Dependency, ModuleDependency
from worker.acts.kind import Kind
from worker.acts.questionnaires import Questionnaires

ALL: tuple[Kind, ...] = (Checklist(), Comment(), Dependency(), ModuleDependency(), Questionnaires())
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in ALL}
