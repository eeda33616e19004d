"""Measure how much faster than real time music is rendered, on one core.

    python scripts/bench/sound.py [--bars 32] [--runs 3]

Prints seconds of sound in a second of CPU: for lead sheets, and for drums and piano.
"""

from __future__ import annotations

import argparse
import time

import musicvae

MODELS = ("leadsheet-8bar", "drums-2bar", "piano-2bar")


def main() -> None:
    """Print a line for each model; the fastest run counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=32, help="Bars of each piece.")
    parser.add_argument("--runs", type=int, default=3, help="Pieces of each model.")
    options = parser.parse_args()
    for name in MODELS:
        model = musicvae.load(name)
        speeds = []
        for seed in range(options.runs):
            (phrase,) = model.generate(1, bars=options.bars, seed=seed)
            start = time.process_time()
            sound = musicvae.render(phrase)
            speeds.append(sound.seconds / (time.process_time() - start))
        print(f"{name:16} {max(speeds):6.0f} times real time, {sound.seconds:.0f} s of sound")


if __name__ == "__main__":
    main()
