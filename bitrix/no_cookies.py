"""A cookie jar that stays empty: neither portal nor engine needs cookies, and `requests` does much work for them."""

from __future__ import annotations

from typing import Any

from requests.cookies import RequestsCookieJar


class NoCookies(RequestsCookieJar):
    """One for all requests: `requests` copies the jar for each, and searches each answer for cookies."""

    def copy(self) -> NoCookies:
        return self

    def extract_cookies(self, *_: Any) -> None:
        """Take none."""
