"""The trade-off between reconstruction and sampling of each model, with and without a prior.

    python scripts/trade_off.py MODEL ... --prior MODEL --data DATA -o OUT.png
        [--split valid] [--limit 3000]

For each model, over held-out windows, it prints the KL, the share of steps that are reconstructed
(z ~ q, free-running, temperature 1), and the overlap of samples with held-out music, as a share of
the overlap of two halves of that music. Samples are decoded from z ~ N(0, I), and from z of windows
that the prior of the model given by `--prior` generates, the same for all models.
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

ACCURACY = "free-running, z ~ q, temperature 1"
SOURCES_OF_Z = ("z ~ N(0, I)", "z of a fitted prior")


def measure(model: Checkpoint, windows: Windows, limit: int) -> tuple[float, float, float]:
    """KL, share of reconstructed steps, and overlap as a share of its ceiling."""
    figures = evaluate(Player(model), windows, limit=limit, pairs=0).figures
    overlap = figures["overlap, mean"] / figures["ceiling, mean"]
    return figures["KL, nats"], figures[ACCURACY], overlap


def main() -> None:
    """Print the figures of each model and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--prior", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--limit", type=int, default=3_000)
    arguments = parser.parse_args()
    prior = prior_of(load(find_checkpoint(arguments.prior)))
    if prior is None:
        parser.error(f"{arguments.prior} has no prior: fit one with musicvae fit-prior")
    windows = open_split(arguments.data, arguments.split)
    axes = (figure := new_figure(6, 4)).subplots()
    points: dict[str, list[tuple[float, float]]] = {source: [] for source in SOURCES_OF_Z}
    for name in arguments.models:
        net = net_only(load(find_checkpoint(name)))
        train = net.config.train
        label = f"beta {train.beta:g}, free nats {train.free_nats:g}"
        for source, model in zip(SOURCES_OF_Z, (net, with_prior(net, prior)), strict=True):
            kl, accuracy, overlap = measure(model, windows, arguments.limit)
            print(
                f"{label}, {source}: KL {kl:.1f}, comes back {accuracy:.4f}, overlap {overlap:.4f}"
            )
            points[source].append((accuracy, overlap))
        style = {"xytext": (-5, -3), "textcoords": "offset points", "ha": "right", "fontsize": 7}
        axes.annotate(label, points[SOURCES_OF_Z[0]][-1], **style)
    for (source, curve), line in zip(points.items(), ("C1o--", "C0o-"), strict=True):
        axes.plot(*zip(*sorted(curve), strict=True), line, label=source)
    axes.margins(x=0.25)  # room for the labels
    axes.set_xlabel("share of steps reconstructed, free-running")
    axes.set_ylabel("overlap of samples, share of the ceiling")
    axes.legend(fontsize=8)
    save_figure(figure, arguments.out)


if __name__ == "__main__":
    main()
