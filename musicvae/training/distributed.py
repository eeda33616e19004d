"""Where a training runs: the device, its precision, and the processes that share the work.

Devices and processes are Lightning Fabric's: it starts the others, or finds itself
started by torchrun or a scheduler.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import torch

from ..errors import MusicVAEError, TrainingError, needing

if TYPE_CHECKING:
    from lightning.fabric import Fabric

SETTLE_SECONDS = 0.2


def start(precision: str = "auto", devices: int = 1, num_nodes: int = 1) -> Fabric:
    """This process as one of `devices * num_nodes`; those that are missing are started.

    Raises:
        MissingExtra: lightning is not installed.
        TrainingError: there are not as many devices, or they do not compute in bf16.
    """
    with needing("lightning", "train"):
        from lightning.fabric import Fabric
    for name in ("lightning.fabric", "lightning.pytorch"):  # whichever speaks for both
        logging.getLogger(name).setLevel(logging.WARNING)
    kind = "cuda" if torch.cuda.is_available() else "cpu"
    if kind == "cuda" and devices > torch.cuda.device_count():
        raise TrainingError(
            f"There are {torch.cuda.device_count()} GPUs here, not {devices}: lower --devices."
        )
    fabric = Fabric(
        accelerator=kind,
        devices=devices,
        num_nodes=num_nodes,
        precision="bf16-mixed" if use_bf16(precision, kind) else "32-true",
        strategy="ddp" if devices * num_nodes > 1 else "auto",
    )
    try:
        fabric.launch()
    except ValueError as error:
        raise TrainingError(
            f"--devices {devices} times --num-nodes {num_nodes} is not the number of processes "
            "that were started."
        ) from error
    return fabric


@contextmanager
def together(fabric: Fabric) -> Iterator[None]:
    """What all processes do; after it the first one goes on alone, the others end.

    The same where all of them fail, and the first one tells why. One that fails alone cannot part
    from the others, who may wait for it.
    """
    try:
        yield
    except SystemExit:  # of those that leave the telling to the first one
        _leave(fabric, 1)
    except (MusicVAEError, KeyboardInterrupt):
        _part()
        raise
    _leave(fabric, 0)


def _leave(fabric: Fabric, status: int) -> None:
    _part()
    if not fabric.is_global_zero:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # torn down in the usual way, gloo's threads may wait for ever


def _part() -> None:
    if torch.distributed.is_initialized():
        # a thread of gloo needs the interpreter to let go of its last tensor: were the net freed
        # before, which holds the interpreter and joins the thread, both would wait for ever;
        # were the interpreter gone, the thread would abort the process
        time.sleep(SETTLE_SECONDS)
        torch.distributed.destroy_process_group()


def use_bf16(precision: str, kind: str) -> bool:
    """Whether matrix products are computed in bf16 on a device of this kind, `cuda` or `cpu`.

    Raises:
        TrainingError: bf16 is asked for and the processor has none.
    """
    if kind == "cuda":
        has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        able = torch.cpu.get_capabilities()
        has_bf16 = bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))
    if precision == "bf16" and not has_bf16:
        raise TrainingError("This processor does not compute in bf16; train with --precision fp32.")
    return precision != "fp32" and has_bf16


class Share(NamedTuple):
    """The rows of a batch that one process takes.

    Attributes:
        rows: which; where there are fewer rows than processes, the first one again.
        weight: the part of the whole batch they make up; 0 for a row that is only repeated.
    """

    rows: slice
    weight: float


def share(rows: int, rank: int, world: int) -> Share:
    """The share of process `rank` of `world`; as even as can be.

    >>> [share(5, rank, 2) for rank in range(2)]
    [Share(rows=slice(0, 2, None), weight=0.4), Share(rows=slice(2, 5, None), weight=0.6)]
    """
    first, last = rows * rank // world, rows * (rank + 1) // world
    if first == last:  # all processes must meet, so none can go without
        return Share(slice(0, 1), 0.0)
    return Share(slice(first, last), (last - first) / rows)


@contextmanager
def enough_memory(batch: int) -> Iterator[None]:
    """Tell what to do where memory runs out.

    Raises:
        TrainingError: it ran out.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:  # torch raises the latter, of the CPU's too
        ran_out = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if ran_out or "allocate memory" in str(error):
            raise TrainingError(
                f"There is not enough memory for {batch} windows in an update: lower --batch."
            ) from error
        raise
