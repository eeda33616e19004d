"""Devices, precision and processes of a training run.

Lightning Fabric manages devices and processes: it starts the other processes itself, or joins
those that torchrun or a scheduler started.
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

from ..arguments import quote
from ..errors import MusicVAEError, TrainingError, require_extra

if TYPE_CHECKING:
    from lightning.fabric import Fabric

SETTLE_SECONDS = 0.2
"""Pause before the process group is destroyed; see `_destroy_process_group`."""


def launch_fabric(precision: str = "auto", devices: int = 1, num_nodes: int = 1) -> Fabric:
    """Join `devices * num_nodes` processes; start them if no launcher has done so.

    Raises:
        MissingExtra: lightning is not installed.
        TrainingError: there are fewer devices than that, or they do not compute in bf16.
    """
    with require_extra("lightning", "train"):
        from lightning.fabric import Fabric
    for name in ("lightning.fabric", "lightning.pytorch"):  # Fabric logs under either name
        logging.getLogger(name).setLevel(logging.WARNING)
    accelerator = "cuda" if torch.cuda.is_available() else "cpu"
    if accelerator == "cuda" and devices > torch.cuda.device_count():
        raise TrainingError(
            f"There are {torch.cuda.device_count()} GPUs here, not {devices}: lower --devices."
        )
    fabric = Fabric(
        accelerator=accelerator,
        devices=devices,
        num_nodes=num_nodes,
        precision="bf16-mixed" if use_bf16(precision, accelerator) else "32-true",
        strategy="ddp" if devices * num_nodes > 1 else "auto",
    )
    try:
        fabric.launch()
    except ValueError as error:
        raise TrainingError(
            f"--devices {devices} times --num-nodes {num_nodes} is not the number of processes "
            "that were launched."
        ) from error
    return fabric


@contextmanager
def all_processes(fabric: Fabric) -> Iterator[None]:
    """Run the body in all processes; afterwards only the first one continues, the others exit.

    If all processes fail with the same error, the first one raises it and the others exit. A
    process that fails alone does not leave the group, because the others may be waiting for it.
    """
    try:
        yield
    except SystemExit:  # in all processes but the first, which raises the error itself
        _end_other_processes(fabric, 1)
    except (MusicVAEError, KeyboardInterrupt):
        _destroy_process_group()
        raise
    _end_other_processes(fabric, 0)


def _end_other_processes(fabric: Fabric, status: int) -> None:
    _destroy_process_group()
    if not fabric.is_global_zero:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # a regular exit may wait for gloo's threads for ever


def _destroy_process_group() -> None:
    if torch.distributed.is_initialized():
        # A gloo thread needs the interpreter lock to release its last tensor. If the net is freed
        # first, which holds the lock and joins the thread, both wait for ever; if the interpreter
        # is gone by then, the thread aborts the process. The pause lets the thread finish.
        time.sleep(SETTLE_SECONDS)
        torch.distributed.destroy_process_group()


def use_bf16(precision: str, accelerator: str) -> bool:
    """Return True if matrix products are computed in bf16 on an accelerator, `cuda` or `cpu`.

    Raises:
        TrainingError: `precision` is bf16 and the processor does not support it.
    """
    if accelerator == "cuda":
        has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        flags = torch.cpu.get_capabilities()
        has_bf16 = bool(flags.get("avx512_bf16") or flags.get("amx_bf16") or flags.get("bf16"))
    if precision not in ("auto", "bf16", "fp32"):
        raise TrainingError(f"There is no precision {quote(precision)}; choose auto, bf16 or fp32.")
    if precision == "bf16" and not has_bf16:
        raise TrainingError("This processor does not compute in bf16; train with --precision fp32.")
    return precision != "fp32" and has_bf16


class Share(NamedTuple):
    """The rows of a batch that one process computes.

    Attributes:
        rows: the rows; the first row again if no row is left for this process.
        weight: their number divided by that of the whole batch; 0 for a repeated row.
    """

    rows: slice
    weight: float


def local_share(rows: int, rank: int, world: int) -> Share:
    """The share of process `rank` of `world`; the sizes of shares differ by at most one row.

    >>> [local_share(5, rank, 2) for rank in range(2)]
    [Share(rows=slice(0, 2, None), weight=0.4), Share(rows=slice(2, 5, None), weight=0.6)]
    """
    first, last = rows * rank // world, rows * (rank + 1) // world
    if first == last:  # every process must take part in collective operations
        return Share(slice(0, 1), 0.0)
    return Share(slice(first, last), (last - first) / rows)


@contextmanager
def enough_memory(batch: int) -> Iterator[None]:
    """Turn running out of memory into an error that says what to change.

    Raises:
        TrainingError: memory ran out.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:  # torch raises a RuntimeError on the CPU
        is_memory_error = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if is_memory_error or "allocate memory" in str(error):
            raise TrainingError(
                f"There is not enough memory for {batch} windows in an update: lower --batch."
            ) from error
        raise
