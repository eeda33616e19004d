"""A folder has one writer, and leftovers of killed programs are told from files in use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from musicvae import atomic_files, locks
from musicvae.api import builders
from musicvae.atomic_files import LOCK_NAME, one_writer, remove_leftovers, write_atomic
from musicvae.corpus.prepare import prepare
from musicvae.errors import OutputError
from musicvae.midi.writer import write_midi
from musicvae.theory.meter import Meter
from musicvae.training.train import train

from .miniatures import little_tune, short_training, write_dataset

HOLD = """
import sys
from pathlib import Path
from musicvae.atomic_files import _temporary, one_writer
with one_writer(Path(sys.argv[1])), _temporary(Path(sys.argv[1]), b"half"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[bytes]:
    """Another process that writes into a folder until it is killed or its input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "out")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


def test_every_second_writer_is_refused_in_one_sentence(
    holder: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    """`prepare`, `train`, `personalize`; what the first one writes stays."""
    out = tmp_path / "out"
    before = sorted(path.name for path in out.iterdir())
    write_midi(little_tune(Meter(), 0, 12), tmp_path / "midi" / "a.mid")
    write_dataset(tmp_path / "data")
    with holder:
        for write in (
            lambda: prepare([tmp_path / "midi"], out, workers=1),
            lambda: train(short_training(), tmp_path / "data", out),
            lambda: builders.personalize([tmp_path / "midi"], out=out),
        ):
            with pytest.raises(OutputError, match=r"^Another musicvae is writing into .*out: wait"):
                write()
        assert sorted(path.name for path in out.iterdir()) == before
    assert holder.returncode == 0
    assert not out.exists()


def test_a_killed_writer_holds_nothing(holder: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """Its leftovers are deleted by the next one, and not before it is dead."""
    out = tmp_path / "out"
    with holder:
        remove_leftovers(out)
        assert len(list(out.iterdir())) == 2
        holder.kill()
    with one_writer(out):
        assert [path.name for path in out.iterdir()] == [LOCK_NAME]
    assert not list(out.iterdir())


def test_one_process_does_not_write_twice_into_a_folder_either(tmp_path: Path) -> None:
    """Afterwards the folder is free, whether the work failed or not."""
    for error in (None, KeyError):
        try:
            with one_writer(tmp_path):
                with pytest.raises(OutputError, match="Another musicvae"), one_writer(tmp_path):
                    raise AssertionError
                if error:
                    raise error
        except KeyError:
            pass
        assert not list(tmp_path.iterdir())


def test_files_of_others_are_no_leftovers(tmp_path: Path) -> None:
    """Only names that this package gives are deleted."""
    names = ["a.tmp", ".musicvae", ".musicvae-similar.npz", ".song.mid.1234abcd", ".musicvae-x.mid"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / ".musicvae-0123.tmp").touch()
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_a_file_system_without_locks_deletes_no_leftover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It might be in use; files are still written, and folders held by nobody."""

    def no_locks(descriptor: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("musicvae.locks._lock", no_locks)
    (tmp_path / ".musicvae-0123.tmp").touch()
    with one_writer(tmp_path):
        write_atomic(tmp_path / "a.bin", b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".musicvae-0123.tmp", "a.bin"]


def test_a_file_that_was_taken_for_a_leftover_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process deletes it after it was created and before it was locked."""
    calls: list[Path] = []

    def deleted_first(file: object, path: Path, *, without_locks: bool) -> bool:
        calls.append(path)
        if len(calls) == 1:
            path.unlink()
        return locks.hold(file, path, without_locks=without_locks)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(atomic_files, "hold", deleted_first)
    write_atomic(tmp_path / "a.bin", b"whole")
    assert len(calls) == 2
    assert (tmp_path / "a.bin").read_bytes() == b"whole"
    assert len(list(tmp_path.iterdir())) == 1
