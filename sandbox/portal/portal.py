"""The portal stand-in: a Bitrix24 webhook on loopback, with a page of its tasks. `python -m sandbox.portal`."""

from __future__ import annotations

import argparse
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.faults import Faults
from sandbox.httpd import Reply, Request, Server, foreign
from sandbox.portal.control import PREFIX, control
from sandbox.portal.events import Events
from sandbox.portal.limits import CloudLimits, refusal
from sandbox.portal.page import page
from sandbox.portal.rest import SYNC, Rest
from sandbox.portal.state import Comment, StoredTask, Tasks
from sandbox.portal.task_page import act, address, task_page

REST = re.compile(r"^/rest/(?P<owner>\d+)/(?P<code>[^/]+)/(?P<method>[\w.]+?)(?:\.json)?/?$")
TASK_PAGE = re.compile(r"^/company/personal/user/\d+/tasks/task/view/(?P<id>\d+)/$")


@dataclass(frozen=True, slots=True)
class Received:
    """A REST call as it came in. Times by the monotonic clock; `finished` None while it is being answered."""

    method: str
    body: Any
    content_type: str
    started: float
    finished: float | None = None


class Portal:
    """A portal on 127.0.0.1.

    `module` False: without `imena.camunda.*`. `sync_refusal`: why it refuses. `latency`: seconds for each call.
    `limits`: the cloud's, where it is to be one.
    `outgoing_url`: where the outgoing webhook goes, with `application_token`; None: nowhere.
    """

    def __init__(self, port: int = 0, code: str | None = None) -> None:
        self.store = Tasks()
        self.faults = Faults()
        self.module = True
        self.sync_refusal: str | None = None
        self.latency = 0.0
        self.limits: CloudLimits | None = None
        self.scopes = ["task", "user_brief", "imena.camunda"]
        self.outgoing_url: str | None = None
        self.application_token = secrets.token_hex(16)
        self.member_id = secrets.token_hex(16)
        self._code = code or secrets.token_hex(8)
        self._server = Server(self._answer, port)
        self._received: list[Received] = []
        self._syncs: list[Received] = []
        self._guard = threading.Lock()
        self._rest = Rest(self)
        self.store.on_change = Events(self).tell

    # --- its life ---

    def start(self) -> Portal:
        """Listen; may follow `stop`, then on the same port."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Refuse connections from now on; the tasks stay."""
        self._server.stop()

    def __enter__(self) -> Portal:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def webhook_url(self) -> str:
        """The inbound webhook: a password, as everywhere."""
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

    # --- what a test asks ---

    def tasks(self) -> list[StoredTask]:
        return self.store.all()

    def requests(self, method: str | None = None) -> list[Received]:
        """The calls so far, in order of arrival."""
        with self._guard:
            return [call for call in self._received if method in (None, call.method)]

    def syncs(self) -> list[Received]:
        """The synchronisations that the module has accepted."""
        with self._guard:
            return list(self._syncs)

    def comments(self, task_id: int) -> list[Comment]:
        """What was said under a task."""
        return self.store.comments(task_id)

    # --- what a person does, by default the responsible ---

    def complete(
        self, task_id: int, *, answer: str | None = None, result: str | None = None, by: int | None = None
    ) -> None:
        """Close a task, with an answer (its text or the option's id) and a result."""
        self.store.complete(task_id, self._person(task_id, by), answer=answer, result=result)

    def decline(self, task_id: int, *, by: int | None = None) -> None:
        """Refuse a task."""
        self.store.decline(task_id, self._person(task_id, by))

    def renew(self, task_id: int, *, by: int | None = None) -> None:
        """Open a closed task again."""
        self.store.renew(task_id, self._person(task_id, by))

    def delete(self, task_id: int, *, by: int | None = None) -> None:
        """Throw a task into the bin."""
        self.store.delete(task_id, self._person(task_id, by))

    def restore(self, task_id: int) -> None:
        """Take a task out of the bin again."""
        self.store.restore(task_id)

    def _person(self, task_id: int, by: int | None) -> int:
        if by is not None:
            return by
        task = next((task for task in self.tasks() if task.id == task_id), None)
        return int(task.fields["RESPONSIBLE_ID"]) if task else self.store.owner

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
            return task_page(self.store, int(match["id"]), language)
        return Reply(404, text="not found", content_type="text/plain")

    def _webhook(self, request: Request, owner: str, code: str, method: str) -> Reply:
        if int(owner) != self.store.owner or not secrets.compare_digest(code, self._code):
            return Reply(401, {"error": "NO_AUTH_FOUND", "error_description": "Wrong authorization data"})
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
            call = self._received[number]
            self._received[number] = Received(call.method, call.body, call.content_type, started, time.monotonic())
        return reply

    def _execute(self, method: str, params: Any) -> Reply:
        spent = self.limits.call(method, time.monotonic()) if self.limits else None
        if isinstance(spent, str):
            return refusal(spent)
        reply = self._rest.execute(method, params)
        if spent and "time" in reply.data:
            reply.data["time"] |= {"operating": spent.seconds, "operating_reset_at": time.time() + spent.reset_in}
        return reply

    def accept_sync(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`imena.camunda.sync`: noted, or refused."""
        if self.sync_refusal:
            return {"success": False, "error": self.sync_refusal}
        if not params.get("processInstanceId"):
            return {"success": False, "error": "processInstanceId is required"}
        with self._guard:
            self._syncs.append(Received(SYNC, dict(params), "application/json", time.monotonic()))
        told = {"success": True, "message": "Webhook received", **params}
        return told | {"timestamp": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")}


def main() -> None:
    """Run the stand-in until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A Bitrix24 portal stand-in on loopback")
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--code", help="the webhook's secret; default: a random one, which is printed")
    parser.add_argument("--outgoing-url", help="where to tell of changed tasks; default: nowhere")
    parser.add_argument("--application-token", help="what the portal shows there; default: a random one")
    options = parser.parse_args()
    with Portal(options.port, options.code) as portal:
        portal.outgoing_url = options.outgoing_url
        portal.application_token = options.application_token or portal.application_token
        print(f"BITRIX_WEBHOOK_URL={portal.webhook_url}\n{portal.page_url}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return
