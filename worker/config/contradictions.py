"""Finds settings that are valid but contradict each other, or that probably do not say what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bitrix.secrecy import SHORTEST
from bitrix.webhook import LOOPBACK
from worker.config.secrets import secrets_of
from worker.config.settings import CamundaSettings, Settings, TopicSettings
from worker.mapping.notations import unfilled_beside
from worker.mapping.outcomes import DEFAULT_RESULT
from worker.mapping.templates import texts_in
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

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
                "не задано, а другое в camunda.auth.oauth2 задано",
                "is missing, and others of camunda.auth.oauth2 are set",
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


def doubtful(settings: Settings) -> Iterator[Problem]:
    """Warnings about settings that are allowed but probably not meant."""
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
    yield from _limit_doubts(settings)
    yield from _unreached(settings)
    yield from _login_doubts(settings.camunda)
    yield from _without_effect(settings)
    yield from _short_secrets(settings)
    if not settings.camunda.base_url.endswith("/engine-rest"):
        yield Problem(
            "camunda.base_url",
            Phrase(
                "обычно оканчивается на /engine-rest: проверьте адрес",
                "usually ends in /engine-rest: check the address",
            ),
        )
    yield from _topic_warnings(settings)


def _without_effect(settings: Settings) -> Iterator[Problem]:
    """What is switched off, though somebody may count on it."""
    if not settings.sync.enabled:
        yield Problem(
            "sync.enabled",
            Phrase(
                "выключено: модуль портала не узнаёт ни об одном завершении, и потом этого не наверстать. SYNC_ENABLED "
                "в env-файле старой установки означало другое: уберите его",
                "is off: the portal's module learns of no completion, and nothing is kept to report later. "
                "SYNC_ENABLED in the env file of the old installation meant something else: leave it out",
            ),
        )
    if settings.bitrix.portal_templates_except and not settings.templates.anywhere:
        yield Problem(
            "bitrix.portal_templates_except",
            Phrase(
                "не действует: bitrix.portal_templates выключено, и ни один топик его не включает",
                "has no effect: bitrix.portal_templates is off, and no topic switches it on",
            ),
        )


def _limit_doubts(settings: Settings) -> Iterator[Problem]:
    limits, slots = settings.bitrix.limits, settings.camunda.max_in_flight
    if (limits.concurrency or 0) > slots:
        yield Problem(
            "bitrix.limits.concurrency",
            Phrase(
                f"больше camunda.max_in_flight, а одновременных вызовов не больше {slots}: увеличьте его или уберите "
                "это",
                f"exceeds camunda.max_in_flight, and no more than {slots} calls run at once: raise that, or leave this "
                "out",
            ),
        )
    for name, needed in limits.without_effect:
        yield Problem(
            f"bitrix.limits.{name}",
            Phrase(
                f"не действует без bitrix.limits.{needed}, а preset {limits.preset} этого не задаёт: задайте или "
                "уберите",
                f"has no effect without bitrix.limits.{needed}, which the preset {limits.preset} does not set: set it, "
                "or leave this out",
            ),
        )


def _unreached(settings: Settings) -> Iterator[Problem]:
    """Limits above what can be used."""
    figures = settings.bitrix.limits.resolved(settings.camunda.max_in_flight)
    if (settings.sync.slots or 0) > figures.most_of_one_kind:
        yield Problem(
            "sync.slots",
            Phrase(
                f"больше, чем синхронизаций бывает одновременно ({figures.most_of_one_kind}, это следует из "
                "camunda.max_in_flight и bitrix.limits.concurrency): увеличьте их или уберите это",
                f"exceeds the synchronisations that ever run at once ({figures.most_of_one_kind}, by "
                "camunda.max_in_flight and bitrix.limits.concurrency): raise those, or leave this out",
            ),
        )
    if (figures.operating_seconds or 0) > figures.window_seconds:
        yield Problem(
            "bitrix.limits.operating_seconds",
            Phrase(
                f"больше bitrix.limits.window_seconds ({figures.window_seconds:g}): уменьшите его или увеличьте окно",
                f"exceeds bitrix.limits.window_seconds ({figures.window_seconds:g}): lower it, or raise the window",
            ),
        )


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


def _short_secrets(settings: Settings) -> Iterator[Problem]:
    for path, secret in secrets_of(settings):
        if len(secret) < SHORTEST:
            yield Problem(
                path,
                Phrase(
                    f"секрет короче {SHORTEST} символов: его не отличить от обычных слов, и он не будет скрыт, если "
                    "его повторит другая система; выберите длиннее",
                    f"is a secret of fewer than {SHORTEST} characters: it looks like an ordinary word and "
                    "is not hidden where another system echoes it; choose a longer one",
                ),
            )


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
