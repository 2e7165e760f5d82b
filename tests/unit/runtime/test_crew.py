from __future__ import annotations

import threading

from tests.support.fakes import Events
from worker.runtime.crew import Crew


def crew_of(events: Events, fault: threading.Event) -> Crew:
    return Crew(events, pool_size=2, on_fault=fault.set, step_seconds=60.0)


def fail() -> None:
    raise RuntimeError("unforeseen")


def test_a_thread_that_dies_ends_the_run_and_says_where() -> None:
    events, fault = Events(), threading.Event()
    crew = crew_of(events, fault)
    crew.start("fetch", fail)
    assert fault.wait(5)
    assert crew.fault == "fetch: RuntimeError"
    assert "unforeseen" in str(events.facts("worker.thread_died")["error"])
    assert "test_crew.py" in str(events.facts("worker.thread_died")["error"])


def test_a_job_of_the_pool_that_dies_ends_the_run_too() -> None:
    fault = threading.Event()
    crew = crew_of(Events(), fault)
    crew.submit(fail)
    assert fault.wait(5)
    assert crew.fault == "task: RuntimeError"


def test_a_good_end_is_no_fault() -> None:
    crew = crew_of(Events(), threading.Event())
    crew.start("statistics", lambda: None)
    assert crew.join("statistics", 5)
    assert crew.fault is None


def test_after_closing_jobs_are_dropped() -> None:
    crew = crew_of(Events(), threading.Event())
    crew.close()
    crew.submit(fail)
    assert crew.fault is None
