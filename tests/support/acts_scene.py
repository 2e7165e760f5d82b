"""A stage whose tasks need more than a create: checklists, a link, a comment. The verdict counts every part."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.scene import END_SECONDS, Scene

TREES = (
    ("Papers", "passport", "contract", "scan", "front", "back"),
    ("Papers", "second list of the same title"),
)
TASK = """{
  title: "Order {{ external_task.id }}",
  start_date_plan: "2026-09-01", end_date_plan: "2026-09-30",
  checklists: [
    {title: Papers, items: [passport, contract, {title: scan, items: [front, back]}]},
    {title: Papers, items: [second list of the same title]},
  ],
  depends_on: EARLIER,
  comment: "Please see page 3",
}"""


class ActsScene(Scene):
    """Every part of every task exactly once, whatever happens; a comment once, or told as unknown."""

    earlier = 0
    incomplete = "incident"
    most_comments = 1

    def deploy(self) -> None:
        super().deploy()
        self.make_earlier()

    def make_earlier(self) -> None:
        """The task that all others depend on."""
        dates = {"START_DATE_PLAN": "2026-08-01T10:00:00+03:00", "END_DATE_PLAN": "2026-08-31T10:00:00+03:00"}
        ties = {"UF_PROCESS_INSTANCE_ID": "earlier", "UF_CAMUNDA_ID_EXTERNAL_TASK": "earlier"}
        made = self.portal.store.add({"TITLE": "earlier", "RESPONSIBLE_ID": 1, "XML_ID": "earlier", **dates, **ties})
        self.earlier = int(made["id"])

    def topic(self) -> str:
        return f"{{retries: 1, incomplete: {self.incomplete}, task: {TASK.replace('EARLIER', str(self.earlier))}}}"

    def verdict(self, seconds: float = END_SECONDS) -> None:
        super().verdict(seconds)
        assert not (wrong := self.wrong_parts()), wrong

    def wrong_parts(self) -> dict[int, Any]:
        """By task: what it has too much or too little of."""
        told = {
            event["portal_task"]: event["reason"] for worker in self.workers for event in worker.events("act.given_up")
        }
        found = {}
        for task in self.portal.tasks():
            if task.id == self.earlier:
                continue
            titles = Counter(item.title for item in self.portal.store.checklists.of(task.id))
            links = self.portal.store.links.count((self.earlier, task.id))
            comments = len(self.portal.comments(task.id))
            if (
                titles != Counter(sum(TREES, ()))
                or links != 1
                or comments > self.most_comments
                or (not comments and task.id not in told)
            ):
                found[task.id] = (dict(titles), links, comments)
        return found
