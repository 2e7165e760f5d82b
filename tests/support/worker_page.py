"""What a running worker shows at its port."""

from __future__ import annotations

import requests

from tests.support.engine_admin import wait_until


def shown_at(port: int, path: str = "/") -> requests.Response:
    """What the worker answers there, as soon as it listens: its first steps do not wait for its page."""
    answer: requests.Response
    (answer,) = wait_until(lambda: _answer(f"http://127.0.0.1:{port}{path}"), f"the worker listens at {port}", 60)
    return answer


def _answer(address: str) -> tuple[requests.Response] | None:
    """In a tuple: the answer of a worker that is not ready is false."""
    try:
        return (requests.get(address, timeout=30),)
    except requests.ConnectionError:
        return None
