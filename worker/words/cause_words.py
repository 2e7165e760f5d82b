"""The catalogue of all causes: one sentence and one cure each; defined here are those of a side's own answers."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker import PROGRAM
from worker.words.cause_text import Explanation
from worker.words.ledger_words import OF_THE_LEDGER
from worker.words.odd_world_words import OF_AN_ODD_WORLD
from worker.words.phrase import Phrase
from worker.words.reach_words import ON_THE_WAY

REST_CHANGED = Phrase(
    "Ничего не нужно, если это редко. Иначе проверьте модули портала, которые меняют ответы REST",
    "Nothing, if it is rare. Otherwise check the portal's modules that change REST answers",
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
        Phrase("Создайте новый вебхук и укажите его в {address}", "Create a new webhook and set it in {address}"),
    ),
    Cause.WEBHOOK_EXPIRED: Explanation(
        Phrase(
            "срок доступа вебхука истёк ({code}){at}: {said}", "the webhook's access has expired ({code}){at}: {said}"
        ),
        Phrase("Создайте новый вебхук и укажите его в {address}", "Create a new webhook and set it in {address}"),
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
            "Установите модуль портала или дайте вебхуку право на него",
            "Install the portal's module, or grant the webhook its scope",
        ),
    ),
    Cause.LIMIT: Explanation(
        Phrase(
            "превышен предел частоты запросов к порталу ({code}){at}: {said}",
            "the portal's rate limit was exceeded ({code}){at}: {said}",
        ),
        Phrase(
            "Ничего не нужно: воркер подождёт. Или уменьшите bitrix.limits",
            "Nothing: the worker waits. Or lower bitrix.limits",
        ),
        passes=True,
    ),
    Cause.OPERATION_LIMIT: Explanation(
        Phrase(
            "время выполнения, которое портал даёт методу, исчерпано ({code}){at}: {said}",
            "the execution time that the portal allows for the method is used up ({code}){at}: {said}",
        ),
        Phrase(
            "Ничего не нужно: воркер подождёт, пока время появится снова",
            "Nothing: the worker waits until there is time again",
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
            "Nothing, if it passes. Otherwise check the replication of the portal's database",
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
    Cause.ENGINE_PATH: Explanation(
        Phrase(
            "по этому адресу нет REST движка{at}{http}{size}: {said}",
            "there is no engine REST API at this address{at}{http}{size}: {said}",
        ),
        Phrase(
            "Проверьте {address}: обычно он оканчивается на /engine-rest",
            "Check {address}: it usually ends in /engine-rest",
        ),
        passes=True,
    ),
    Cause.ENGINE_LOGIN: Explanation(
        Phrase(
            "движок не принимает имя и пароль{at}{http}: {said}",
            "the engine does not accept the user name and password{at}{http}: {said}",
        ),
        Phrase(
            "Исправьте CAMUNDA_AUTH_USERNAME и CAMUNDA_AUTH_PASSWORD",
            "Correct CAMUNDA_AUTH_USERNAME and CAMUNDA_AUTH_PASSWORD",
        ),
    ),
    Cause.ENGINE_TOKEN: Explanation(
        Phrase("движок не принимает токен{at}{http}: {said}", "the engine does not accept the token{at}{http}: {said}"),
        Phrase(
            "Проверьте, для кого токен выдан (audience, scope), не истёк ли он и верны ли часы движка и сервера "
            "токенов: CAMUNDA_AUTH_TOKEN, CAMUNDA_AUTH_TOKEN_FILE или CAMUNDA_AUTH_OAUTH2_SCOPE и _AUDIENCE. Воркер "
            "сам возьмёт новый из файла или с сервера токенов",
            "Check for whom the token was issued (audience, scope), whether it has ended, and the clocks of the engine "
            "and the token server: CAMUNDA_AUTH_TOKEN, CAMUNDA_AUTH_TOKEN_FILE, or CAMUNDA_AUTH_OAUTH2_SCOPE and "
            "_AUDIENCE. The worker takes a new one by itself from the file or the token server",
        ),
    ),
    Cause.ENGINE_RIGHTS: Explanation(
        Phrase(
            "у пользователя воркера нет прав в движке{at}{http}: {said}",
            "the worker's user lacks permissions in the engine{at}{http}: {said}",
        ),
        Phrase(
            "Дайте этому пользователю права (authorizations) в движке",
            "Grant that user the authorizations in the engine",
        ),
    ),
    Cause.ENGINE_TOO_OLD: Explanation(
        Phrase(
            "движок версии {said} не передаёт воркеру свойства расширения шагов (Camunda передаёт их с "
            "7.14), и согласования прошли бы без вопроса",
            "engine version {said} does not give the worker the extension properties of steps (Camunda does "
            "since 7.14), so approvals would pass without a question",
        ),
        Phrase(
            "Обновите движок. До тех пор воркер не запрашивает задачи",
            "Upgrade the engine. Until then the worker fetches no tasks",
        ),
    ),
    Cause.ENGINE_SAYS: Explanation(
        Phrase("движок ответил ошибкой{at}{http}: {said}", "the engine answered with an error{at}{http}: {said}"),
        Phrase(
            "Устраните причину, которую назвал движок; посмотрите его лог",
            "Fix the cause that the engine names; see its log",
        ),
        passes=True,
    ),
    Cause.TOKEN_FILE: Explanation(
        Phrase(
            "в файле нет токена для движка, или его нельзя прочитать: {said}",
            "the file holds no token for the engine, or cannot be read: {said}",
        ),
        Phrase(
            "Положите туда один токен и дайте воркеру право его читать; воркер прочитает его сам",
            "Put one token there that the worker may read; the worker then reads it by itself",
        ),
        passes=True,
    ),
    Cause.TOKEN_REFUSED: Explanation(
        Phrase(
            "сервер токенов не выдал токен для движка{at}{http}: {said}",
            "the token server issued no token for the engine{at}{http}: {said}",
        ),
        Phrase(
            "Исправьте CAMUNDA_AUTH_OAUTH2_CLIENT_ID, _CLIENT_SECRET, _SCOPE и _AUDIENCE; разрешите "
            "клиенту client_credentials на сервере токенов",
            "Correct CAMUNDA_AUTH_OAUTH2_CLIENT_ID, _CLIENT_SECRET, _SCOPE and _AUDIENCE; allow the client "
            "client_credentials on the token server",
        ),
    ),
    Cause.TOKEN_ODD: Explanation(
        Phrase(
            "в ответе сервера токенов нет пригодного токена{at}{http}{size}: {said}",
            "the answer of the token server holds no token that can be used{at}{http}{size}: {said}",
        ),
        Phrase(
            "Проверьте {address} и что отвечает по этому адресу: нужны access_token, token_type Bearer и expires_in",
            "Check {address} and what answers there: access_token, token_type Bearer and expires_in are needed",
        ),
        passes=True,
    ),
    Cause.TOKEN_FAILED: Explanation(
        Phrase(
            "ошибка на сервере токенов, токена для движка нет{at}{http}{size}: {said}",
            "the token server failed and issued no token for the engine{at}{http}{size}: {said}",
        ),
        Phrase(
            "Найдите причину в логе сервера токенов; воркер попросит токен снова сам",
            "Find the cause in the log of the token server; the worker asks again by itself",
        ),
        passes=True,
    ),
}

CATALOGUE: Mapping[Cause, Explanation] = {**ON_THE_WAY, **BY_THE_SIDE, **OF_THE_LEDGER, **OF_AN_ODD_WORLD}
