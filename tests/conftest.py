"""What holds for all tests."""

from __future__ import annotations

import signal

# A shell lets what it starts in the background ignore SIGINT, and with it every worker and demonstration that the tests
# start: some of them are to be stopped that way.
signal.signal(signal.SIGINT, signal.default_int_handler)
