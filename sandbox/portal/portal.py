"""The portal stand-in: a Bitrix24 webhook on loopback, with a page of its tasks. `python -m sandbox.portal`."""

from __future__ import annotations

import argparse
import re
import secrets
import time
from dataclasses import replace
from typing import Any

from sandbox.httpd import Reply, Request, Server, StandIn, foreign, until_interrupted
from sandbox.portal.batch import BATCH, batch
from sandbox.portal.control import PREFIX, control
from sandbox.portal.events import Events
from sandbox.portal.limits import CloudLimits, OperatingTime, refusal
from sandbox.portal.page import page
from sandbox.portal.rest import Rest
from sandbox.portal.site import Received, Site
from sandbox.portal.task_page import act, address, task_page
from sandbox.ports import port_of

REST = re.compile(r"^/rest/(?P<owner>\d+)/(?P<code>[^/]+)/(?P<method>[\w.]+?)(?:\.json)?/?$")
TASK_PAGE = re.compile(r"^/company/personal/user/\d+/tasks/task/view/(?P<id>\d+)/$")
TOO_LARGE = "<html><body><h1>413 Request Entity Too Large</h1></body></html>"


class Portal(StandIn, Site):
    """A portal on 127.0.0.1. `latency`: seconds added to each call. `limits`: the cloud's limits; None: none.

    `body_limit`: the longest body in bytes that the server in front of the portal lets through; None: any.
    """

    def __init__(self, port: int = 0, code: str | None = None) -> None:
        super().__init__()
        self.latency = 0.0
        self.body_limit: int | None = None
        self.limits: CloudLimits | None = None
        self._code = code or secrets.token_hex(8)
        self._server = Server(self._answer, port)
        self._rest = Rest(self)
        self.store.on_change = Events(self).tell

    @property
    def webhook_url(self) -> str:
        """The inbound webhook's address, which is a password."""
        return f"http://127.0.0.1:{self._server.port}/rest/{self.store.owner}/{self._code}/"

    @property
    def page_url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/"

    def task_url(self, task_id: int) -> str:
        """The page of one task."""
        return self.page_url.rstrip("/") + address(task_id)

    @property
    def secret(self) -> str:
        return self._code

    # --- answering ---

    def _answer(self, request: Request) -> Reply:
        if match := REST.match(request.path):
            return self._webhook(request, match["owner"], match["code"], match["method"].lower())
        if request.method != "GET" and foreign(request):
            return Reply(403, text="only from this page", content_type="text/plain")
        if request.path.startswith(PREFIX):
            return control(self, request)
        language = request.query.get("lang") or request.headers.get("accept-language", "ru")[:2]
        if request.path == "/":
            return page(self.tasks(), self.syncs(), language)
        if match := TASK_PAGE.match(request.path):
            if request.method == "POST":
                return act(self, int(match["id"]), request.form, language)
            return task_page(self, int(match["id"]), language)
        return Reply(404, text="not found", content_type="text/plain")

    def _webhook(self, request: Request, owner: str, code: str, method: str) -> Reply:
        if int(owner) != self.store.owner or not secrets.compare_digest(code, self._code):
            return Reply(401, {"error": "NO_AUTH_FOUND", "error_description": "Wrong authorization data"})
        if self.body_limit is not None and len(request.raw) > self.body_limit:
            return Reply(413, text=TOO_LARGE, content_type="text/html")
        started = time.monotonic()
        is_json = request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
        body = request.body if is_json else None
        params = body if isinstance(body, dict | list) else {}  # JSON that cannot be parsed means no parameters
        with self._guard:
            number = len(self._received)
            self._received.append(Received(method, params, request.headers.get("content-type", ""), started))
        time.sleep(self.latency)
        reply = self.faults.around(method, lambda: self._execute(method, params))
        with self._guard:
            self._received[number] = replace(self._received[number], finished=time.monotonic())
        return reply

    def _execute(self, method: str, params: Any) -> Reply:
        spent = self.limits.call(method, time.monotonic()) if self.limits else None
        if method == BATCH and not isinstance(spent, str):
            return batch(params if isinstance(params, dict) else {}, self._command)
        return self._paid(method, params, spent)

    def _command(self, method: str, params: Any) -> Reply:
        """One command of a batch: it pays for itself, and goes wrong by itself."""
        spent = self.limits.command(method, time.monotonic()) if self.limits else None
        return self.faults.around(method, lambda: self._paid(method, params, spent))

    def _paid(self, method: str, params: Any, spent: OperatingTime | str | None) -> Reply:
        if isinstance(spent, str):
            return refusal(spent)
        reply = self._rest.execute(method, params)
        if spent and "time" in reply.data:
            reply.data["time"] |= {
                "operating": spent.seconds,
                "operating_reset_at": time.time() + spent.reset_in,
                # The worker learns from it what a call costs: the portal's own second counts in both figures.
                "duration": max(reply.data["time"]["duration"], spent.this_call),
            }
        return reply


def main() -> None:
    """Run the stand-in until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A Bitrix24 portal stand-in on loopback")
    parser.add_argument("--port", type=port_of, default="8091")
    parser.add_argument("--code", help="the webhook's secret; default: a random one, which is printed")
    parser.add_argument("--outgoing-url", help="where to tell of changed tasks; default: nowhere")
    parser.add_argument("--application-token", help="what the portal shows there; default: a random one")
    options = parser.parse_args()
    with Portal(options.port, options.code) as portal:
        portal.outgoing_url = options.outgoing_url
        portal.application_token = options.application_token or portal.application_token
        print(f"BITRIX_WEBHOOK_URL={portal.webhook_url}\n{portal.page_url}", flush=True)
        until_interrupted()
