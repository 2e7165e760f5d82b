from __future__ import annotations

import threading

from worker.runtime import clock
from worker.runtime.agenda import Agenda


def test_jobs_run_in_the_order_of_their_time() -> None:
    done: list[str] = []
    finished = threading.Event()
    agenda = Agenda(lambda job: job())
    now = clock.boottime()
    agenda.at(now + 0.02, lambda: (done.append("second"), finished.set())[0])  # type: ignore[func-returns-value]
    agenda.at(now - 1, lambda: done.append("first"))
    thread = threading.Thread(target=agenda.loop)
    thread.start()
    assert finished.wait(5)
    agenda.close()
    thread.join(5)
    assert not thread.is_alive()
    assert done == ["first", "second"]


def test_an_earlier_job_added_later_does_not_wait_for_the_others() -> None:
    done = threading.Event()
    agenda = Agenda(lambda job: job())
    agenda.after(3600, lambda: None)
    thread = threading.Thread(target=agenda.loop)
    thread.start()
    agenda.after(0, done.set)
    assert done.wait(5)
    agenda.close()
    thread.join(5)
    assert not thread.is_alive(), "closing drops what is not due"
