"""The browser of these tests sees what it is there to see, and nothing beyond loopback."""

from __future__ import annotations

import pytest
from selenium.common.exceptions import WebDriverException

from sandbox.httpd import Reply, Server
from tests.browser.conftest import BrowserFor


def test_a_faulty_page_is_noticed(browser_for: BrowserFor) -> None:
    head = "<meta name=viewport content='width=device-width'><link rel=icon href='data:,'>"  # asks for no other
    text = f"{head}<p style='width:3000px'>wide</p><script>lost()</script>"
    server = Server(lambda _: Reply(text=text, content_type="text/html"))
    server.start()
    try:
        browser = browser_for("phone")
        browser.open(f"http://127.0.0.1:{server.port}/")
        assert not browser.needs_no_sideways_scrolling()
        assert any("lost is not defined" in line for line in browser.complaints())
    finally:
        server.stop()


@pytest.mark.parametrize("address", ["http://example.com/", "http://192.0.2.1/"])
def test_nothing_but_loopback_is_reached(browser_for: BrowserFor, address: str) -> None:
    browser = browser_for()
    with pytest.raises(WebDriverException, match="ERR_NAME_NOT_RESOLVED"):
        browser.open(address)
    browser.complaints()
