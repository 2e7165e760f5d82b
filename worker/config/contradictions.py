"""Finds settings that are valid but contradict each other, or that probably do not say what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bitrix.secrecy import SHORTEST
from bitrix.webhook import LOOPBACK
from worker.config.long_times import long_times
from worker.config.own_words import is_own
from worker.config.plan_dates import early_deadlines, odd_plan_dates
from worker.config.secrets import secrets_of
from worker.config.setting_types import TOO_LONG
from worker.config.settings import CamundaSettings, Settings, TopicSettings
from worker.config.templates import TEMPLATE
from worker.config.without_effect import without_effect
from worker.mapping.notations import unfilled_beside
from worker.mapping.outcomes import DEFAULT_RESULT, LONGEST_NAME
from worker.mapping.templates import texts_in
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

NO_COLON = Phrase(
    "с двоеточием: HTTP Basic передаёт имя только до него, движок откажет; нужен пользователь без двоеточия в имени",
    "has a colon: HTTP Basic ends the name there, and the engine refuses it; give the worker a user without a colon",
)
LONGEST_SLOT = len("-9999")
MINUS = Phrase(
    "выражение ${{{name}}} движок прочтёт как вычитание: назовите переменную без дефиса",
    "the engine reads an expression ${{{name}}} as a subtraction: name the variable without a hyphen",
)
DOT = Phrase(
    "в выражении ${{{name}}} движок ищет свойство переменной: назовите её без точки",
    "the engine looks for a property in an expression ${{{name}}}: name the variable without a dot",
)
SHORT_SECRET = Phrase(
    f"секрет короче {SHORTEST} символов: его не отличить от обычных слов, и он не будет скрыт, если его повторит "
    "другая система; выберите длиннее",
    f"is a secret of fewer than {SHORTEST} characters: it looks like an ordinary word and is not hidden where another "
    "system echoes it; choose a longer one",
)
SECRET_IS_A_WORD = Phrase(
    "секрет — слово, которое пишет и сама программа: она не скроет его, если его повторит другая система; выберите "
    "случайный",
    "is a secret that the program itself writes as a word: it is not hidden where another system echoes it; choose a "
    "random one",
)
USUAL_END = re.compile(r"/engine-rest(/engine/[^/]+)?$")
OUTCOME_WORDS = ("incident", "complete", "wait")
"""Outcomes for declined, deleted and returned tasks. As the value of an answer they are only text."""


def contradictions(settings: Settings, unread: frozenset[str]) -> Iterator[Problem]:
    """Settings that contradict each other. `unread`: paths that have no usable value from the user."""
    yield from _engine_contradictions(settings.camunda, unread)
    for name in settings.working_time.unused:
        yield Problem(
            f"working_time.{name}",
            Phrase(
                "не действует без working_time.hours: тогда рабочее время берётся из календаря портала",
                "has no effect without working_time.hours: the working time is then that of the portal's calendar",
            ),
        )
    yield from _long_worker_id(settings)
    yield from odd_plan_dates(settings)
    if not unread & {"bitrix.server_max_seconds", "bitrix.margin_seconds"}:
        yield from _short_locks(settings, unread)


def _engine_contradictions(camunda: CamundaSettings, unread: frozenset[str]) -> Iterator[Problem]:
    ways = [*(["camunda.auth_enabled"] if camunda.auth_enabled else []), *camunda.auth.ways]
    for other in ways[1:]:
        yield Problem(
            other,
            Phrase(
                f"и {ways[0]} несовместимы, это два способа входа в движок: оставьте один",
                f"and {ways[0]} exclude each other, they are two ways to log in to the engine: keep one",
            ),
        )
    for name in (one for one in camunda.auth.oauth2.missing if f"camunda.auth.oauth2.{one}" not in unread):
        yield Problem(
            f"camunda.auth.oauth2.{name}",
            Phrase(
                f"не задано, а другое в camunda.auth.oauth2 задано: задайте CAMUNDA_AUTH_OAUTH2_{name.upper()}",
                f"is missing, and others of camunda.auth.oauth2 are set: set CAMUNDA_AUTH_OAUTH2_{name.upper()}",
            ),
        )
    for name in ("auth_username", "auth_password") if camunda.auth_enabled else ():
        if not getattr(camunda, name) and f"camunda.{name}" not in unread:
            yield Problem(
                f"camunda.{name}",
                Phrase(
                    f"не задано, а camunda.auth_enabled включено: задайте CAMUNDA_{name.upper()}",
                    f"is missing, and camunda.auth_enabled is on: set CAMUNDA_{name.upper()}",
                ),
            )
    if camunda.auth_enabled and ":" in (camunda.auth_username or ""):
        yield Problem("camunda.auth_username", NO_COLON)
    if camunda.tenant_ids and camunda.without_tenant:
        yield Problem(
            "camunda.without_tenant",
            Phrase(
                "и camunda.tenant_ids несовместимы, движок не учёл бы первое: оставьте одно, а для остальных задач "
                "запустите ещё один воркер со своим журналом",
                "and camunda.tenant_ids exclude each other, the engine would ignore the first: keep one, and run "
                "another "
                "worker, with a ledger of its own, for the rest",
            ),
        )


def _long_worker_id(settings: Settings) -> Iterator[Problem]:
    """A shared ledger appends the number of a slot."""
    named, most = settings.camunda.worker_id or "", LONGEST_NAME - LONGEST_SLOT
    if len(named) > most and not settings.ledger.url.startswith("sqlite"):
        yield Problem("camunda.worker_id", TOO_LONG.format(count=len(named), most=most))


def _short_locks(settings: Settings, unread: frozenset[str]) -> Iterator[Problem]:
    """Locks that a create could outlive (P4)."""
    least = 2 * settings.hold_seconds
    locks = {"camunda": settings.camunda.lock_seconds} | {
        f"topics.{name}": topic.lock_seconds for name, topic in settings.topics.items() if topic.lock_seconds
    }
    for path, seconds in locks.items():
        if seconds <= least and f"{path}.lock_seconds" not in unread:
            sum_ = "2 × (bitrix.server_max_seconds + bitrix.margin_seconds)"
            yield Problem(
                f"{path}.lock_seconds",
                Phrase(
                    f"{seconds:g} должно быть больше {sum_} = {least:g}: увеличьте его или уменьшите те два",
                    f"{seconds:g} must exceed {sum_} = {least:g}: raise it, or lower those two",
                ),
            )


def doubtful(settings: Settings, unread: frozenset[str]) -> Iterator[Problem]:
    """Warnings about settings that are allowed but probably not meant. `unread` as in `contradictions`."""
    if settings.bitrix.request_timeout < settings.bitrix.server_max_seconds:
        yield Problem(
            "bitrix.request_timeout",
            Phrase(
                "меньше bitrix.server_max_seconds: безопасно, но каждое долгое создание придётся пережидать и искать; "
                "увеличьте его",
                "is below bitrix.server_max_seconds: safe, but the worker has to wait for every slower create and look "
                "it up; raise it",
            ),
        )
    if not settings.first_within_seconds:
        hold = f"bitrix.server_max_seconds + bitrix.margin_seconds = {settings.hold_seconds:g}"
        yield Problem(
            "camunda.clock_skew_seconds",
            Phrase(
                f"не меньше {hold}: безопасно, но каждая задача сначала ищется; уменьшите его или увеличьте те два",
                f"is not below {hold}: safe, but every task is looked up before it is made; lower it, or raise those "
                "two",
            ),
        )
    yield from _login_doubts(settings.camunda)
    yield from without_effect(settings, unread)
    yield from long_times(settings)
    yield from early_deadlines(settings)
    yield from _plain_secrets(settings)
    if not USUAL_END.search(settings.camunda.base_url):
        yield Problem(
            "camunda.base_url",
            Phrase(
                "обычно оканчивается на /engine-rest: проверьте адрес",
                "usually ends in /engine-rest: check the address",
            ),
        )
    yield from _topic_warnings(settings)


def _login_doubts(camunda: CamundaSettings) -> Iterator[Problem]:
    if not camunda.auth_enabled and (camunda.auth_username or camunda.auth_password):
        yield Problem(
            "camunda.auth_enabled",
            Phrase(
                "выключено, а имя или пароль для движка заданы: запросы идут без них; укажите true",
                "is off, and a user name or password for the engine is set: calls go without them; set it to true",
            ),
        )
    if (camunda.auth_enabled or camunda.auth.ways) and _is_plain(camunda.base_url):
        yield Problem(
            "camunda.base_url",
            Phrase(
                "http://: пароль или токен движка идёт по сети открытым; укажите https://",
                "is http://: the engine's password or token crosses the network in the clear; use https://",
            ),
        )
    if _is_plain(camunda.auth.oauth2.token_url or ""):
        yield Problem(
            "camunda.auth.oauth2.token_url",
            Phrase(
                "http://: секрет клиента идёт по сети открытым; укажите https://",
                "is http://: the client's secret crosses the network in the clear; use https://",
            ),
        )


def _is_plain(url: str) -> bool:
    """Whether others on the network can read what is sent there."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in LOOPBACK


def _plain_secrets(settings: Settings) -> Iterator[Problem]:
    """Secrets that cannot be told from other words. A webhook's is the portal's choice, and known by its address."""
    for path, secret in secrets_of(settings):
        if len(secret) < SHORTEST:
            yield Problem(path, SHORT_SECRET)
        elif path != "bitrix.webhook_url" and is_own(secret):
            yield Problem(path, SECRET_IS_A_WORD)


def _topic_warnings(settings: Settings) -> Iterator[Problem]:
    for name, topic in settings.topics.items():
        if name != name.strip():
            yield Problem(
                f"topics.{name}",
                Phrase(
                    "по краям пробелы: такого топика у движка нет, уберите их",
                    "has blanks around it: the engine knows no such topic; remove them",
                ),
            )
        yield from _answer_warnings(f"topics.{name}.wait", topic)
        yield from _placeholder_warnings(f"topics.{name}.task", topic)
        yield from _result_warnings(f"topics.{name}.result", topic)
        yield from _name_warnings(f"topics.{name}", topic)


def _placeholder_warnings(path: str, topic: TopicSettings) -> Iterator[Problem]:
    """Warnings about placeholders of other notations beside a template."""
    for name, template in topic.task.items():
        if found := ", ".join(one for text in texts_in([template]) for one in unfilled_beside(text)):
            yield Problem(
                f"{path}.{name}",
                Phrase(
                    f"{found} никто не заполнит, люди увидят это как есть: напишите {{{{ имя }}}}",
                    f"nobody fills {found}, and people see it as it is written: write {{{{ name }}}}",
                ),
            )


def _answer_warnings(path: str, topic: TopicSettings) -> Iterator[Problem]:
    """Warnings about values of answers where something else was probably meant."""
    for answer, value in topic.wait.answers.items():
        if value in OUTCOME_WORDS:
            yield Problem(
                f"{path}.answers.{answer}",
                Phrase(
                    f"завершает шаг с текстом {value}; для инцидента не указывайте этот ответ",
                    f"completes the step with the text {value}; leave the answer out for an incident",
                ),
            )
    if topic.wait.answer_variable in (topic.result or DEFAULT_RESULT):
        yield Problem(
            f"{path}.answer_variable",
            Phrase(
                f"ответ займёт место результата {topic.wait.answer_variable}: выберите другое имя",
                f"the answer takes the place of the result {topic.wait.answer_variable}: choose another name",
            ),
        )


def _name_warnings(path: str, topic: TopicSettings) -> Iterator[Problem]:
    """Warnings about variables that an expression of the model cannot name."""
    names = {f"{path}.wait.answer_variable": topic.wait.answer_variable}
    for place, name in (names | {f"{path}.result.{name}": name for name in topic.result}).items():
        fixed = TEMPLATE.sub("", name)
        if "-" in fixed or "." in fixed:
            yield Problem(place, (MINUS if "-" in fixed else DOT).format(name=name))


def _result_warnings(path: str, topic: TopicSettings) -> Iterator[Problem]:
    """Warnings about results that return a fetched variable unchanged: days later, it would overwrite a newer value."""
    for name, template in (topic.result or {}).items():
        if isinstance(template, str) and re.fullmatch(rf"\s*{{{{\s*{re.escape(name)}\s*}}}}\s*", template):
            yield Problem(
                f"{path}.{name}",
                Phrase(
                    "записывает переменную такой, какой она была при выдаче шага, поверх более нового значения: "
                    "уберите",
                    "writes the variable back as it was when the step was fetched, over any newer value: leave it out",
                ),
            )
