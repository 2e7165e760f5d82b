"""What `check --model` and the log say of BPMN errors and escalations that nothing catches or nothing raises."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase

ANY = Phrase("с любым кодом", "with any code")
NONE = Phrase("ничего", "none")
OF_RAISED: Mapping[str, Words] = {
    "uncaught": Words(
        Phrase(
            "BPMN-ошибку {codes} в этой модели ничто не ловит", "nothing in this model catches the BPMN error {codes}"
        ),
        Phrase(
            "поставьте на шаг граничное событие с этим кодом; ловит ли её вызывающий процесс, отсюда не видно",
            "add a boundary event with this code to the step; whether a calling process catches it is not visible here",
        ),
    ),
    "error_uncaught": Words(
        Phrase(
            "ошибку {code} вокруг ничто не ловит: движок без предупреждения закончит здесь ветвь, и за подпроцессом "
            "процесс пойдёт дальше, как будто ошибки не было",
            "nothing around catches the error {code}: the engine ends the branch here without a word, and behind the "
            "sub-process the process goes on as if there had been no error",
        ),
        Phrase(
            "поставьте на подпроцесс граничное событие ошибки с кодом {code} или исправьте код; ловит ли её "
            "вызывающий процесс, отсюда не видно",
            "put an error boundary event with the code {code} on the sub-process, or correct the code; whether a "
            "calling process catches it is not visible here",
        ),
    ),
    "escalation_uncaught": Words(
        Phrase(
            "эскалацию {code} вокруг ничто не ловит: она ничего не вызовет",
            "nothing around catches the escalation {code}: it has no effect",
        ),
        Phrase(
            "поставьте на подпроцесс граничное событие эскалации с кодом {code} или исправьте код; ловит ли её "
            "вызывающий процесс, отсюда не видно",
            "put an escalation boundary event with the code {code} on the sub-process, or correct the code; whether a "
            "calling process catches it is not visible here",
        ),
    ),
    "error_of_step_never": Words(
        Phrase(
            "событие ждёт от шага {of} ошибку {code}, а настройки его топика дают такие коды: {given}; путь от этого "
            "события никогда не начнётся",
            "the event waits for an error {code} of the step {of}, and the settings of its topic give these codes: "
            "{given}; the way behind the event never begins",
        ),
        Phrase(
            "задайте итог с этим кодом: error:КОД в wait.answers, wait.declined, wait.deleted или wait.returned "
            "топика; или исправьте код события",
            "set an outcome with this code: error:CODE in wait.answers, wait.declined, wait.deleted or wait.returned "
            "of the topic; or correct the code of the event",
        ),
    ),
    "error_never": Words(
        Phrase(
            "событие ждёт ошибку {code}, а внутри {of} возможны только такие коды: {given}; путь от этого события "
            "никогда не начнётся",
            "the event waits for an error {code}, and inside {of} only these codes are raised: {given}; the way behind "
            "the event never begins",
        ),
        Phrase(
            "исправьте код у события или у того, что вызывает ошибку внутри",
            "correct the code of the event, or of what raises the error inside",
        ),
    ),
    "escalation_never": Words(
        Phrase(
            "событие ждёт эскалацию {code}, а внутри {of} возможны только такие коды: {given}; путь от этого события "
            "никогда не начнётся",
            "the event waits for an escalation {code}, and inside {of} only these codes are raised: {given}; the way "
            "behind the event never begins",
        ),
        Phrase(
            "исправьте код у события или у того, что вызывает эскалацию внутри",
            "correct the code of the event, or of what raises the escalation inside",
        ),
    ),
    "error_of_call_uncaught": Words(
        Phrase(
            "вызываемый процесс {called} вызывает ошибку {code}, а этот вызов её не ловит: процесс пойдёт дальше за "
            "вызовом, как будто ошибки не было",
            "the called process {called} raises the error {code}, which nothing at this call or around it catches: "
            "behind the call the process goes on as if there had been no error",
        ),
        Phrase(
            "поставьте на вызов граничное событие ошибки с кодом {code} или исправьте код; ловит ли её процесс, "
            "который вызывает этот, отсюда не видно",
            "put an error boundary event with the code {code} on the call activity, or correct the code; whether a "
            "process that calls this one catches it is not visible here",
        ),
    ),
    "escalation_of_call_uncaught": Words(
        Phrase(
            "вызываемый процесс {called} вызывает эскалацию {code}, а этот вызов её не ловит: она ничего не вызовет",
            "the called process {called} raises the escalation {code}, which nothing at this call or around it "
            "catches: it has no effect",
        ),
        Phrase(
            "поставьте на вызов граничное событие эскалации с кодом {code} или исправьте код; ловит ли её процесс, "
            "который вызывает этот, отсюда не видно",
            "put an escalation boundary event with the code {code} on the call activity, or correct the code; whether "
            "a process that calls this one catches it is not visible here",
        ),
    ),
}
