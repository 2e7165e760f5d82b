"""The pictures in the READMEs are of the page that the worker shows, and can be taken anew."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.support.page_picture import HEIGHT, NAMES, WIDTH, note_in, take
from tests.support.page_seen import digest_of


@pytest.mark.usefixtures("browser_for")  # skips, or fails, where there is no browser
def test_the_pictures_of_the_readmes_can_be_taken_anew(tmp_path: Path) -> None:
    take(tmp_path)
    for language, name in NAMES.items():
        taken = (tmp_path / name).read_bytes()
        assert struct.unpack("!8s8xii", taken[:24]) == (b"\x89PNG\r\n\x1a\n", WIDTH, HEIGHT)
        assert note_in(taken) == digest_of(language)
        assert (tmp_path / name).stat().st_size > 30_000, "an empty page"
