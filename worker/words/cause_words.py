"""Every cause in words: one sentence and one cure, in Russian and English; here what a side itself says."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker.words.cause_text import Told, Words
from worker.words.reach_words import ON_THE_WAY

REST_CHANGED_RU = "Ничего, если это редко; иначе проверьте модули портала, которые меняют ответы REST"
REST_CHANGED_EN = "Nothing, if rare; else check the portal's modules that change answers of REST"
BY_THE_SIDE: Mapping[Cause, Words] = {
    Cause.NO_REST: Words(
        Told("по этому адресу нет REST портала{at}{http}{size}: {said}", "Проверьте {address}: https://портал/rest/…"),
        Told(
            "there is no REST of a portal at this address{at}{http}{size}: {said}",
            "Check {address}: https://portal/rest/…",
        ),
    ),
    Cause.WEBHOOK_UNKNOWN: Words(
        Told("портал не знает этого вебхука ({code}){at}: {said}", "Создайте новый вебхук и впишите его в {address}"),
        Told(
            "the portal does not know this webhook ({code}){at}: {said}",
            "Make a new webhook, and put it into {address}",
        ),
    ),
    Cause.WEBHOOK_EXPIRED: Words(
        Told("срок доступа вебхука истёк ({code}){at}: {said}", "Создайте новый вебхук и впишите его в {address}"),
        Told("the webhook's access has expired ({code}){at}: {said}", "Make a new webhook, and put it into {address}"),
    ),
    Cause.SCOPE_MISSING: Words(
        Told("вебхуку не хватает прав{at}: {said}", "Добавьте право на странице вебхука"),
        Told("the webhook lacks a scope{at}: {said}", "Grant it on the webhook's page"),
    ),
    Cause.NOT_ADMIN: Words(
        Told(
            "владелец вебхука не администратор: часть задач от него скрыта", "Создайте вебхук от имени администратора"
        ),
        Told("the webhook's owner is not an administrator: tasks could be hidden from it", "Make the webhook as one"),
    ),
    Cause.USER_BLOCKED: Words(
        Told(
            "владельцу вебхука закрыт доступ ({code}){at}: {said}", "Разблокируйте его или создайте вебхук от другого"
        ),
        Told(
            "the webhook's owner has no access ({code}){at}: {said}", "Unblock them, or make a webhook as somebody else"
        ),
    ),
    Cause.DENIED: Words(
        Told("портал отказал в доступе ({code}){at}: {said}", "Проверьте права владельца вебхука и тариф портала"),
        Told("the portal denies access ({code}){at}: {said}", "Check the rights of the webhook's owner, and the plan"),
    ),
    Cause.HTTPS_REQUIRED: Words(
        Told("портал принимает REST только по https ({code}){at}: {said}", "Напишите в {address} https://"),
        Told("the portal takes REST over https only ({code}){at}: {said}", "Write https:// into {address}"),
    ),
    Cause.PORTAL_CLOSED: Words(
        Told("портал закрыт или его лицензия истекла ({code}){at}: {said}", "Продлите лицензию или тариф портала"),
        Told("the portal is closed, or its licence has expired ({code}){at}: {said}", "Renew the portal's licence"),
    ),
    Cause.METHOD_MISSING: Words(
        Told(
            "портал не знает метода {call} ({code}){at}: {said}",
            "Установите модуль портала или дайте вебхуку его право",
        ),
        Told(
            "the portal does not know the method {call} ({code}){at}: {said}", "Install its module, or grant its scope"
        ),
    ),
    Cause.LIMIT: Words(
        Told("превышена частота запросов ({code}){at}: {said}", "Ничего: воркер подождёт; или уменьшите bitrix.limits"),
        Told(
            "the portal's limit of requests was hit ({code}){at}: {said}", "Nothing: it waits; or lower bitrix.limits"
        ),
        passes=True,
    ),
    Cause.OPERATION_LIMIT: Words(
        Told(
            "метод исчерпал время выполнения ({code}){at}: {said}", "Ничего: воркер подождёт, пока портал вернёт время"
        ),
        Told("the method's execution time is used up ({code}){at}: {said}", "Nothing: the worker waits for more of it"),
        passes=True,
    ),
    Cause.OVERLOAD: Words(
        Told("портал заблокировал REST за нагрузку ({code}){at}: {said}", "Обратитесь в поддержку Битрикс24"),
        Told("the portal has blocked REST for its load ({code}){at}: {said}", "Write to the support of Bitrix24"),
    ),
    Cause.REJECTED: Words(
        Told("портал отклонил данные ({code}){at}: {said}", "Исправьте то, что он называет"),
        Told("the portal rejects the data ({code}){at}: {said}", "Correct what it names"),
    ),
    Cause.UNCLEAR: Words(
        Told(
            "портал не дал понятного ответа ({code}){at}{http}: {said}",
            "Устраните то, что он называет; см. журнал портала",
        ),
        Told("the portal gave no clear answer ({code}){at}{http}: {said}", "Fix what it names; see the portal's log"),
        passes=True,
    ),
    Cause.NO_WITNESS: Words(
        Told(
            "портал не показал задачу, которая точно есть ({code}){at}: отсутствие других ничего не доказывает",
            "Проверьте, что владелец вебхука администратор и видит все задачи",
        ),
        Told(
            "the portal does not show a task that surely exists ({code}){at}: the absence of others proves nothing",
            "Check that the webhook's owner is an administrator and sees all tasks",
        ),
        passes=True,
    ),
    Cause.LIST_BEHIND: Words(
        Told(
            "список портала отстаёт: недавно созданной задачи в нём ещё нет ({code}){at}",
            "Ничего, если это проходит; иначе проверьте репликацию базы портала",
        ),
        Told(
            "the portal's list is behind: a task made lately is not in it yet ({code}){at}",
            "Nothing, if it passes; else check the replication of the portal's database",
        ),
        passes=True,
    ),
    Cause.CUT_SHORT: Words(
        Told("список портала оборван ({code}){at}", REST_CHANGED_RU),
        Told("the portal's list is cut short ({code}){at}", REST_CHANGED_EN),
        passes=True,
    ),
    Cause.FILTER_IGNORED: Words(
        Told("портал ответил тем, о чём его не спрашивали ({code}){at}", REST_CHANGED_RU),
        Told("the portal answers with what was not asked for ({code}){at}", REST_CHANGED_EN),
        passes=True,
    ),
    Cause.MALFORMED: Words(
        Told("ответ портала не таков, каким его описывает REST ({code}){at}", REST_CHANGED_RU),
        Told("the portal's answer is not as its REST describes it ({code}){at}", REST_CHANGED_EN),
        passes=True,
    ),
    Cause.ENGINE_PATH: Words(
        Told(
            "по этому адресу нет REST движка{at}{http}{size}: {said}",
            "Проверьте {address}: обычно оканчивается на /engine-rest",
        ),
        Told(
            "there is no engine's REST at this address{at}{http}{size}: {said}",
            "Check {address}: most end in /engine-rest",
        ),
        passes=True,
    ),
    Cause.ENGINE_LOGIN: Words(
        Told(
            "движок не принимает имя и пароль{at}{http}: {said}",
            "Исправьте CAMUNDA_AUTH_USERNAME и CAMUNDA_AUTH_PASSWORD",
        ),
        Told(
            "the engine does not accept name and password{at}{http}: {said}",
            "Correct CAMUNDA_AUTH_USERNAME and …_PASSWORD",
        ),
    ),
    Cause.ENGINE_RIGHTS: Words(
        Told(
            "движок отказал этому пользователю в правах{at}{http}: {said}",
            "Дайте пользователю движка права (authorizations)",
        ),
        Told(
            "the engine's user has no right to this{at}{http}: {said}",
            "Grant that user the authorizations in the engine",
        ),
    ),
    Cause.ENGINE_TOO_OLD: Words(
        Told(
            "движок версии {said} не передаёт воркеру дополнительные свойства шагов (Camunda передаёт их с 7.14), и "
            "согласования прошли бы без вопроса",
            "Обновите движок; до тех пор задачи не берутся",
        ),
        Told(
            "the engine's version {said} does not give the worker the extension properties of steps (Camunda does "
            "since 7.14), and approvals would pass unasked",
            "Upgrade the engine; until then no tasks are fetched",
        ),
    ),
    Cause.ENGINE_SAYS: Words(
        Told("движок отвечает{at}{http}: {said}", "Устраните то, что он называет; см. журнал движка"),
        Told("the engine says{at}{http}: {said}", "Fix what it names; see the engine's log"),
        passes=True,
    ),
    Cause.LEDGER_AWAY: Words(
        Told(
            "журнал недоступен: {said}",
            "Файл: освободите или почините диск. Сервер: запустите базу, проверьте сеть и права",
        ),
        Told(
            "the ledger cannot be used: {said}",
            "A file: free or fix the disk. A server: start it, check network and rights",
        ),
        passes=True,
    ),
}

CATALOGUE: Mapping[Cause, Words] = {**ON_THE_WAY, **BY_THE_SIDE}
