"""Work at once, in the background, and cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from musicvae.errors import RequestError
from musicvae.progress import check_watch, in_parts, watched
from musicvae.web import workers
from musicvae.web.failures import Busy, Cancelled, NotHere
from musicvae.web.studio import Studio
from musicvae.web.workers import MAX_WAITING, THREADS, Job, Jobs, Lane

from .conftest import MODEL

LONG = {"model": MODEL, "options": {"n": 200, "bars": 256, "seed": 1}}
"""Takes minutes."""


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_more_than_the_queue_holds_is_refused() -> None:
    """And there is room again when something has ended."""
    lane, go = Lane(2, 3), Event()
    futures = [lane.submit(go.wait) for _ in range(5)]
    with pytest.raises(Busy):
        lane.submit(go.wait)
    go.set()
    assert all(future.result(timeout=30) for future in futures)
    wait_for(lambda: not lane._tasks)
    assert lane.submit(lambda: 5).result(timeout=30) == 5
    lane.stop()


def test_a_lane_that_is_stopped_ends_what_runs_and_takes_nothing() -> None:
    """At the next step."""
    lane, begun = Lane(1, 1), Event()

    def work() -> None:
        begun.set()
        while True:
            check_watch()
            time.sleep(0.001)

    running, waiting = lane.submit(work), lane.submit(work)
    assert begun.wait(30)
    lane.stop()
    assert isinstance(running.exception(timeout=30), Cancelled)
    assert waiting.cancelled()
    with pytest.raises(Busy):
        lane.submit(work)


def ended(job: Job) -> str:
    """The state of a job that has ended."""
    assert job.future
    wait_for(job.future.done)
    return job.state


def test_a_job_has_its_result_or_its_error() -> None:
    """A known error in its own words, a fault in none."""
    jobs = Jobs()

    def fail(error: Exception) -> None:
        raise error

    done = jobs.start(lambda: [5])
    assert (ended(done), done.result, done.error) == ("done", [5], None)
    failed = jobs.start(lambda: fail(RequestError("No.")))
    assert (ended(failed), failed.result, failed.error) == ("failed", None, "No.")
    fault = jobs.start(lambda: fail(ZeroDivisionError("secret")))
    assert (ended(fault), fault.error) == ("failed", workers.UNKNOWN)
    with pytest.raises(NotHere, match="There is no job"):
        jobs.get("none")
    jobs.stop()


def test_old_jobs_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that have ended, the oldest first."""
    monkeypatch.setattr(workers, "MAX_JOBS", 2)
    jobs = Jobs()
    started = []
    for _ in range(4):
        started.append(jobs.start(lambda: None))
        ended(started[-1])
    jobs.get(started[-1].id)
    with pytest.raises(NotHere):
        jobs.get(started[0].id)
    jobs.stop()


def test_a_job_tells_its_share_and_makes_clips(client: TestClient) -> None:
    """The share never shrinks and ends at 1; the clips are those of the verb."""
    body = {"model": MODEL, "options": {"n": 12, "bars": 24, "seed": 1}}
    answer = client.post("/api/verbs/generate?job=true", json=body)
    assert answer.status_code == 202
    url, shares = f"/api/jobs/{answer.json()['job']}", []
    while (job := client.get(url).json())["state"] == "running":
        shares.append(job["done"])
        time.sleep(0.01)
    assert (job["state"], job["done"], job["error"]) == ("done", 1.0, None)
    assert shares == sorted(shares)
    assert any(0 < share < 1 for share in shares)
    assert len(job["clips"]) == 12
    assert [clip["id"] for clip in job["clips"]] == [
        clip["id"] for clip in reversed(client.get("/api/clips").json())
    ]


def test_a_job_that_is_cancelled_stops_and_keeps_nothing(
    client: TestClient, studio: Studio
) -> None:
    """Within a step, however much is left to do."""
    first, second = (
        client.post("/api/verbs/generate?job=true", json=LONG).json()["job"] for _ in range(2)
    )
    wait_for(lambda: studio.jobs.get(first).done > 0)
    assert client.delete(f"/api/jobs/{second}").json()["state"] == "cancelled"
    assert client.delete(f"/api/jobs/{first}").json()["state"] == "cancelled"
    future = studio.jobs.get(first).future
    assert future
    start = time.monotonic()
    wait_for(future.done)
    assert time.monotonic() - start < 5
    for job in (first, second):
        answer = client.get(f"/api/jobs/{job}").json()
        assert (answer["state"], answer["clips"], answer["error"]) == ("cancelled", [], None)
    assert client.get("/api/clips").json() == []
    assert client.delete("/api/jobs/none").status_code == 404


def test_a_job_that_has_ended_stays_as_it_was(client: TestClient, studio: Studio) -> None:
    """Cancelling it comes too late."""
    body = {"model": MODEL, "options": {"n": 1}}
    job = client.post("/api/verbs/generate?job=true", json=body).json()["job"]
    assert ended(studio.jobs.get(job)) == "done"
    assert client.delete(f"/api/jobs/{job}").json()["state"] == "done"


def test_a_long_job_lets_the_page_play_on(client: TestClient) -> None:
    """Jobs have a thread of their own."""
    job = client.post("/api/verbs/generate?job=true", json=LONG).json()["job"]
    answer = client.post("/api/verbs/generate", json={"model": MODEL, "options": {"n": 1}})
    assert answer.status_code == 200
    assert client.get(f"/api/jobs/{job}").json()["state"] == "running"
    client.delete(f"/api/jobs/{job}")


def ask_at_once(client: TestClient, count: int) -> list[Any]:
    """The answers to requests that are sent side by side, in order."""

    def ask(seed: int) -> Any:
        body = {"model": MODEL, "options": {"n": 1, "seed": seed}, "keep": False}
        return client.post("/api/verbs/generate", json=body)

    with client, ThreadPoolExecutor(count) as pool:  # one event loop for all
        return [*pool.map(ask, range(count))]


def test_eight_clients_at_once_get_what_each_would_alone(
    client: TestClient, studio: Studio
) -> None:
    """Without an error, and with the notes of its own seed."""
    answers = ask_at_once(client, 8)
    assert [answer.status_code for answer in answers] == [200] * 8
    for seed, answer in enumerate(answers):
        (alone,) = studio.run("generate", options={"n": 1, "seed": seed}, model=MODEL, keep=False)
        assert answer.json()["clips"][0]["parts"] == alone["parts"]


def test_a_burst_is_refused_with_the_time_to_wait(
    client: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fits is answered, the rest is told to come again."""
    go, real = Event(), Studio.run

    def slow(self: Studio, *args: Any, **kwargs: Any) -> Any:
        go.wait(30)
        return real(self, *args, **kwargs)

    def is_full() -> bool:
        if studio.lane._tasks == THREADS + MAX_WAITING:
            go.set()
        return go.is_set()

    monkeypatch.setattr(Studio, "run", slow)
    with ThreadPoolExecutor(1) as opener:
        opener.submit(wait_for, is_full)
        answers = ask_at_once(client, 40)
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {200, 503}
    assert len(answers) - len(refused) >= THREADS + MAX_WAITING
    for answer in refused:
        assert answer.headers["retry-after"] == "1"
        assert "busy" in answer.json()["error"]


def test_parts_of_parts_add_up() -> None:
    """Each item is an equal share of the one around it; outside nothing is told."""
    shares: list[float] = []
    with watched(lambda: None, shares.append):
        for _ in in_parts("ab"):
            for _ in in_parts("abcd"):
                pass
    assert shares == [0, 0, 0.125, 0.25, 0.375, 0.5, 0.5, 0.625, 0.75, 0.875]
    assert [*in_parts("ab")] == ["a", "b"]
    check_watch()
    assert len(shares) == 10
