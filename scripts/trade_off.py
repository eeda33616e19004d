"""Giving back against making up: what each model reaches at both, with and without a prior.

    python scripts/trade_off.py MODEL ... --prior MODEL --data DATA -o OUT.png
        [--split valid] [--limit 3000]

For each model, over held-out windows: KL, the share of steps that come back (z ~ q, free-running,
temperature 1), and how far samples overlap with held-out music, as a share of what two halves of
it reach: z drawn from N(0, I), and z of windows made up by the prior of MODEL, the same for all.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from musicvae.api.registry import find_checkpoint
from musicvae.checkpoint import Checkpoint, load, net_only, prior_of, with_prior
from musicvae.corpus.dataset import Windows, open_split
from musicvae.engine import Player
from musicvae.evaluation.evaluate import evaluate
from musicvae.plotting import new_figure, save_figure

COMES_BACK = "free-running, z ~ q, temperature 1"
WAYS = ("z ~ N(0, I)", "z of a fitted prior")


def measured(model: Checkpoint, windows: Windows, limit: int) -> tuple[float, float, float]:
    """KL, what comes back, and overlap as a share of the ceiling."""
    found = evaluate(Player(model), windows, limit=limit, pairs=0).figures
    return (
        found["KL, nats"],
        found[COMES_BACK],
        found["overlap, mean"] / found["ceiling, mean"],
    )


def main() -> None:
    """Print the figures of each model and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--prior", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--limit", type=int, default=3_000)
    chosen = parser.parse_args()
    prior = prior_of(load(find_checkpoint(chosen.prior)))
    if prior is None:
        parser.error(f"{chosen.prior} has no prior: fit one with musicvae fit-prior")
    windows = open_split(chosen.data, chosen.split)
    axes = (figure := new_figure(6, 4)).subplots()
    reached: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for name in chosen.models:
        net = net_only(load(find_checkpoint(name)))
        train = net.config.train
        label = f"beta {train.beta:g}, free nats {train.free_nats:g}"
        for way, model in zip(WAYS, (net, with_prior(net, prior)), strict=True):
            kl, back, overlap = measured(model, windows, chosen.limit)
            print(f"{label}, {way}: KL {kl:.1f}, comes back {back:.4f}, overlap {overlap:.4f}")
            reached[way].append((back, overlap))
        place = {"xytext": (-5, -3), "textcoords": "offset points", "ha": "right", "fontsize": 7}
        axes.annotate(label, reached[WAYS[0]][-1], **place)
    for (way, points), style in zip(reached.items(), ("C1o--", "C0o-"), strict=True):
        axes.plot(*zip(*sorted(points), strict=True), style, label=way)
    axes.margins(x=0.25)  # so that the names have room
    axes.set_xlabel("share of steps that come back, free-running")
    axes.set_ylabel("overlap of samples, share of the ceiling")
    axes.legend(fontsize=8)
    save_figure(figure, chosen.out)


if __name__ == "__main__":
    main()
