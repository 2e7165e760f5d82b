"""The engines refuse the unfinished models that `check --model` finds, and deploy their neighbours."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.undeployable_models import DEPLOYED, REFUSED

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in reads only what it needs
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)


def test_each_unfinished_model_is_refused(engine: RunningEngine, admin: Admin, key: str) -> None:
    assert engine.base_url
    answers = {what: admin.refused(xml.format(key=key)) for what, (xml, _) in REFUSED.items()}
    assert [what for what, refused in answers.items() if refused is None] == []
    assert [what for what, refused in answers.items() if "ENGINE-09005" not in (refused or "")] == [], answers


def test_each_neighbour_is_deployed(engine: RunningEngine, admin: Admin, key: str) -> None:
    assert engine.base_url
    answers = {what: admin.refused(xml.format(key=key)) for what, xml in DEPLOYED.items()}
    assert {what: refused for what, refused in answers.items() if refused is not None} == {}
