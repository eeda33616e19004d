"""Files that crash or hang their worker are reported, and all others are read."""

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

from ..posix import posix_only


def batches(folder: Path, *names: str, size: int = 4, timeout: float = 5) -> Iterator[FileBatch]:
    """Batches of file names; each name tells what the reader does."""
    for start in range(0, len(names), size):
        yield FileBatch(folder / f"b{start}", names[start : start + size], timeout, os.getpid())


def read(batch: FileBatch) -> Path:
    """A reader that writes down the names of good files."""
    good = []
    for name in batch.mark_files():
        if name.startswith("crash"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if name.startswith("exit"):
            os._exit(3)
        with time_limit(batch.timeout, batch.parent_pid):
            if name.startswith("hang"):  # holding the interpreter lock: no signal is handled
                ctypes.PyDLL(None).sleep(60)
            good.append(name)
    batch.path.with_suffix(".json").write_text(" ".join(good))
    batch.marker.unlink()
    return batch.path


def exits(batch: FileBatch) -> Path:
    """A reader that exits before it reads."""
    os._exit(3)


def disk_full(batch: FileBatch) -> Path:
    """A reader whose disk is full."""
    raise OutputError("No space is left.")


def read_in_thread(batch: FileBatch) -> Path:
    """A reader in a thread other than the main thread."""
    assert threading.current_thread() is not threading.main_thread()
    return read(batch)


def files_read(folder: Path) -> list[str]:
    """Names of the files that were read."""
    return sorted(name for path in folder.glob("*.json") for name in path.read_text().split())


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_a_file_that_ends_its_worker_is_reported_and_the_rest_is_read(
    count: int, tmp_path: Path
) -> None:
    """A crash and an exit among twenty files; each file is counted once."""
    good = [f"{i}.mid" for i in range(18)]
    names = (*good[:5], "crash.mid", *good[5:10], "exit.mid", *good[10:])
    results = list(run_batches(read, batches(tmp_path, *names), count))
    assert sum(done for done, _ in results) == 20
    ended = {file: reason for _, reasons in results for file, reason in reasons.items()}
    assert ended.keys() == {"crash.mid", "exit.mid"}
    assert all("ends the process" in reason for reason in ended.values())
    assert files_read(tmp_path) == sorted(good)
    assert not list(tmp_path.glob("*.now"))


@posix_only("alarm that ends the reading of a file")
def test_a_library_that_hangs_is_ended_with_its_process(tmp_path: Path) -> None:
    """Although it holds the interpreter lock, so that the alarm is not handled."""
    names = ("1.mid", "hang.mid", "2.mid")
    results = list(run_batches(read, batches(tmp_path, *names, timeout=0.5), 1))
    ended = {file: reason for _, reasons in results for file, reason in reasons.items()}
    assert ended == {"hang.mid": "reading it takes longer than 0.5 seconds"}
    assert files_read(tmp_path) == ["1.mid", "2.mid"]


def read_without_alarm(batch: FileBatch) -> Path:
    """A reader on a system without alarm signals."""
    with pytest.MonkeyPatch.context() as patched:
        patched.delattr(signal, "SIGALRM", raising=False)
        for name in batch.mark_files():
            with time_limit(batch.timeout, batch.parent_pid):
                time.sleep(60 if name.startswith("hang") else 0)
    batch.path.with_suffix(".json").write_text(" ".join(batch.files))
    batch.marker.unlink()
    return batch.path


@pytest.mark.slow
def test_without_an_alarm_a_file_that_hangs_is_ended_with_its_process(tmp_path: Path) -> None:
    """As on Windows: the other files are read."""
    names = ("1.mid", "hang.mid", "2.mid")
    results = list(run_batches(read_without_alarm, batches(tmp_path, *names, timeout=0.5), 1))
    ended = {file: reason for _, reasons in results for file, reason in reasons.items()}
    assert ended == {"hang.mid": "reading it takes longer than 0.5 seconds"}
    assert sum(done for done, _ in results) == 3


@posix_only("alarm that ends the reading of a file")
def test_time_is_limited(tmp_path: Path) -> None:
    """In this process too, which is never ended; the previous signal handler is restored."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(FileTimeout, match=r"longer than 0\.05 seconds"), time_limit(0.05):
        time.sleep(5)
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_failure_of_all_files_is_not_blamed_on_one(tmp_path: Path) -> None:
    """Workers that exit at once, and a full disk, are errors of the run."""
    with pytest.raises(DatasetError, match="ended before they read a file"):
        list(run_batches(exits, batches(tmp_path, "1.mid"), 1))
    with pytest.raises(OutputError, match="No space is left"):
        list(run_batches(disk_full, batches(tmp_path, "1.mid"), 1))


def test_the_chosen_backend_runs_the_work(tmp_path: Path) -> None:
    """Dask on this machine: its worker threads have no alarm, and all files are read."""
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
        results = list(run_batches(read_in_thread, batches(tmp_path, *names), None))
    assert sum(done for done, _ in results) == 10
    assert files_read(tmp_path) == sorted(names)
