from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from bitrix.reading import LARGEST
from worker.engine.variables import LONGEST_STRING, EncodeError, decode, encode
from worker.model import FileVariable, UnreadableVariable
from worker.words.phrase import unchanged

MOSCOW = timezone(timedelta(hours=3))
whole_minutes = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=whole_minutes).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
longs = st.integers(-LARGEST - 1, LARGEST)
reals = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | reals | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
containers = st.lists(json_values, max_size=4) | st.dictionaries(st.text(), json_values, max_size=4)
storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.one_of(st.none(), st.booleans(), longs, reals, storable, st.binary(), moments, containers)


@given(st.dictionaries(st.text(), values, max_size=5), st.booleans())
def test_what_is_encoded_is_decoded(variables: dict[str, Any], json_supported: bool) -> None:
    encoded = encode(variables, json_supported=json_supported)

    decoded = decode(json.loads(json.dumps(encoded)))

    assert decoded == variables
    assert {name: type(value) for name, value in decoded.items()} == {k: type(v) for k, v in variables.items()}


@pytest.mark.parametrize(
    ("value", "kind", "sent"),
    [
        (None, "Null", None),
        (True, "Boolean", True),
        (1, "Long", 1),
        (2**63 - 1, "Long", 2**63 - 1),
        (1.5, "Double", 1.5),
        (Decimal("10.10"), "String", "10.10"),
        ("текст", "String", "текст"),
        (b"\x00\xff", "Bytes", "AP8="),
        ({"сумма": 1}, "Json", '{"сумма": 1}'),
        ((1, 2), "Json", "[1, 2]"),
    ],
)
def test_each_type_has_one_form(value: object, kind: str, sent: object) -> None:
    assert encode({"x": value}) == {"x": {"type": kind, "value": sent}}


@pytest.mark.parametrize("length", [1, LONGEST_STRING])
@pytest.mark.parametrize("json_supported", [True, False])
def test_what_no_database_takes_is_replaced(length: int, json_supported: bool) -> None:
    """A `complete` with a NUL, or half a character, would be an error 500 for ever."""
    bad = "\0\ud83d" * length
    sent = encode({"text": bad, "list": [bad], "map": {bad: bad}}, json_supported=json_supported)
    for typed in sent.values():
        typed["value"].encode()
        assert "\0" not in typed["value"]
    assert decode(sent)["text"] == "\ufffd\ufffd" * length


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 123456, MOSCOW), "2026-01-02T03:04:05.123+0300"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00.000+0000"),
        (datetime(926, 1, 2, tzinfo=timezone(-timedelta(hours=9, minutes=30))), "0926-01-02T00:00:00.000-0930"),
        (datetime(1900, 1, 1, 12, tzinfo=timezone(timedelta(hours=2, seconds=30))), "1900-01-01T09:59:30.000+0000"),
    ],
)
def test_a_date_has_millis_and_an_offset_without_colon(moment: datetime, sent: str) -> None:
    assert encode({"x": moment})["x"] == {"type": "Date", "value": sent}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("я" * LONGEST_STRING, "String"),
        ("я" * (LONGEST_STRING + 1), "Object"),
        ("😀" * (LONGEST_STRING // 2), "String"),
        ("😀" * (LONGEST_STRING // 2) + "!", "Object"),  # the engine counts an emoji as two
    ],
)
def test_a_text_too_long_for_the_column_becomes_an_object(text: str, kind: str) -> None:
    encoded = encode({"x": text})

    assert encoded["x"]["type"] == kind
    assert decode(encoded) == {"x": text}


def test_without_json_support_containers_are_java_collections() -> None:
    encoded = encode({"map": {"a": [1]}, "list": [1]}, json_supported=False)

    assert [(v["type"], v["valueInfo"]["objectTypeName"]) for v in encoded.values()] == [
        ("Object", "java.util.LinkedHashMap"),
        ("Object", "java.util.ArrayList"),
    ]
    assert encoded["map"]["valueInfo"]["serializationDataFormat"] == "application/json"


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        2**63,
        -(2**63) - 1,
        datetime(2026, 1, 1),  # noqa: DTZ001 - that it is naive is the point
        pytest.param(object(), id="object"),
        {1, 2},
        {"deep": [math.nan]},
        {"deep": [b"bytes"]},
        FileVariable("a.pdf"),
        UnreadableVariable("x", "Json", unchanged("broken")),
    ],
    ids=repr,
)
def test_what_the_engine_cannot_hold_is_refused_by_name(value: object) -> None:
    with pytest.raises(EncodeError, match="“amount”") as caught:
        encode({"amount": value})

    assert caught.value.name == "amount"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"type": "Short", "value": 7}, 7),
        ({"type": "Integer", "value": 7}, 7),
        ({"type": "Double", "value": 7}, 7.0),
        ({"type": "Double", "value": "Infinity"}, math.inf),
        ({"type": "String", "value": None}, None),
        ({"type": "Date", "value": None}, None),
        ({"type": "Double", "value": None}, None),
        ({"type": "Bytes", "value": None}, None),
        ({"type": "Json", "value": None}, None),
        ({"type": "Xml", "value": "<a/>"}, "<a/>"),
        ({"type": "Date", "value": "2026-01-02T03:04:05.000+0300"}, datetime(2026, 1, 2, 3, 4, 5, tzinfo=MOSCOW)),
        (
            {"type": "File", "value": None, "valueInfo": {"filename": "a.pdf", "mimeType": "application/pdf"}},
            FileVariable("a.pdf", "application/pdf"),
        ),
    ],
)
def test_what_only_the_engine_sends_is_read(raw: dict[str, Any], value: object) -> None:
    assert decode({"x": raw}) == {"x": value}


@pytest.mark.parametrize(
    ("raw", "kind", "reason"),
    [
        ({"type": "Json", "value": "{broken"}, "Json", "broken JSON"),
        ({"type": "Json", "value": "[NaN]"}, "Json", "NaN"),
        ({"type": "Json", "value": "[" * 100_000}, "Json", "levels"),
        ({"type": "Shape", "value": 1}, "Shape", "unknown type"),
        ({"type": "Object", "value": "rO0AB", "valueInfo": {}}, "Object", "serialised"),
        (
            {
                "type": "Object",
                "value": "rO0AB",
                "valueInfo": {
                    "objectTypeName": "java.util.ArrayList",
                    "serializationDataFormat": "application/x-java-serialized-object",
                },
            },
            "Object",
            "java.util.ArrayList, serialised as application/x-java-serialized-object: choose the type Json",
        ),
        (
            {
                "type": "Object",
                "value": "rO0AB",
                "valueInfo": {"serializationDataFormat": "application/x-java-serialized-object"},
            },
            "Object",
            "x-java-serialized-object",
        ),
        (
            {
                "type": "Object",
                "value": "rO0AB",
                "valueInfo": {
                    "objectTypeName": "org.joda.time.DateTime",
                    "serializationDataFormat": "application/x-java-serialized-object",
                },
            },
            "Object",
            "append .toDate() in the expression, ${dateTime().plusDays(2).toDate()}",
        ),
        ({"type": "Date", "value": "yesterday"}, "Date", "yesterday"),
        ({"type": "Date", "value": "2026-01-02T03:04:05"}, "Date", "offset"),
        ({"type": "Bytes", "value": "%%%"}, "Bytes", "base64"),
        ({"type": "File", "value": None}, "File", "without a name"),
        ({"value": 1}, "?", "type"),
        (None, "?", "unknown type"),
    ],
)
def test_one_bad_variable_does_not_lose_the_others(raw: Any, kind: str, reason: str) -> None:
    decoded = decode({"bad": raw, "good": {"type": "Long", "value": 1}})

    bad = decoded.pop("bad")
    assert decoded == {"good": 1}
    assert isinstance(bad, UnreadableVariable)
    assert (bad.name, bad.type) == ("bad", kind)
    assert reason.lower() in bad.reason.en.lower()


@given(st.dictionaries(st.text(), json_values, max_size=3))
def test_decode_never_raises(raw: dict[str, Any]) -> None:
    assert decode(raw).keys() == raw.keys()
