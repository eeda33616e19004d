"""Print how soon files beyond the limits are refused: python scripts/bench/limits.py

A row for each kind of hostile file of tests/midi/test_limits.py, with its size and the CPU that
refusing it takes. The clock is that of this process, so other work on the machine counts little.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the repository, for tests.midi

from musicvae.errors import MidiError
from musicvae.midi.reader import read_midi
from tests.midi.test_limits import HOSTILE, hostile


def main() -> None:
    """Refuse each file and print the table."""
    print(f"{'kind':<20}{'MB':>6}{'s':>7}  the reason")
    for kind in HOSTILE:
        data = hostile(kind)
        start = time.process_time()
        try:
            read_midi(data)
            reason = "it was read"
        except MidiError as error:
            reason = str(error)
        seconds = time.process_time() - start
        print(f"{kind:<20}{len(data) / 1e6:>6.1f}{seconds:>7.2f}  {reason}")


if __name__ == "__main__":
    main()
