from __future__ import annotations

import pytest

from bitrix import wording

NGINX = b"<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body><h1>x</h1></body></html>"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Ошибка обработчика события<br>", "Ошибка обработчика события"),
        ("Поле &laquo;Номер&raquo;&lt;br&gt; пусто", "Поле «Номер» пусто"),
        ("must be 3 < 4 > 2", "must be 3 < 4 > 2"),
        ("<script>alert('x')</script><style>p{}</style>text", "text"),
        ("<!-- hidden --> shown <img src='cut", "shown"),
        ("", ""),
    ],
)
def test_a_sentence_bears_no_markup(said: str, words: str) -> None:
    assert wording.plain(said) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (NGINX, "413 Request Entity Too Large"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html><title> \n </title><body><h1>Wartung</h1>", "Wartung"),
        ("<html><title>Вход</title>".encode("cp1251"), "Вход"),
        (b"Bad Gateway", "Bad Gateway"),
        (b"", ""),
    ],
)
def test_a_page_is_told_by_its_title(body: bytes, words: str) -> None:
    assert wording.of_answer(body, "cp1251") == words
