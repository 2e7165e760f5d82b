"""Finds settings that count for nothing, or less than they say, because of other settings."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from bitrix.webhook import LOOPBACK
from worker.config.proxies import ADDRESSES
from worker.config.settings import Settings
from worker.config.tls import routes_of, speaks_tls
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

PLAN = ("START_DATE_PLAN", "END_DATE_PLAN")
NO_PORT = Phrase(
    "не действует: http.port: 0, и портал некуда сообщать о событиях; задайте порт или уберите токен",
    "has no effect: http.port is 0, and the portal can report its events nowhere; set a port, or leave the token out",
)
OTHER_MACHINE = Phrase(
    "адрес указывает на эту же машину, а прокси на другой искал бы его у себя: уберите прокси для этого адреса",
    "the address is this machine, and a proxy on another one would look for it there: leave the proxy out",
)
NOT_ASKED = Phrase(
    "не действует: адрес начинается с http://, и сертификатов никто не проверяет",
    "has no effect: the address begins with http://, and no certificate is checked",
)
NOT_VERIFIED = Phrase(
    "не действует: {side}.verify_tls: false, и сертификаты не проверяются; уберите verify_tls",
    "has no effect: {side}.verify_tls is false, and no certificate is checked; leave verify_tls out",
)
BOTH_DAYS = Phrase(
    "{days} есть и в working_time.workdays, и там это рабочий день: оставьте одно",
    "{days} is in working_time.workdays too, where it is a working day: keep one",
)
NO_PARAMETERS = Phrase(
    "знак ? и всё после него не действует, у файла нет параметров: уберите",
    "has a ? whose parameters have no effect, a file takes none: remove it and what follows",
)
LONE_LINK = Phrase(
    "портал связывает только задачи с плановыми датами: задайте и start_date_plan с end_date_plan",
    "the portal links only tasks with plan dates: set start_date_plan and end_date_plan too",
)
SHARE_OF_NOTHING = Phrase(
    "не действует: ни bitrix.limits.requests_per_second, ни operating_seconds не заданы; задайте их или preset, или "
    "уберите",
    "has no effect: neither bitrix.limits.requests_per_second nor operating_seconds is set; set them, or a preset, or "
    "leave this out",
)


def without_effect(settings: Settings, unread: frozenset[str]) -> Iterator[Problem]:
    """Warnings. `unread`: paths that have no usable value from the user."""
    yield from _switched_off(settings)
    yield from _limit_doubts(settings)
    yield from _unreached(settings)
    yield from _of_routes(settings, unread)
    yield from _of_topics(settings)
    if settings.ledger.url.startswith("sqlite") and "?" in settings.ledger.url:
        yield Problem("ledger.url", NO_PARAMETERS)
    if settings.waiting.application_token and not settings.http.port:
        yield Problem("waiting.application_token", NO_PORT)
    if both := settings.working_time.in_both:
        yield Problem("working_time.holidays", BOTH_DAYS.format(days=", ".join(both)))


def _switched_off(settings: Settings) -> Iterator[Problem]:
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
    figures = limits.resolved()
    if figures.share < 1 and not figures.requests_per_second and not figures.operating_seconds:
        yield Problem("bitrix.limits.share", SHARE_OF_NOTHING)
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


def _of_routes(settings: Settings, unread: frozenset[str]) -> Iterator[Problem]:
    """A proxy or authorities that no call uses."""
    for side, (address, route) in routes_of(settings).items():
        if f"{side}.{ADDRESSES[side]}" in unread:
            continue
        if route.proxy and _is_here(address) and not _is_here(route.proxy.address):
            yield Problem(f"{side}.proxy", OTHER_MACHINE)
        if route.ca_file and not speaks_tls(settings, side):
            yield Problem(f"{side}.ca_file", NOT_ASKED)
        elif route.ca_file and not route.verify_tls:
            yield Problem(f"{side}.ca_file", NOT_VERIFIED.format(side=side))


def _of_topics(settings: Settings) -> Iterator[Problem]:
    """Links of the Gantt chart between tasks without plan dates, which a template of the portal might have."""
    for name, topic in settings.topics.items():
        links, planned = topic.filled.get("DEPENDS_ON"), {*PLAN, "DATES_FROM_SUBTASKS"} & topic.filled.keys()
        if links and not planned and name not in settings.templates.topics:
            yield Problem(f"topics.{name}.task.{links}", LONE_LINK)


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in LOOPBACK
