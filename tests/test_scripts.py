"""The benchmarks run and print what they promise; short, so only that is tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parent.parent / "scripts"


def run(*words: str) -> str:
    """What a script prints."""
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / words[0]), *words[1:]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_playing_benchmark_prints_ratio_memory_and_speed() -> None:
    """One process of each kind."""
    printed = run("bench/play.py", "--runs", "1")
    for name in ("generate / import torch", "peak", "warm,   1 at once", "warm,  64 at once"):
        assert name in printed


def test_the_training_benchmark_prints_phrases_a_second() -> None:
    """In single precision at least."""
    assert "fp32: " in run("bench/train.py", "--batch", "2", "--updates", "1")


def test_the_preparing_benchmark_prints_both_speeds_and_their_ratio(tunes: Path) -> None:
    """On our own tunes."""
    printed = run("bench/prepare.py", str(tunes), "--sample", "2", "--workers", "1")
    for name in ("pretty_midi: ", "prepare: ", "prepare / pretty_midi: "):
        assert name in printed
