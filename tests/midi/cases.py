"""Files as people have them, each with what is right: `CASES[kind]` lists the cases of one fault.

Each kind has neighbours: the same fault in other places and of other sizes, so that it is mended
as a kind. `scripts/check_cases.py` explains the keys of `Case.right`, and reads the folder that
`write_cases` writes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from . import cases_bytes, cases_notes, cases_parts
from .case_base import Case

BUILDERS = (
    cases_bytes.track_lengths,
    cases_bytes.bytes_between_chunks,
    cases_bytes.bytes_before_header,
    cases_bytes.riff,
    cases_bytes.divisions,
    cases_bytes.timed_in_seconds,
    cases_bytes.cut_off,
    cases_bytes.illegal_deltas,
    cases_bytes.legal_but_odd,
    cases_bytes.impossible_meters,
    cases_notes.grace_notes,
    cases_notes.zero_length_notes,
    cases_notes.fast_notes,
    cases_notes.stuck_notes,
    cases_notes.latency,
    cases_notes.swing,
    cases_notes.triplets,
    cases_notes.mixed_beats,
    cases_notes.loops,
    cases_notes.overhang,
    cases_notes.meters_that_change,
    cases_parts.spread_over_channels,
    cases_parts.part_names,
    cases_parts.melody_among_arpeggios,
    cases_parts.joined_tracks,
    cases_parts.drums_elsewhere,
    cases_parts.strokes_of_no_class,
    cases_parts.beyond_the_piano,
    cases_parts.programs_that_change,
    cases_parts.many_tracks,
    cases_parts.chord_symbols,
    cases_parts.xf_chords,
)

CASES: dict[str, list[Case]] = {builder.__name__: builder() for builder in BUILDERS}
SITUATIONS = {builder.__name__: builder.__doc__ or "" for builder in BUILDERS}


def write_cases(folder: Path, kinds: Sequence[str] = tuple(CASES)) -> None:
    """Write each case of some kinds as a file with a `.json` beside it."""
    for kind in kinds:
        for case in CASES[kind]:
            path = folder / f"{kind}, {case.name}{case.ending}"
            path.write_bytes(case.data)
            right = {"file": path.name, "situation": SITUATIONS[kind], **case.right}
            path.with_name(path.name + ".json").write_text(json.dumps(right))
