"""The outgoing webhook of the portal stand-in: each event is sent once, in the background, without retries."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from queue import SimpleQueue

import requests

from sandbox.portal.site import Site
from sandbox.portal.table import DELETED

PATIENCE_SECONDS = 5.0


class Events:
    """Sends an event to `portal.outgoing_url` after each change of a task. An undelivered event is lost."""

    def __init__(self, portal: Site) -> None:
        self._portal = portal
        self._waiting: SimpleQueue[tuple[str, dict[str, str]]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()

    def tell(self, event: str, task_id: int) -> None:
        """Queue an event; returns at once."""
        url = self._portal.outgoing_url
        if not url:
            return
        self._waiting.put((url, self._form(event, task_id)))
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._send, name="sandbox-events", daemon=True)
                self._thread.start()

    def _send(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while True:
                url, form = self._waiting.get()
                with suppress(requests.RequestException):
                    session.post(url, data=form, timeout=PATIENCE_SECONDS, allow_redirects=False)

    def _form(self, event: str, task_id: int) -> dict[str, str]:
        host = self._portal.page_url.split("/")[2]
        after = {"data[FIELDS_AFTER]": "undefined"} if event == DELETED else {"data[FIELDS_AFTER][ID]": str(task_id)}
        return {
            "event": event,
            "data[FIELDS_BEFORE][ID]": str(task_id),
            **after,
            "data[IS_ACCESSIBLE_BEFORE]": "undefined",
            "data[IS_ACCESSIBLE_AFTER]": "N" if event == DELETED else "undefined",
            "ts": str(int(time.time())),
            "auth[domain]": host,
            "auth[client_endpoint]": f"http://{host}/rest/",
            "auth[server_endpoint]": "https://oauth.bitrix.info/rest/",
            "auth[member_id]": self._portal.member_id,
            "auth[application_token]": self._portal.application_token,
        }
