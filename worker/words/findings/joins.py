"""What `check --model` and the log say of parallel gateways that wait for ever, whatever is answered."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase, unchanged

ONLY_ONE = Phrase("; из путей за {at} движок идёт только по одному", "; of the ways behind {at} only one is taken")
UNREACHED = Phrase("; по {flows} не приходит ничего", "; nothing comes by {flows}")
LET_EACH_PASS = Phrase(
    "выберите исключающий шлюз (exclusive), он пропускает каждую ветвь сразу; параллельный нужен только там, где ветви "
    "начал параллельный",
    "choose an exclusive gateway, which lets each branch pass at once; a parallel one joins only what a parallel one "
    "has begun",
)
MEET_BEFORE = Phrase(
    "пусть стрелки, из которых приходит только одна (например, с доработки), сойдутся перед ним в исключающем шлюзе "
    "(exclusive), и ведите от того сюда одну стрелку",
    "let the flows of which only one comes, such as one for rework, meet in an exclusive gateway before this one, and "
    "lead a single flow from there to here",
)
BEGIN_ALL_ANEW = Phrase(
    "ведите стрелку, которая возвращает процесс, в исключающий шлюз (exclusive) перед разветвлением: тогда заново "
    "начнутся все ветви",
    "lead the flow that comes back to an exclusive gateway before the split: then all branches begin anew",
)
OF_JOINS: Mapping[str, Words] = {
    "join_never": Words(
        Phrase(
            "параллельный шлюз ждёт все свои ветви ({needs}), а приходит их не больше {come}{why}: процесс остановится "
            "здесь навсегда",
            "the parallel gateway waits for all its branches ({needs}), and no more than {come} come{why}: the process "
            "stops here for ever",
        ),
        unchanged("{cure}"),
    ),
    "join_on_route": Words(
        Phrase(
            "параллельный шлюз ждёт все свои ветви, а путь {ways} ведёт мимо него: если процесс пойдёт по нему, "
            "остальные ветви останутся здесь навсегда",
            "the parallel gateway waits for all its branches, and the way {ways} leads past it: if the process takes "
            "that, the other branches wait here for ever",
        ),
        Phrase(
            "ведите и этот путь в шлюз или закончите его конечным событием Terminate, если остальные ветви больше не "
            "нужны",
            "lead that way into the gateway too, or end it with a terminate end event, if the other branches are no "
            "longer needed",
        ),
    ),
    "join_if_all": Words(
        Phrase(
            "параллельный шлюз ждёт все свои ветви, а по {ways} процесс идёт, только если условие верно: если оно "
            "неверно, остальные ветви останутся здесь навсегда",
            "the parallel gateway waits for all its branches, and the process takes {ways} only if the condition is "
            "true: if it is not, the other branches wait here for ever",
        ),
        Phrase(
            "соединяйте ветви включающим шлюзом (inclusive): он ждёт только те, по которым процесс пошёл; "
            "каждая из них должна вести в него",
            "join the branches with an inclusive gateway, which waits only for those that the process has taken, and "
            "let each of them lead into it",
        ),
    ),
}
