"""The catalogue of all causes: one sentence and one cure each; defined here are those of a side's own answers."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker import PROGRAM
from worker.words.cause_text import Explanation
from worker.words.engine_cause_words import OF_THE_ENGINE
from worker.words.ledger_words import OF_THE_LEDGER
from worker.words.odd_world_words import OF_AN_ODD_WORLD
from worker.words.phrase import Phrase
from worker.words.reach_words import ON_THE_WAY

REST_CHANGED = Phrase(
    "Ничего не нужно, если это редко. Иначе проверьте модули портала, которые меняют ответы REST",
    "Do nothing if it is rare. Otherwise check the portal's modules that change REST answers",
)
NEW_WEBHOOK = Phrase(
    "Создайте новый вебхук и укажите его в {address} (или …_FILE)",
    "Create a new webhook and set it in {address} (or …_FILE)",
)
BY_THE_SIDE: Mapping[Cause, Explanation] = {
    Cause.NO_REST: Explanation(
        Phrase(
            "по этому адресу нет REST портала{at}{http}{size}: {said}",
            "there is no portal REST API at this address{at}{http}{size}: {said}",
        ),
        Phrase("Проверьте {address}: https://портал/rest/…", "Check {address}: https://portal/rest/…"),
    ),
    Cause.WEBHOOK_UNKNOWN: Explanation(
        Phrase(
            "портал не знает этот вебхук ({code}){at}: {said}",
            "the portal does not know this webhook ({code}){at}: {said}",
        ),
        NEW_WEBHOOK,
    ),
    Cause.WEBHOOK_EXPIRED: Explanation(
        Phrase(
            "срок доступа вебхука истёк ({code}){at}: {said}", "the webhook's access has expired ({code}){at}: {said}"
        ),
        NEW_WEBHOOK,
    ),
    Cause.SCOPE_MISSING: Explanation(
        Phrase("вебхуку не хватает права{at}: {said}", "the webhook lacks a scope{at}: {said}"),
        Phrase(
            f"Добавьте право на странице вебхука; какое — скажет {PROGRAM} check",
            f"Grant the scope on the webhook's page; {PROGRAM} check names it",
        ),
    ),
    Cause.NOT_ADMIN: Explanation(
        Phrase(
            "владелец вебхука не администратор, и портал может скрывать от него задачи",
            "the webhook's owner is not an administrator, so the portal may hide tasks from it",
        ),
        Phrase(
            "Верните ему права администратора или создайте вебхук от имени администратора и укажите его в {address}",
            "Make the owner an administrator again, or create a webhook as one and set it in {address}",
        ),
    ),
    Cause.USER_BLOCKED: Explanation(
        Phrase(
            "владельцу вебхука закрыт доступ ({code}){at}: {said}",
            "the webhook's owner has no access ({code}){at}: {said}",
        ),
        Phrase(
            "Разблокируйте его или создайте вебхук от имени другого пользователя",
            "Unblock the owner, or create a webhook as another user",
        ),
    ),
    Cause.DENIED: Explanation(
        Phrase("портал отказал в доступе ({code}){at}: {said}", "the portal denied access ({code}){at}: {said}"),
        Phrase(
            "Проверьте права владельца вебхука и тариф портала",
            "Check the rights of the webhook's owner and the portal's plan",
        ),
    ),
    Cause.HTTPS_REQUIRED: Explanation(
        Phrase(
            "портал принимает REST только по https ({code}){at}: {said}",
            "the portal accepts REST only over https ({code}){at}: {said}",
        ),
        Phrase("Укажите в {address} https://", "Use https:// in {address}"),
    ),
    Cause.PORTAL_CLOSED: Explanation(
        Phrase(
            "портал закрыт или его лицензия истекла ({code}){at}: {said}",
            "the portal is closed, or its licence has expired ({code}){at}: {said}",
        ),
        Phrase("Продлите лицензию или тариф портала", "Renew the portal's licence or plan"),
    ),
    Cause.METHOD_MISSING: Explanation(
        Phrase(
            "портал не знает метод {call} ({code}){at}: {said}",
            "the portal does not know the method {call} ({code}){at}: {said}",
        ),
        Phrase(
            "Включите на портале модуль этого метода или дайте вебхуку право на него",
            "Switch on the module of this method on the portal, or grant the webhook its scope",
        ),
    ),
    Cause.LIMIT: Explanation(
        Phrase(
            "превышен предел частоты запросов к порталу ({code}){at}: {said}",
            "the portal's rate limit was exceeded ({code}){at}: {said}",
        ),
        Phrase(
            "Ничего делать не нужно, воркер подождёт. Или уменьшите bitrix.limits",
            "You need do nothing, the worker waits. Or lower bitrix.limits",
        ),
        passes=True,
    ),
    Cause.OPERATION_LIMIT: Explanation(
        Phrase(
            "время выполнения, которое портал даёт методу, исчерпано ({code}){at}: {said}",
            "the execution time that the portal allows for the method is used up ({code}){at}: {said}",
        ),
        Phrase(
            "Ничего делать не нужно, воркер подождёт, пока время появится снова",
            "You need do nothing, the worker waits until there is time again",
        ),
        passes=True,
    ),
    Cause.OVERLOAD: Explanation(
        Phrase(
            "портал заблокировал REST из-за нагрузки ({code}){at}: {said}",
            "the portal has blocked REST because of its load ({code}){at}: {said}",
        ),
        Phrase("Обратитесь в поддержку Битрикс24", "Contact Bitrix24 support"),
    ),
    Cause.REJECTED: Explanation(
        Phrase("портал отклонил данные ({code}){at}: {said}", "the portal rejected the data ({code}){at}: {said}"),
        Phrase("Исправьте то, что назвал портал", "Correct what the portal names"),
    ),
    Cause.MODULE_SAYS: Explanation(
        Phrase(
            "модуль портала не выполнил вызов{at}: {said}", "the portal's module did not execute the call{at}: {said}"
        ),
        Phrase(
            "Устраните причину, которую назвал модуль; посмотрите лог портала",
            "Fix the cause that the module names; see the portal's log",
        ),
        passes=True,
    ),
    Cause.UNCLEAR: Explanation(
        Phrase(
            "портал не дал понятного ответа ({code}){at}{http}: {said}",
            "the portal gave no clear answer ({code}){at}{http}: {said}",
        ),
        Phrase(
            "Устраните причину, которую назвал портал; посмотрите его лог",
            "Fix the cause that the portal names; see its log",
        ),
        passes=True,
    ),
    Cause.NO_WITNESS: Explanation(
        Phrase(
            "портал не показал задачу, которая точно есть ({code}){at}: по его списку нельзя судить, есть ли другие",
            "the portal does not show a task that certainly exists ({code}){at}: its list does not prove that "
            "others are missing",
        ),
        Phrase(
            "Проверьте, что владелец вебхука администратор и видит все задачи",
            "Check that the webhook's owner is an administrator and sees all tasks",
        ),
        passes=True,
    ),
    Cause.LIST_BEHIND: Explanation(
        Phrase(
            "список портала отстаёт: недавно созданной задачи в нём ещё нет ({code}){at}",
            "the portal's list lags behind: a recently created task is not in it yet ({code}){at}",
        ),
        Phrase(
            "Ничего не нужно, если это проходит. Иначе проверьте репликацию базы портала",
            "Do nothing if it passes. Otherwise check the replication of the portal's database",
        ),
        passes=True,
    ),
    Cause.CUT_SHORT: Explanation(
        Phrase("список портала неполон ({code}){at}", "the portal's list is incomplete ({code}){at}"),
        REST_CHANGED,
        passes=True,
    ),
    Cause.FILTER_IGNORED: Explanation(
        Phrase(
            "портал вернул не то, что запрашивал воркер ({code}){at}",
            "the portal returned something the worker did not ask for ({code}){at}",
        ),
        REST_CHANGED,
        passes=True,
    ),
    Cause.MALFORMED: Explanation(
        Phrase(
            "ответ портала не соответствует его REST ({code}){at}: {said}",
            "the portal's answer does not match its REST API ({code}){at}: {said}",
        ),
        REST_CHANGED,
        passes=True,
    ),
    **OF_THE_ENGINE,
}

CATALOGUE: Mapping[Cause, Explanation] = {**ON_THE_WAY, **BY_THE_SIDE, **OF_THE_LEDGER, **OF_AN_ODD_WORLD}
