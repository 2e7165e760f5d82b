"""The catalogue of all causes: one sentence and one cure each; defined here are those of a side's own answers."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker.words.cause_text import Explanation
from worker.words.phrase import Phrase
from worker.words.reach_words import ON_THE_WAY

REST_CHANGED = Phrase(
    "Ничего, если это редко; иначе проверьте модули портала, которые меняют ответы REST",
    "Nothing, if rare; else check the portal's modules that change answers of REST",
)
BY_THE_SIDE: Mapping[Cause, Explanation] = {
    Cause.NO_REST: Explanation(
        Phrase(
            "по этому адресу нет REST портала{at}{http}{size}: {said}",
            "there is no REST of a portal at this address{at}{http}{size}: {said}",
        ),
        Phrase("Проверьте {address}: https://портал/rest/…", "Check {address}: https://portal/rest/…"),
    ),
    Cause.WEBHOOK_UNKNOWN: Explanation(
        Phrase(
            "портал не знает этого вебхука ({code}){at}: {said}",
            "the portal does not know this webhook ({code}){at}: {said}",
        ),
        Phrase("Создайте новый вебхук и впишите его в {address}", "Make a new webhook, and put it into {address}"),
    ),
    Cause.WEBHOOK_EXPIRED: Explanation(
        Phrase(
            "срок доступа вебхука истёк ({code}){at}: {said}", "the webhook's access has expired ({code}){at}: {said}"
        ),
        Phrase("Создайте новый вебхук и впишите его в {address}", "Make a new webhook, and put it into {address}"),
    ),
    Cause.SCOPE_MISSING: Explanation(
        Phrase("вебхуку не хватает прав{at}: {said}", "the webhook lacks a scope{at}: {said}"),
        Phrase("Добавьте право на странице вебхука", "Grant it on the webhook's page"),
    ),
    Cause.NOT_ADMIN: Explanation(
        Phrase(
            "владелец вебхука не администратор: часть задач от него скрыта",
            "the webhook's owner is not an administrator: tasks could be hidden from it",
        ),
        Phrase("Создайте вебхук от имени администратора", "Make the webhook as one"),
    ),
    Cause.USER_BLOCKED: Explanation(
        Phrase(
            "владельцу вебхука закрыт доступ ({code}){at}: {said}",
            "the webhook's owner has no access ({code}){at}: {said}",
        ),
        Phrase("Разблокируйте его или создайте вебхук от другого", "Unblock them, or make a webhook as somebody else"),
    ),
    Cause.DENIED: Explanation(
        Phrase("портал отказал в доступе ({code}){at}: {said}", "the portal denies access ({code}){at}: {said}"),
        Phrase(
            "Проверьте права владельца вебхука и тариф портала", "Check the rights of the webhook's owner, and the plan"
        ),
    ),
    Cause.HTTPS_REQUIRED: Explanation(
        Phrase(
            "портал принимает REST только по https ({code}){at}: {said}",
            "the portal takes REST over https only ({code}){at}: {said}",
        ),
        Phrase("Напишите в {address} https://", "Write https:// into {address}"),
    ),
    Cause.PORTAL_CLOSED: Explanation(
        Phrase(
            "портал закрыт или его лицензия истекла ({code}){at}: {said}",
            "the portal is closed, or its licence has expired ({code}){at}: {said}",
        ),
        Phrase("Продлите лицензию или тариф портала", "Renew the portal's licence"),
    ),
    Cause.METHOD_MISSING: Explanation(
        Phrase(
            "портал не знает метода {call} ({code}){at}: {said}",
            "the portal does not know the method {call} ({code}){at}: {said}",
        ),
        Phrase("Установите модуль портала или дайте вебхуку его право", "Install its module, or grant its scope"),
    ),
    Cause.LIMIT: Explanation(
        Phrase(
            "превышена частота запросов ({code}){at}: {said}",
            "the portal's limit of requests was hit ({code}){at}: {said}",
        ),
        Phrase("Ничего: воркер подождёт; или уменьшите bitrix.limits", "Nothing: it waits; or lower bitrix.limits"),
        passes=True,
    ),
    Cause.OPERATION_LIMIT: Explanation(
        Phrase(
            "метод исчерпал время выполнения ({code}){at}: {said}",
            "the method's execution time is used up ({code}){at}: {said}",
        ),
        Phrase("Ничего: воркер подождёт, пока портал вернёт время", "Nothing: the worker waits for more of it"),
        passes=True,
    ),
    Cause.OVERLOAD: Explanation(
        Phrase(
            "портал заблокировал REST за нагрузку ({code}){at}: {said}",
            "the portal has blocked REST for its load ({code}){at}: {said}",
        ),
        Phrase("Обратитесь в поддержку Битрикс24", "Write to the support of Bitrix24"),
    ),
    Cause.REJECTED: Explanation(
        Phrase("портал отклонил данные ({code}){at}: {said}", "the portal rejects the data ({code}){at}: {said}"),
        Phrase("Исправьте то, что он называет", "Correct what it names"),
    ),
    Cause.MODULE_SAYS: Explanation(
        Phrase(
            "модуль портала не выполнил вызов{at}: {said}", "the portal's module did not carry out the call{at}: {said}"
        ),
        Phrase("Устраните то, что он называет; см. журнал портала", "Fix what it names; see the portal's log"),
        passes=True,
    ),
    Cause.UNCLEAR: Explanation(
        Phrase(
            "портал не дал понятного ответа ({code}){at}{http}: {said}",
            "the portal gave no clear answer ({code}){at}{http}: {said}",
        ),
        Phrase("Устраните то, что он называет; см. журнал портала", "Fix what it names; see the portal's log"),
        passes=True,
    ),
    Cause.NO_WITNESS: Explanation(
        Phrase(
            "портал не показал задачу, которая точно есть ({code}){at}: отсутствие других ничего не доказывает",
            "the portal does not show a task that surely exists ({code}){at}: the absence of others proves nothing",
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
            "the portal's list is behind: a task made lately is not in it yet ({code}){at}",
        ),
        Phrase(
            "Ничего, если это проходит; иначе проверьте репликацию базы портала",
            "Nothing, if it passes; else check the replication of the portal's database",
        ),
        passes=True,
    ),
    Cause.CUT_SHORT: Explanation(
        Phrase("список портала оборван ({code}){at}", "the portal's list is cut short ({code}){at}"),
        REST_CHANGED,
        passes=True,
    ),
    Cause.FILTER_IGNORED: Explanation(
        Phrase(
            "портал ответил тем, о чём его не спрашивали ({code}){at}",
            "the portal answers with what was not asked for ({code}){at}",
        ),
        REST_CHANGED,
        passes=True,
    ),
    Cause.MALFORMED: Explanation(
        Phrase(
            "ответ портала не таков, каким его описывает REST ({code}){at}",
            "the portal's answer is not as its REST describes it ({code}){at}",
        ),
        REST_CHANGED,
        passes=True,
    ),
    Cause.ENGINE_PATH: Explanation(
        Phrase(
            "по этому адресу нет REST движка{at}{http}{size}: {said}",
            "there is no engine's REST at this address{at}{http}{size}: {said}",
        ),
        Phrase("Проверьте {address}: обычно оканчивается на /engine-rest", "Check {address}: most end in /engine-rest"),
        passes=True,
    ),
    Cause.ENGINE_LOGIN: Explanation(
        Phrase(
            "движок не принимает имя и пароль{at}{http}: {said}",
            "the engine does not accept name and password{at}{http}: {said}",
        ),
        Phrase(
            "Исправьте CAMUNDA_AUTH_USERNAME и CAMUNDA_AUTH_PASSWORD", "Correct CAMUNDA_AUTH_USERNAME and …_PASSWORD"
        ),
    ),
    Cause.ENGINE_RIGHTS: Explanation(
        Phrase(
            "движок отказал этому пользователю в правах{at}{http}: {said}",
            "the engine's user has no right to this{at}{http}: {said}",
        ),
        Phrase("Дайте пользователю движка права (authorizations)", "Grant that user the authorizations in the engine"),
    ),
    Cause.ENGINE_TOO_OLD: Explanation(
        Phrase(
            "движок версии {said} не передаёт воркеру дополнительные свойства шагов (Camunda передаёт их с 7.14), и "
            "согласования прошли бы без вопроса",
            "the engine's version {said} does not give the worker the extension properties of steps (Camunda does "
            "since 7.14), and approvals would pass unasked",
        ),
        Phrase("Обновите движок; до тех пор задачи не берутся", "Upgrade the engine; until then no tasks are fetched"),
    ),
    Cause.ENGINE_SAYS: Explanation(
        Phrase("движок отвечает{at}{http}: {said}", "the engine says{at}{http}: {said}"),
        Phrase("Устраните то, что он называет; см. журнал движка", "Fix what it names; see the engine's log"),
        passes=True,
    ),
    Cause.LEDGER_AWAY: Explanation(
        Phrase("журнал недоступен: {said}", "the ledger cannot be used: {said}"),
        Phrase(
            "Файл: освободите или почините диск. Сервер: запустите базу, проверьте сеть и права",
            "A file: free or fix the disk. A server: start it, check network and rights",
        ),
        passes=True,
    ),
}

CATALOGUE: Mapping[Cause, Explanation] = {**ON_THE_WAY, **BY_THE_SIDE}
