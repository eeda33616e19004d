"""fill: new bars between those that stay, from the prior of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from ..arrays import BoolArray, IntArray
from ..codecs.base import Codec, Codes
from ..engine import Player
from ..errors import RequestError
from ..generation.infill import Gap, fill_gap
from ..generation.seeding import NEW_MUSIC, Sampling, check_request, generator, resolve_seed
from ..performance.transfer import transfer_performance
from ..score.phrase import Part, Phrase
from ..score.provenance import Recipe
from ..score.windows import cut_phrase

Keep = Literal["nothing", "rhythm", "pitches"]
"""What the new bars keep of the old ones."""

Steps = tuple[int, int]
"""First step of some whole bars, counted from the bar line before a phrase, and the one after."""


MAX_ROUNDS = 4
"""Rounds in which alternatives are drawn again that are as the old bars, or as each other."""


def fill(
    player: Player,
    phrase: Phrase,
    gaps: Sequence[Steps],
    n: int = 1,
    sampling: Sampling = NEW_MUSIC,
    *,
    keep: Keep = "nothing",
) -> list[Phrase]:
    """Draw bars of a phrase anew; the likeliest alternative comes first.

    The new bars follow from those before them, and of several draws the one is taken that leads
    best into those after them. All other notes stay, also one that sounds on into the new bars,
    which wait for its end. Chords stay, and the new notes are drawn with them.

    Args:
        gaps: the bars, in order.
        keep: the rhythm of the old notes, with new pitches; or their pitches in order, in a new
            rhythm.

    Returns:
        Alternatives that differ from the phrase and from each other; fewer than `n` if no more
        were found, with a notice that says so.

    Raises:
        RequestError: the model has no prior, several notes at once cannot keep their rhythm, no
            other bars were found, or a number is out of range.
    """
    check_request(player, "fill", n, sampling.temperature)
    if keep not in get_args(Keep):
        raise RequestError(f"Keep nothing, rhythm or pitches, not {keep!r}.")
    if keep != "nothing" and player.codec.likelihood == "bernoulli":
        raise RequestError(f"This model plays several notes at once: it cannot keep the {keep}.")
    sampling = replace(sampling, seed=resolve_seed(sampling.seed))
    found: dict[str, Phrase] = {}
    rows = range(n)
    for _ in range(MAX_ROUNDS):
        for drawn in draw_alternatives(player, phrase, gaps, rows, sampling, keep):
            if drawn.fingerprint != phrase.fingerprint:
                found.setdefault(drawn.fingerprint, drawn)
        rows = range(rows.stop, rows.stop + n - len(found))
        if not rows:
            break
    if not found:
        raise RequestError("No other notes were found for these bars: ask for less.")
    alternatives = sorted(found.values(), key=_nats)
    if len(found) < n:
        notice = f"only {len(found)} different alternatives were found, not {n}"
        alternatives = [replace(one, notices=(*one.notices, notice)) for one in alternatives]
    return alternatives


def _nats(phrase: Phrase) -> float:
    assert phrase.recipe is not None
    return float(phrase.recipe.options["nats"])


def draw_alternatives(
    player: Player,
    phrase: Phrase,
    gaps: Sequence[Steps],
    rows: Sequence[int],
    sampling: Sampling,
    keep: Keep,
) -> list[Phrase]:
    """Alternatives by their numbers, each of which depends on its number and the seed alone."""
    bar, codec, seed = phrase.meter.steps_per_bar, player.codec, resolve_seed(sampling.seed)
    rngs = [generator(seed, row) for row in rows]
    whole = cut_phrase(phrase, 0, phrase.steps + phrase.lead_in)
    old, kept = codec.encode(whole), codec.encode(_without(whole, gaps))
    pieces, nats = np.stack([kept] * len(rows)), np.zeros(len(rows))
    for start, stop in gaps:
        gap = Gap(start // bar, stop // bar, _allowed(codec, old, kept, start, stop, keep))
        if keep == "pitches":
            gap = replace(gap, pitches=_pitches(codec, old[start:stop]))
        net = player.prior or player
        pieces, more = fill_gap(net, pieces, gap, phrase.meter, rngs, sampling)
        nats += more
    options = {
        "gaps": [list(gap) for gap in gaps],
        "keep": keep,
        "temperature": sampling.temperature,
        "seed": seed,
        "wishes": sampling.constraints.to_dict(),
    }
    drawn = []
    for row, codes, cost in zip(rows, pieces, nats, strict=True):
        result = _with_new_notes(codec, phrase, codes, gaps)
        about = options | {"row": row, "nats": round(float(cost), 2)}
        recipe = Recipe(player.digest, "fill", result.fingerprint, options=about)
        drawn.append(replace(result, recipe=recipe))
    return drawn


def _without(phrase: Phrase, gaps: Sequence[Steps]) -> Phrase:
    """The phrase without the notes that begin in the gaps; a pick-up is a whole bar."""
    lead = phrase.lead_in

    def is_kept(step: int) -> bool:
        return not any(start <= step + lead < stop for start, stop in gaps)

    parts = (
        replace(part, notes=tuple(note for note in part.notes if is_kept(note.start)))
        for part in phrase.parts
    )
    return replace(phrase, parts=tuple(parts))


def _with_new_notes(codec: Codec, phrase: Phrase, codes: Codes, gaps: Sequence[Steps]) -> Phrase:
    """The phrase with the notes that codes of whole bars have in the gaps, in place of its own."""
    new: list[Part] = [Part() for _ in phrase.parts]
    for start, stop in gaps:
        drawn = codec.decode(codes[start:stop], phrase.meter)
        for number, part in enumerate(drawn.parts):
            moved = tuple(replace(note, start=note.start + start) for note in part.notes)
            new[number] = replace(part, notes=(*new[number].notes, *moved))
    bars = len(codes) // phrase.meter.steps_per_bar
    kept = _without(phrase, gaps)
    performed = transfer_performance(Phrase(phrase.meter, bars, parts=tuple(new)), kept)
    parts = (
        replace(old, notes=(*old.notes, *added.notes))
        for old, added in zip(kept.parts, performed.parts, strict=True)
    )
    return replace(performed, parts=tuple(parts))


def _allowed(codec: Codec, old: Codes, kept: Codes, start: int, stop: int, keep: Keep) -> BoolArray:
    """What a gap may choose, so that chords stay, kept notes are held, and old ones are followed.

    Args:
        old, kept: codes of the whole piece, and without the notes in its gaps, `[T, ...]`
    """
    masks = []
    pairs = zip(codec.split(old), codec.split(kept), strict=True)
    for (part, old_codes), (_, kept_codes) in pairs:
        gap = old_codes[start:stop]
        if part.likelihood == "bernoulli":
            masks.append(_hold_chord(part, kept_codes, start, stop))
            continue
        classes = np.arange(part.channels)
        is_onset = part.onset_mask(classes)
        mask = np.ones((stop - start, part.channels), bool)
        if part.has_chords:  # where there is no chord, any may sound
            mask = ~part.onset_mask(gap)[:, None] | (gap[:, None] == classes)
        elif keep == "rhythm":
            played = part.onset_mask(gap)[:, None]
            mask = np.where(played, is_onset, gap[:, None] == classes)
        if part.pitches:
            mask = _hold_note(part, mask, kept_codes, start, stop)
        masks.append(mask)
    return np.concatenate(masks, axis=1)


def _hold_note(part: Codec, mask: BoolArray, kept: Codes, start: int, stop: int) -> BoolArray:
    """Let a note that sounds on into a gap end where it does, before another begins."""
    changes = np.flatnonzero(kept != part.rest)
    earlier, later = changes[changes < start], changes[changes >= start]
    if not len(earlier) or not part.onset_mask(kept[earlier[-1]]):
        return mask
    end = min(stop, int(later[0])) if len(later) else stop
    mask = mask.copy()
    mask[: end - start] = np.arange(part.channels) == part.rest
    if end < stop:
        mask[end - start, part.rest] = False  # the rest of a melody holds its note
    return mask


def _hold_chord(part: Codec, kept: Codes, start: int, stop: int) -> BoolArray:
    """The same where several notes sound: no key that is held begins, or sounds on after it."""
    sounds = part.sounding(kept[start:stop])
    before = part.sounding(kept[max(0, start - 1) : stop - 1])
    before = before if start else np.concatenate([np.zeros_like(sounds[:1]), before])
    return np.concatenate([~sounds, sounds | ~before], axis=1)


def _pitches(codec: Codec, gap: Codes) -> IntArray:
    """Channel and step of each onset of the first part. `[notes, 2]`"""
    part, codes = next(codec.split(gap))
    steps = np.flatnonzero(part.onset_mask(codes))
    return np.stack([codes[steps].astype(int), steps], axis=1)
