"""What the status page says about waiting: how many steps wait, for what, and how to help them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bitrix.causes import Side
from worker import PROGRAM
from worker.ledger import OwedSync
from worker.ledger.acts import GivenUp
from worker.ledger.models import UnreadModel
from worker.ledger.peers import Silent
from worker.ledger.seen import SeenTask
from worker.ledger.view import LedgerView
from worker.monitoring.page_groups import group
from worker.monitoring.page_model import About, Facts, Group, Item
from worker.words.absent import CURE, said_of_absent, said_of_silent
from worker.words.begun_creates import said_of
from worker.words.causes import cure_left
from worker.words.incident_words import missing_said
from worker.words.model_rights import cure as cure_of_model
from worker.words.page import WORDS, span
from worker.words.phrase import Language, table_in
from worker.words.said_again import said_again


class Rows:
    """Makes the rows from the ledger, in one language. `view`: the ledger, as the facts have it."""

    def __init__(self, view: LedgerView, facts: Facts, about: About, language: Language) -> None:
        self._view = view
        self._creates = facts.creates
        self._doubtful = facts.doubtful
        self._working = facts.working
        self._about = about
        self._language = language
        self._words = table_in(language, WORDS)

    # --- what waits ---

    def people(self, *, apart: int = 0, missing: Sequence[int] = (), all_known: bool = True) -> str:
        """How many steps wait for people, and for how long.

        `apart`: how many of them are told in groups of their own. `all_known`: the ledger knows all steps
        that are locked. `missing`: the tasks that the portal has not shown once.
        """
        count = max(self._view.counts["waiting"] - apart, 0)
        if not count:
            return self._words["nobody" if all_known else "nobody_known"]
        said = self._words["people_words"].format(count=count, ago=self._ago(self._view.waiting_since))
        return f"{said} {missing_said(missing).in_(self._language)}".strip()

    def needs(self) -> list[Group]:
        """What a person must decide or fix, as the ledger knows it."""
        view = self._view
        all_shown = len(view.parked) == view.counts["parked"]
        which = " ".join(str(sync.id) for sync in view.parked) if all_shown else "--all"
        parked = [self._sync(sync) for sync in view.parked]
        staying = [self._refused(task) for task in view.unsettled if task.stays]
        groups = [
            self._group("not_accepted", staying, view.counts["not_accepted"]),
            self._group("parked", parked, view.counts["parked"], f"{PROGRAM} replay {which}"),
            self._group("not_served", [self._left(task) for task in view.not_served], view.counts["not_served"]),
            self._group("unread", [self._unread(one) for one in view.unread], view.counts["unread"]),
            self._group("given_up", [self._given_up(one) for one in view.given_up], view.counts["given_up"]),
        ]
        return [group for group in groups if group.count]

    def waits(self, *, syncs_paused: bool = False) -> list[Group]:
        """What waits for longer than usual and goes on by itself."""
        view = self._view
        doubted = [self._doubted(task) for task in view.creating if self._is_unclear(task)]
        unclear = max(view.counts["unclear"], len(doubted), len(self._doubtful))
        refused = [self._refused(task) for task in view.unsettled if not task.stays]
        groups = [
            self._group("unsettled", refused, view.counts["unsettled"]),
            self._group("doubtful", doubted, unclear),
            self._late(paused=syncs_paused),
            self._group("silent", [self._silent(one) for one in view.silent], len(view.silent)),
        ]
        return [group for group in groups if group.count]

    def _late(self, *, paused: bool) -> Group:
        late = self._group("late", [self._sync(sync) for sync in self._view.late], self._view.counts["late"])
        words = self._words
        return replace(late, hint=f"{words['late_counts']} {words['late_paused_hint' if paused else 'late_hint']}")

    def _group(self, name: str, items: Sequence[Item], count: int, command: str = "") -> Group:
        return group(name, items, count, self._words, command)

    def _is_unclear(self, task: SeenTask) -> bool:
        return task.external_task_id in self._doubtful or task.is_unclear(self._view.at)

    def _doubted(self, task: SeenTask) -> Item:
        create = self._creates.get(task.external_task_id)
        if task.absent and create is None:
            said, cure = said_of_absent(*task.absent, said=task.said), CURE.format(worker=task.absent.worker)
            return self._task(task, said.in_(self._language), cure.in_(self._language))
        waits_for = said_of(task.said, create.said if create else None, task.cause).in_(self._language)
        return self._task(task, waits_for, self._cure(task.cause, "portal", again=False))

    def _refused(self, task: SeenTask) -> Item:
        item = self._task(task, self._said(task.error, task.cause), self._cure(task.cause, "engine"))
        return replace(item, facts=(*item.facts, self._words["tries"].format(count=task.tries)))

    def _silent(self, one: Silent) -> Item:
        said, cure = said_of_silent(one.beat_at, one.steps, one.until), CURE.format(worker=one.worker)
        since = self._ago(one.beat_at)
        return Item((one.worker,), None, "", since, said.in_(self._language), cure.in_(self._language))

    def _left(self, task: SeenTask) -> Item:
        return self._task(task, self._about.served.why_not(task.topic, task.tenant).in_(self._language))

    def _given_up(self, act: GivenUp) -> Item:
        step, url = act.activity_name or act.activity_id or act.topic, self._url(act.portal_task_id)
        facts = (step, act.business_key or "", act.kind)
        said = self._said(act.reason, act.cause)
        return Item(facts, act.portal_task_id, url, self._ago(act.since), said, id=act.external_task_id)

    def _unread(self, model: UnreadModel) -> Item:
        cure = cure_of_model(model.definition_id, model.cause).in_(self._language)
        reason = self._said(model.reason, model.cause)
        return Item((model.definition_id,), None, "", self._ago(model.since), reason, cure)

    def _task(self, task: SeenTask, reason: str, cure: str = "") -> Item:
        step = task.activity_name or task.activity_id or task.topic
        facts = (step, task.process_definition_key or "", task.business_key or "")
        url, since = self._url(task.portal_task_id), self._ago(task.since)
        return Item(facts, task.portal_task_id, url, since, reason, cure, id=task.external_task_id)

    def _said(self, reason: str | None, cause: str | None) -> str:
        return said_again(reason or "", cause).in_(self._language)

    def _cure(self, cause: str | None, side: Side, *, again: bool = True) -> str:
        return cure_left(cause, side, works=side in self._working, again=again).in_(self._language)

    def _sync(self, sync: OwedSync) -> Item:
        request = sync.request
        number = self._words["sync_number"].format(id=sync.id)
        tries = self._words["tries"].format(count=sync.tries) if sync.tries else ""
        key = self._view.business_keys.get(request.process_instance_id, "")
        facts = (number, request.process_definition_key, key, tries)
        cure, since = self._cure(sync.last_cause, "portal"), self._ago(sync.created_at)
        said = self._said(sync.last_error, sync.last_cause)
        return Item(facts, None, "", since, said, cure, id=request.process_instance_id)

    def _url(self, portal_task_id: int | None) -> str:
        return "" if portal_task_id is None else self._about.task_url(portal_task_id)

    def _ago(self, moment: float | None) -> str:
        return span(self._view.at - (self._view.at if moment is None else moment), self._language)
