"""How fast and how light it plays, in one run and against `import torch`.

    python scripts/bench/play.py [--runs 7]

Whole processes are started anew each time; medians are printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

MEGABYTE = 2**20


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="Processes of each kind.")
    runs = parser.parse_args().runs
    if os.environ.get("OPENBLAS_CORETYPE"):
        print(f"OPENBLAS_CORETYPE={os.environ['OPENBLAS_CORETYPE']} is set: numpy may be slower")
    with tempfile.TemporaryDirectory() as folder:
        words = ("-m", "musicvae", "generate", "--n", "4", folder, "--force")
        kinds = {
            "musicvae generate --n 4": (sys.executable, *words),
            "python -c 'import torch'": (sys.executable, "-c", "import torch"),
            "python -c 'import musicvae'": (sys.executable, "-c", "import musicvae"),
            "python -c 'pass'": (sys.executable, "-c", "pass"),
        }
        took = {name: [] for name in kinds}  # type: dict[str, list[float]]
        memory = {}
        for _ in range(runs):  # in turn, so that a busy moment meets all of them
            for name, command in kinds.items():
                seconds, peak = process(command)
                took[name].append(seconds)
                memory[name] = max(peak, memory.get(name, 0.0))
    medians = {name: statistics.median(values) for name, values in took.items()}
    for name, seconds in medians.items():
        print(f"{name:30} {seconds:7.3f} s   peak {memory[name]:6.1f} MB")
    generate, torch, ours, nothing = medians.values()
    print(f"generate / import torch        {generate / torch:7.2f}")
    print(f"import musicvae alone          {max(0.0, ours - nothing):7.3f} s")
    warm(runs)


def warm(runs: int) -> None:
    """Phrases a second once the model is loaded."""
    import musicvae

    begun = time.perf_counter()
    model = musicvae.load()
    print(f"load a model                   {time.perf_counter() - begun:7.3f} s")
    for n in (1, 4, 64):
        seconds = median_of(lambda n=n: model.generate(n, seed=1), 5 * runs)
        print(f"warm, {n:3} at once {1e3 * seconds:19.1f} ms  {n / seconds:7.0f} phrases/s")


def process(command: Sequence[str]) -> tuple[float, float]:
    """Seconds and peak memory in MB of a process of its own."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, _peak(used) * unit / MEGABYTE


def _peak(used: resource.struct_rusage) -> int:
    return used.ru_maxrss


def median_of(work: Callable[[], object], times: int) -> float:
    """Median seconds of some work, after one warm-up."""
    work()
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


if __name__ == "__main__":
    main()
