"""How soon the studio answers over HTTP: one client, eight at once, and a burst.

python scripts/bench/studio.py [--requests 100]
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

MODEL = "melody-2bar"
CLIENTS, BURST = 8, 100


def timed(ask: Callable[[], httpx.Response]) -> tuple[float, int]:
    """Milliseconds that an answer took, and its status."""
    start = time.perf_counter()
    status = ask().status_code
    return 1_000 * (time.perf_counter() - start), status


def show(name: str, answers: list[tuple[float, int]]) -> None:
    """Print a row: median and slowest tenth of the answers that were made, and all statuses."""
    times = sorted(took for took, status in answers if status < 400)
    counts = Counter(status for _, status in answers)
    told = ", ".join(f"{count} x {status}" for status, count in sorted(counts.items()))
    median, tenth = statistics.median(times), times[int(0.9 * len(times))]
    print(f"{name:<34}{median:8.1f} ms {tenth:8.1f} ms   {told}")


def measure(client: httpx.Client, requests: int) -> None:
    """Print the table."""
    seeds = iter(range(10**9))

    def generate(keep: bool = True) -> httpx.Response:
        options = {"n": 1, "seed": next(seeds)}
        body: dict[str, Any] = {"model": MODEL, "options": options, "keep": keep}
        return client.post("/api/verbs/generate", json=body)

    corners = [generate().json()["clips"][0]["id"] for _ in range(4)]
    space = client.post("/api/spaces", json={"model": MODEL, "corners": corners}).json()["space"]

    def decode() -> httpx.Response:
        x = next(seeds) % 97 / 97
        return client.post(f"/api/spaces/{space}/decode", json={"x": x, "y": 1 - x})

    def at_once(threads: int, count: int) -> list[tuple[float, int]]:
        with ThreadPoolExecutor(threads) as pool:
            return [*pool.map(lambda _: timed(generate), range(count))]

    print(f"{'':<34}{'median':>11} {'90 %':>11}   answers")
    show("generate, two bars", [timed(generate) for _ in range(requests)])
    show("a point of a pad, two bars", [timed(decode) for _ in range(requests)])
    show("the list of clips", [timed(lambda: client.get("/api/clips")) for _ in range(20)])
    show(f"generate, {CLIENTS} clients at once", at_once(CLIENTS, requests))
    show(f"generate, a burst of {BURST}", at_once(BURST, BURST))


def main() -> None:
    """Start a studio with a new library, and measure it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100)
    requests = parser.parse_args().requests
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "musicvae", "studio", "--no-open"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "MUSICVAE_DATA": folder, "PYTHONUNBUFFERED": "1"},
        )
        try:
            assert server.stdout
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found
            limits = httpx.Limits(max_connections=BURST)
            with httpx.Client(base_url=found[0], timeout=60, limits=limits) as client:
                measure(client, requests)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
