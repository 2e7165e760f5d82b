"""Sends one `imena.camunda.sync`: the request, a short series of attempts, and what counts as accepted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tenacity import RetryCallState, wait_random_exponential

from bitrix.causes import Cause, Trouble
from bitrix.client import Caller
from bitrix.errors import ChannelFault, PortalError
from bitrix.flags import says_yes
from bitrix.limits.limiter import Kind
from bitrix.retrying import series
from bitrix.secrecy import hide
from worker.model import SyncRequest
from worker.runtime.telemetry import Telemetry
from worker.words.causes import in_words
from worker.words.phrase import PhraseError

SYNC_METHOD = "imena.camunda.sync"
NO_SUCCESS = "success: false"
"""Where the module gives no reason."""


class SyncRefused(PhraseError):
    """The module has answered, but not with success. `reason`: its own words."""

    def __init__(self, reason: str) -> None:
        self.trouble = Trouble("portal", Cause.MODULE_SAYS, said=reason)
        super().__init__(in_words(self.trouble))


class SyncStatistics:
    """The counters of the sync contract since the process started. Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.sync_requests_sent = 0
        self.sync_requests_failed = 0
        self.sync_requests_skipped = 0

    def add(self, name: str) -> None:
        with self._guard:
            setattr(self, name, getattr(self, name) + 1)

    @property
    def sync_success_rate(self) -> float:
        """The percentage of sent among sent and failed; 0 if there were none."""
        total = self.sync_requests_sent + self.sync_requests_failed
        return round(100.0 * self.sync_requests_sent / total, 2) if total else 0.0


def sync_request_of(message_data: Mapping[str, Any]) -> SyncRequest | None:
    """The request for the data of an external task or a message of the replaced installation.

    None if the instance is missing, or both key and definition id. Without a key, the definition id's text before its
    first `:` is used.
    """
    instance = message_data.get("processInstanceId")
    key = (
        message_data.get("processDefinitionKey") or str(message_data.get("processDefinitionId") or "").partition(":")[0]
    )
    return SyncRequest(str(instance), str(key)) if instance and key else None


class SyncSender:
    """Sends synchronisations. Repeating one is safe: the module pulls the instance's state by its id."""

    def __init__(
        self,
        client: Caller,
        telemetry: Telemetry,
        *,
        method: str = SYNC_METHOD,
        attempts: int = 3,
        base_delay: float = 0.5,
        max_delay: float = 5.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._telemetry = telemetry
        self._method = method
        self._max_delay = max_delay
        self._jittered = wait_random_exponential(multiplier=base_delay, max=max_delay)
        self._series = series(self._worth_repeating, attempts=attempts, wait=self._wait, sleep=sleep)
        self.statistics = SyncStatistics()

    def send_sync_request(self, message_data: Mapping[str, Any]) -> bool:
        """Synchronise the instance that `message_data` names; True if the module has accepted it."""
        request = sync_request_of(message_data)
        if request is None:
            self.statistics.add("sync_requests_skipped")
            self._telemetry.emit("sync.skipped")
            return False
        try:
            self.deliver(request)
        except (PortalError, SyncRefused):
            return False
        return True

    def deliver(self, request: SyncRequest) -> None:
        """Send one request, in a short series of attempts. Raises `SyncRefused` or `PortalError` if all failed."""
        body = {
            "processDefinitionKey": request.process_definition_key,
            "processInstanceId": request.process_instance_id,
        }
        instance = request.process_instance_id
        self._telemetry.emit("sync.sending", body=json.dumps(body, ensure_ascii=False), process_instance_id=instance)
        try:
            self._series.copy()(self._attempt, body)
        except (PortalError, SyncRefused) as error:
            self.statistics.add("sync_requests_failed")
            self._telemetry.emit("sync.failed", error=error, process_instance_id=instance)
            raise
        self.statistics.add("sync_requests_sent")
        self._telemetry.emit(
            "sync.accepted",
            process_instance_id=instance,
            process_definition_key=request.process_definition_key,
        )

    def _attempt(self, body: Mapping[str, str]) -> None:
        result = self._client.call(self._method, body, kind=Kind.BACKGROUND).result
        if not (isinstance(result, dict) and says_yes(result.get("success"))):
            told = result if isinstance(result, dict) else {}
            raise SyncRefused(hide(str(told.get("error") or told.get("message") or NO_SUCCESS)))

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, PortalError) and error.retry_after is not None:
            return error.retry_after
        return float(self._jittered(state))

    def _worth_repeating(self, error: BaseException) -> bool:
        """Whether to try again in this series. Not if the portal has named a longer wait."""
        if isinstance(error, PortalError) and (error.retry_after or 0.0) > self._max_delay:
            return False
        return isinstance(error, PortalError | SyncRefused) and not isinstance(error, ChannelFault)
