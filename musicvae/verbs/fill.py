"""fill: new bars between those that stay, from the prior of a model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from ..codecs.base import Codec, Codes
from ..engine import Player
from ..errors import RequestError
from ..generation.alternatives import DrawingTask, distinct_alternatives
from ..generation.infill import Gap, Steps
from ..generation.kept_notes import InOrder, Keep, allowed_notes
from ..generation.seeding import NEW_MUSIC, Sampling, check_request, resolve_seed
from ..performance.dynamics import apply_dynamics
from ..performance.transfer import transfer_performance
from ..score.phrase import Part, Phrase, remove_overlaps
from ..score.windows import cut_phrase

PARTICLES_BESIDE = 12
"""Particles beside given parts, which leave less to choose; see `scripts/measure_song.py`."""


def fill(
    player: Player,
    phrase: Phrase,
    gaps: Sequence[Steps],
    n: int = 1,
    sampling: Sampling = NEW_MUSIC,
    *,
    keep: Keep = "nothing",
    parts: Collection[int] | None = None,
) -> list[Phrase]:
    """Draw bars of a phrase anew; the likeliest alternative comes first.

    The new bars follow from those before them, and of several draws the one is taken that leads
    best into those after them. All other notes stay, also one that sounds on into the new bars,
    which wait for its end. Chords stay, and the new notes are drawn with them.

    Args:
        gaps: the bars, in order.
        keep: the rhythm of the old notes, with new pitches; or their pitches in order, in a new
            rhythm.
        parts: numbers of the parts whose bars are drawn, from 0; None for all. They are drawn to
            fit the others, which stay.

    Returns:
        Alternatives that differ from the phrase and from each other; fewer than `n` if no more
        were found, with a notice that says so.

    Raises:
        RequestError: the model has no prior, several notes at once cannot keep their rhythm, no
            other bars were found, or a number is out of range.
    """
    sampling = replace(sampling, seed=resolve_seed(sampling.seed))
    numbers = range(len(phrase.parts)) if parts is None else sorted(parts)
    draw = partial(draw_fills, player, phrase, gaps, sampling=sampling, keep=keep, parts=numbers)
    return distinct_alternatives(phrase, n, draw)


def draw_fills(
    player: Player,
    phrase: Phrase,
    gaps: Sequence[Steps],
    rows: Sequence[int],
    *,
    sampling: Sampling,
    keep: Keep,
    parts: Sequence[int],
) -> list[Phrase]:
    """Alternatives by their numbers, each of which depends on its number and the seed alone."""
    check_request(player, "fill", len(rows), sampling.temperature)
    if keep not in get_args(Keep):
        raise RequestError(f"Keep nothing, rhythm or pitches, not {keep!r}.")
    if keep != "nothing" and player.codec.likelihood == "bernoulli":
        raise RequestError(f"This model plays several notes at once: it cannot keep the {keep}.")
    bar, codec = phrase.meter.steps_per_bar, player.codec
    whole = cut_phrase(phrase, 0, phrase.steps + phrase.lead_in)
    old, kept = codec.encode(whole), codec.encode(without_notes(whole, gaps, parts))
    particles = PARTICLES_BESIDE if len(parts) < len(phrase.parts) else None
    holes = []
    for start, stop in gaps:
        allowed = allowed_notes(codec, old, kept, start, stop, keep, parts)
        hole = Gap(start // bar, stop // bar, allowed, particles=particles)
        if keep == "pitches":
            hole = replace(hole, narrow=partial(_in_order, codec, old[start:stop]))
        holes.append(hole)

    def put_in(codes: Codes) -> Phrase:
        new = new_notes(codec, phrase, codes, gaps, parts)
        new = _hold_as(whole, new) if keep == "rhythm" else new
        return with_new_notes(phrase, new, gaps, parts)

    options: dict[str, Any] = {"keep": keep}
    if len(parts) < len(phrase.parts):
        options["parts"] = [*parts]
    task = DrawingTask("fill", player, phrase.meter, kept, holes, put_in, options)
    return task.draw(rows, sampling)


def _in_order(codec: Codec, old: Codes, steps: slice) -> InOrder:
    return InOrder(codec, old[steps])


def without_notes(phrase: Phrase, gaps: Sequence[Steps], parts: Sequence[int]) -> Phrase:
    """The phrase without the notes of some parts that begin in the gaps; a pick-up is a bar."""
    lead = phrase.lead_in

    def is_kept(step: int) -> bool:
        return not any(start <= step + lead < stop for start, stop in gaps)

    kept = [*phrase.parts]
    for number in parts:
        notes = tuple(note for note in kept[number].notes if is_kept(note.start))
        kept[number] = replace(kept[number], notes=notes)
    return replace(phrase, parts=tuple(kept))


def new_notes(
    codec: Codec, phrase: Phrase, codes: Codes, gaps: Sequence[Steps], parts: Sequence[int]
) -> Phrase:
    """The notes that codes of whole bars have in the gaps, alone; they end with their gap."""
    new: list[Part] = [Part() for _ in phrase.parts]
    for start, stop in gaps:
        drawn = codec.decode(codes[start:stop], phrase.meter)
        for number in parts:
            part = drawn.parts[number]
            moved = tuple(replace(note, start=note.start + start) for note in part.notes)
            new[number] = replace(part, notes=(*new[number].notes, *moved))
    return Phrase(phrase.meter, len(codes) // phrase.meter.steps_per_bar, parts=tuple(new))


def _hold_as(old: Phrase, new: Phrase) -> Phrase:
    """The new notes, each as long as the old one that begins with it, if that is longer."""
    parts = []
    for old_part, part in zip(old.parts, new.parts, strict=True):
        lasts = {note.start: note.duration for note in old_part.notes}
        notes = (
            replace(note, duration=max(note.duration, lasts.get(note.start, 0)))
            for note in part.notes
        )
        parts.append(replace(part, notes=tuple(notes)))
    return replace(new, parts=tuple(parts))


def with_new_notes(
    phrase: Phrase, new: Phrase, gaps: Sequence[Steps], parts: Sequence[int]
) -> Phrase:
    """The phrase with new notes in the gaps in place of its own, and the accents of the others.

    A stroke of drums that lasts into a gap ends where its drum is struck there.
    """
    kept = without_notes(phrase, gaps, parts)
    performed = transfer_performance(apply_dynamics(new), kept)
    pairs = zip(kept.parts, performed.parts, strict=True)
    both = (replace(old, notes=remove_overlaps((*old.notes, *new.notes))) for old, new in pairs)
    return replace(performed, parts=tuple(both))
