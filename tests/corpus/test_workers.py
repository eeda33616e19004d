"""Workers that crash, hang or run out of memory: the file is named, the rest is read."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicvae.corpus.workers import FileBatch, FileTimeout, run_batches, time_limit
from musicvae.errors import DatasetError, OutputError


def batches(folder: Path, *names: str, size: int = 4, timeout: float = 5) -> Iterator[FileBatch]:
    """Names of files in batches; each name says what happens to its reader."""
    for at in range(0, len(names), size):
        yield FileBatch(folder / f"b{at}", names[at : at + size], timeout, os.getpid())


def read(batch: FileBatch) -> Path:
    """A reader of names: fine ones are written down."""
    fine = []
    for name in batch.mark_files():
        if name.startswith("crash"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if name.startswith("exit"):
            os._exit(3)
        with time_limit(batch):
            if name.startswith("deaf"):  # a library that holds the interpreter and hears no alarm
                ctypes.PyDLL(None).sleep(60)
            fine.append(name)
    batch.path.with_suffix(".json").write_text(" ".join(fine))
    batch.marker.unlink()
    return batch.path


def never(batch: FileBatch) -> Path:
    """A reader that ends before it begins."""
    os._exit(3)


def full(batch: FileBatch) -> Path:
    """A reader whose disk is full."""
    raise OutputError("No space is left.")


def beside(batch: FileBatch) -> Path:
    """A reader in a thread of its own."""
    assert threading.current_thread() is not threading.main_thread()
    return read(batch)


def fine(folder: Path) -> list[str]:
    """What has been read."""
    return sorted(name for path in folder.glob("*.json") for name in path.read_text().split())


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_who_ends_a_worker_is_named_and_the_rest_is_read(count: int, tmp_path: Path) -> None:
    """A crash and an exit among twenty files; each file is counted once."""
    good = [f"{i}.mid" for i in range(18)]
    names = (*good[:5], "crash.mid", *good[5:10], "exit.mid", *good[10:])
    found = list(run_batches(read, batches(tmp_path, *names), count))
    assert sum(done for done, _ in found) == 20
    ended = {file: why for _, reasons in found for file, why in reasons.items()}
    assert ended.keys() == {"crash.mid", "exit.mid"}
    assert all("ends the process" in why for why in ended.values())
    assert fine(tmp_path) == sorted(good)
    assert not list(tmp_path.glob("*.now"))


def test_a_library_that_hangs_is_ended_with_its_process(tmp_path: Path) -> None:
    """Although it holds the interpreter, so that no alarm is heard."""
    names = ("1.mid", "deaf.mid", "2.mid")
    found = list(run_batches(read, batches(tmp_path, *names, timeout=0.5), 1))
    ended = {file: why for _, reasons in found for file, why in reasons.items()}
    assert ended == {"deaf.mid": "reading it takes longer than 0.5 seconds"}
    assert fine(tmp_path) == ["1.mid", "2.mid"]


def test_time_is_limited(tmp_path: Path) -> None:
    """In this process too, which is never ended; what was set before is set again."""
    (batch,) = batches(tmp_path, "1.mid", timeout=0.05)
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(FileTimeout, match=r"longer than 0\.05 seconds"), time_limit(batch):
        time.sleep(5)
    with time_limit(batch):
        pass
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is before


def test_what_is_wrong_with_all_files_is_not_blamed_on_one(tmp_path: Path) -> None:
    """Workers that never begin, and a disk that is full: one sentence."""
    with pytest.raises(DatasetError, match="ended before they read a file"):
        list(run_batches(never, batches(tmp_path, "1.mid"), 1))
    with pytest.raises(OutputError, match="No space is left"):
        list(run_batches(full, batches(tmp_path, "1.mid"), 1))


def test_the_backend_that_was_chosen_does_the_work(tmp_path: Path) -> None:
    """Dask, here on this machine: in a worker's thread there is no alarm, and all is read."""
    distributed = pytest.importorskip("distributed")
    from joblib import parallel_config

    names = [f"{i}.mid" for i in range(10)]
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
        parallel_config(backend="dask"),
    ):
        found = list(run_batches(beside, batches(tmp_path, *names), None))
    assert sum(done for done, _ in found) == 10
    assert fine(tmp_path) == sorted(names)
