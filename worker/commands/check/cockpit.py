"""Tries Cockpit's address, which page and `status` link to."""

from __future__ import annotations

from collections.abc import Iterator

import requests

from bitrix import diagnosis, transport
from bitrix.causes import Trouble
from bitrix.wire import MEGABYTE
from worker.commands.check.finding import Finding
from worker.config.settings import CamundaSettings
from worker.words import look_names as names
from worker.words.causes import explained
from worker.words.phrase import Phrase, unchanged

SECONDS = 5.0
SIGN = b"cockpit"
"""Its page names itself: `<title>Camunda Cockpit</title>`, `<title>Operaton Cockpit</title>`."""
ASKS_FOR_LOGIN = Phrase("{url}: просит войти (HTTP {status})", "{url}: asks for a login (HTTP {status})")
NOT_COCKPIT = Phrase("{url}: HTTP {status}, это не Cockpit", "{url}: HTTP {status}, this is not Cockpit")
CURE = Phrase(
    "задайте в camunda.cockpit_url адрес, по которому Cockpit открывается в браузере, без части после #",
    "set camunda.cockpit_url to the address at which Cockpit opens in a browser, without the part after #",
)


def cockpit_of(settings: CamundaSettings) -> Iterator[Finding]:
    """The finding; none if no address is set. Not essential: only links depend on it."""
    url = settings.cockpit_url
    if url is None:
        return
    session = transport.session(user_agent=transport.USER_AGENT, max_connections=1, route=settings.route)
    try:
        answer = transport.Poster(session, {}).get(f"{url}/", None, (SECONDS, SECONDS), most_bytes=MEGABYTE)
    except requests.RequestException as error:
        cause, place, file = diagnosis.diagnosed(error, url, settings.route)
        yield _finding(explained(Trouble("engine", cause, "", place, file)).sentence, good=False)
    else:
        yield _judged(url, answer)
    finally:
        session.close()


def _judged(url: str, answer: requests.Response) -> Finding:
    status = answer.status_code
    if status == 200 and SIGN in answer.content.lower():
        return _finding(unchanged(url), good=True)
    if status in (301, 302, 303, 307, 308, 401, 403):
        return _finding(ASKS_FOR_LOGIN.format(url=url, status=status), good=True)
    return _finding(NOT_COCKPIT.format(url=url, status=status), good=False)


def _finding(seen: Phrase, *, good: bool) -> Finding:
    return Finding(names.COCKPIT, good=good, seen=seen, cure=CURE, essential=False)
