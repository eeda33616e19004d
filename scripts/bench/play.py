"""Measure time and memory of `musicvae generate`, compared with `import torch`; and each verb.

    python scripts/bench/play.py [--runs 7]

Each run is a new process; medians are printed.
"""

from __future__ import annotations

import argparse
import os
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
        times: dict[str, list[float]] = {name: [] for name in kinds}
        memory: dict[str, float] = {}
        for _ in range(runs):  # alternating, so that a busy moment affects all of them
            for name, command in kinds.items():
                seconds, peak = run_process(command)
                times[name].append(seconds)
                memory[name] = max(peak, memory.get(name, 0.0))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{name:30} {seconds:7.3f} s   peak {memory[name]:6.1f} MB")
    generate, import_torch, import_musicvae, python = medians.values()
    print(f"generate / import torch        {generate / import_torch:7.2f}")
    print(f"import musicvae alone          {max(0.0, import_musicvae - python):7.3f} s")
    measure_loaded_model(runs)
    measure_song(runs)


def measure_loaded_model(runs: int) -> None:
    """Print phrases per second once the model is loaded."""
    import musicvae

    start = time.perf_counter()
    model = musicvae.load()
    print(f"load a model                   {time.perf_counter() - start:7.3f} s")
    for n in (1, 4, 64):
        seconds = median_of(lambda n=n: model.generate(n, seed=1), runs)
        print(f"warm, {n:3} at once {1e3 * seconds:19.1f} ms  {n / seconds:7.0f} phrases/s")


def measure_song(runs: int) -> None:
    """Print how long each verb takes in a song of 32 bars, from bytes to bytes."""
    import musicvae

    sheets, melodies = musicvae.load(), musicvae.load("melody-2bar")
    drums, band = musicvae.load("drums-2bar"), musicvae.load("band-8bar")
    song = musicvae.midi_bytes(sheets.generate(1, form="AABA", seed=1)[0])
    verbs: dict[str, Callable[[], musicvae.Phrase | musicvae.Song]] = {
        "vary": lambda: melodies.vary(song, 1, track="Melody", seed=1)[0],
        "vary --model leadsheet-8bar": lambda: sheets.vary(song, 1, seed=1)[0],
        "extend": lambda: sheets.extend(song, seed=1),
        "fill --bars 13-16": lambda: sheets.fill(song, (13, 16), seed=1)[0],
        "fill --bars 13-16 --n 8": lambda: sheets.fill(song, (13, 16), 8, seed=1)[0],
        "harmonize": lambda: sheets.harmonize(song, seed=1)[0],
        "melodize": lambda: sheets.melodize(song, seed=1)[0],
        "drumify": lambda: drums.drumify(song, seed=1)[0],
        "accompany": lambda: band.accompany(song, replace="bass", seed=1)[0],
        "humanize": lambda: musicvae.humanize(song, seed=1),
        "humanize --groove": lambda: musicvae.humanize(song, groove=song),
        "transpose": lambda: musicvae.transpose(song, by=2),
        "chords": lambda: musicvae.mark_chords(song),
    }
    for name, verb in verbs.items():
        seconds = median_of(lambda verb=verb: musicvae.midi_bytes(verb()), runs)  # type: ignore[misc]
        print(f"{name:30} {seconds:7.3f} s")


def run_process(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; return its seconds and its peak memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return seconds, usage.ru_maxrss * unit / MEGABYTE


def median_of(work: Callable[[], object], times: int) -> float:
    """Median seconds of a call, after one warm-up call."""
    work()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
