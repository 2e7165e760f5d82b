"""Groups of what waits on the status page: items with the same reason are told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.monitoring.page_model import Cluster, Group, Item


def group(name: str, items: Sequence[Item], count: int, words: Mapping[str, str], command: str = "") -> Group:
    """A group with its title and hint. `count`: all there are, of which `items` are shown."""
    more = words["and_more"].format(count=count - len(items)) if count > len(items) else ""
    return Group(name, words[name], count, words[f"{name}_hint"], clustered(items), more, command)


def clustered(items: Sequence[Item]) -> list[Cluster]:
    """The items by what is said of them, the most frequent first."""
    found: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        found.setdefault((item.reason, item.cure), []).append(item)
    several = [Cluster(reason, cure, some, len(some)) for (reason, cure), some in found.items()]
    return sorted(several, key=lambda cluster: -len(cluster.items))
