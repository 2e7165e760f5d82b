"""Which addresses lead to one place."""

from __future__ import annotations

import pytest

from bitrix.address import is_same

ENGINE = "http://engine.example:8080/engine-rest"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ENGINE, "HTTP://Engine.EXAMPLE:8080/engine-rest"),
        (ENGINE, f"{ENGINE}/"),
        ("http://engine/engine-rest", "http://engine:80/engine-rest"),
        ("https://portal.example", "https://Portal.example:443"),
        ("https://портал.рф", "https://xn--80awhdgm.xn--p1ai"),
        ("http://[::1]:8080/rest", "http://[0:0:0:0:0:0:0:1]:8080/rest"),
    ],
)
def test_what_names_one_place_is_one(one: str, other: str) -> None:
    assert is_same(one, other)
    assert is_same(other, one)


@pytest.mark.parametrize(
    "other",
    [
        "http://engine.example:8081/engine-rest",
        "http://engine.example/engine-rest",
        "https://engine.example:8080/engine-rest",
        "http://engine.example:8080/Engine-Rest",
        "http://engine.example:8080/engine-rest/engine/second",
        "http://engine.example.:8080/engine-rest",
        "http://engine:8080/engine-rest",
        "",
        "http://engine.example:port/engine-rest",
        "http://[engine/engine-rest",
    ],
)
def test_another_place_is_another(other: str) -> None:
    assert not is_same(ENGINE, other)


def test_a_port_of_the_other_scheme_is_no_default() -> None:
    assert not is_same("https://portal.example", "https://portal.example:80")
