"""Texts for causes in the engine's own answers, and for a log-in to it that cannot be had."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker import PROGRAM
from worker.words.cause_text import Explanation
from worker.words.phrase import Phrase

OF_THE_ENGINE: Mapping[Cause, Explanation] = {
    Cause.ENGINE_PATH: Explanation(
        Phrase(
            "по этому адресу нет REST движка{at}{http}{size}: {said}",
            "there is no engine REST API at this address{at}{http}{size}: {said}",
        ),
        Phrase(
            "Проверьте {address}: обычно он оканчивается на /engine-rest, а имя после /engine/ должно быть у движка",
            "Check {address}: it usually ends in /engine-rest, and a name after /engine/ must be that of an engine",
        ),
        passes=True,
    ),
    Cause.ENGINE_LOGIN: Explanation(
        Phrase(
            "движок не принимает имя и пароль{at}{http}: {said}",
            "the engine does not accept the user name and password{at}{http}: {said}",
        ),
        Phrase(
            "Исправьте CAMUNDA_AUTH_USERNAME и CAMUNDA_AUTH_PASSWORD (или файл из CAMUNDA_AUTH_PASSWORD_FILE) и "
            "перезапустите воркер. После неверного пароля Camunda до минуты не принимает и верный, а после десяти "
            "блокирует пользователя: разблокировать его может администратор (Admin → Users)",
            "Correct CAMUNDA_AUTH_USERNAME and CAMUNDA_AUTH_PASSWORD (or the file of CAMUNDA_AUTH_PASSWORD_FILE), and "
            "restart the worker. After a wrong password Camunda refuses the right one too for up to a minute, and "
            "after ten it locks the user: an administrator can unlock it (Admin → Users)",
        ),
    ),
    Cause.ENGINE_NO_LOGIN: Explanation(
        Phrase(
            "движок требует входа, а воркер никакого не отправляет{at}{http}: {said}",
            "the engine wants a log-in, and the worker sends none{at}{http}: {said}",
        ),
        Phrase(
            "Задайте CAMUNDA_AUTH_ENABLED=true, CAMUNDA_AUTH_USERNAME и CAMUNDA_AUTH_PASSWORD (или "
            "CAMUNDA_AUTH_PASSWORD_FILE), а если движок принимает токены — CAMUNDA_AUTH_TOKEN_FILE или "
            "CAMUNDA_AUTH_OAUTH2_TOKEN_URL",
            "Set CAMUNDA_AUTH_ENABLED=true, CAMUNDA_AUTH_USERNAME and CAMUNDA_AUTH_PASSWORD (or "
            "CAMUNDA_AUTH_PASSWORD_FILE); if the engine takes tokens, CAMUNDA_AUTH_TOKEN_FILE or "
            "CAMUNDA_AUTH_OAUTH2_TOKEN_URL",
        ),
    ),
    Cause.ENGINE_TOKEN: Explanation(
        Phrase("движок не принимает токен{at}{http}: {said}", "the engine does not accept the token{at}{http}: {said}"),
        Phrase(
            "Проверьте, для кого токен выдан (audience, scope), не истёк ли он и верны ли часы движка и сервера "
            "токенов: CAMUNDA_AUTH_TOKEN или CAMUNDA_AUTH_OAUTH2_SCOPE и _AUDIENCE. Новый токен с сервера токенов "
            "действует без перезапуска",
            "Check for whom the token was issued (audience, scope), whether it has ended, and the clocks of the engine "
            "and the token server: CAMUNDA_AUTH_TOKEN, or CAMUNDA_AUTH_OAUTH2_SCOPE and _AUDIENCE. A new one from the "
            "token server needs no restart",
        ),
    ),
    Cause.ENGINE_FILE_TOKEN: Explanation(
        Phrase(
            "движок не принимает токен из файла{at}{http}: {said}",
            "the engine does not accept the token from the file{at}{http}: {said}",
        ),
        Phrase(
            "Когда файл из CAMUNDA_AUTH_TOKEN_FILE обновят, воркер прочитает новый токен сам, без перезапуска. Если "
            "файл не обновляется, проверьте того, кто его обновляет, для кого токен выдан (audience, scope) и верны "
            "ли часы движка",
            "Once the file of CAMUNDA_AUTH_TOKEN_FILE is renewed, the worker reads the new token by itself, without a "
            "restart. If the file is not renewed, check whatever renews it, for whom the token was issued (audience, "
            "scope), and the clock of the engine",
        ),
        passes=True,
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
    Cause.OUTCOME_REFUSED: Explanation(
        Phrase(
            "движок отвечает, но не принимает итог шага{at}{http}: {said}",
            "the engine answers, but refuses the step's outcome{at}{http}: {said}",
        ),
        Phrase(
            "Устраните причину, которую назвал движок (обычно это выходной параметр или следующий шаг модели). После "
            "третьего отказа шаг завершится ошибкой, а когда кончатся попытки, станет инцидентом",
            "Fix the cause that the engine names (usually an output parameter or the next step of the model). After "
            "the third refusal the step fails, and with no retries left it becomes an incident",
        ),
    ),
    Cause.INSTANCE_SUSPENDED: Explanation(
        Phrase(
            "процесс приостановлен, и движок ничего не меняет в его шагах{at}{http}: {said}",
            "the process is suspended, and the engine changes nothing in its steps{at}{http}: {said}",
        ),
        Phrase(
            "Возобновите экземпляр процесса в Cockpit, если он может идти дальше: воркер продолжит шаг автоматически, "
            "второй задачи не будет. Ненужный экземпляр удалите",
            "Activate the process instance in Cockpit if it may go on: the worker then goes on with the step "
            "automatically and makes no second task. Delete an instance that is not needed",
        ),
    ),
    Cause.TOKEN_FILE: Explanation(
        Phrase(
            "в файле нет токена для движка, или его нельзя прочитать: {said}",
            "the file holds no token for the engine, or cannot be read: {said}",
        ),
        Phrase(
            "Положите туда один токен и дайте воркеру право его читать; воркер прочитает его сам. Что не так с "
            f"файлом, говорит {PROGRAM} validate",
            f"Put one token there that the worker may read; the worker then reads it by itself. {PROGRAM} validate "
            "says what is wrong with the file",
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
            "Проверьте {address} и что отвечает по этому адресу: нужен access_token; token_type и expires_in можно не "
            "передавать, но если они есть, нужны Bearer и число секунд",
            "Check {address} and what answers there: access_token is needed; token_type and expires_in may be left "
            "out, but if they are there, they must be Bearer and a number of seconds",
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
