"""Libraries are imported late: none by `import musicvae`, no torch by a verb."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    *("torch", "lightning", "numpy", "mido", "pretty_midi", "symusic", "joblib"),
    *("safetensors", "rich", "typer", "matplotlib", "threadpoolctl", "sklearn"),
)


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=240,  # a hang is a failure
    )


def loaded_by(code: str) -> set[str]:
    """The heavy libraries that a piece of code has imported when it ends."""
    print_loaded = f"import sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = run(f"{code}\n{print_loaded}")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def command(*words: str) -> str:
    """Code that runs a command."""
    return f"""
import sys
sys.argv = ["musicvae", *{words!r}]
from musicvae.__main__ import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


def test_importing_the_package_loads_and_prints_nothing() -> None:
    """Not even `dir` imports a library."""
    assert loaded_by("import musicvae; dir(musicvae)") == set()
    assert run("import musicvae").stdout == ""


def test_help_loads_neither_torch_nor_numpy() -> None:
    """Neither the help of the program nor that of a command."""
    for words in (("--help",), ("train", "--help"), ("--version",)):
        assert not loaded_by(command(*words)) & {"torch", "numpy", "mido", "matplotlib"}


def test_generate_never_loads_torch(tmp_path: Path) -> None:
    """It does not load pretty_midi or matplotlib either."""
    loaded = loaded_by(command("generate", "--n", "1", str(tmp_path)))
    assert not loaded & {"torch", "pretty_midi", "matplotlib"}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.fixture
def without_torch(tmp_path: Path) -> dict[str, str]:
    """An environment in which importing torch fails, as if it was not installed."""
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "torch.py").write_text("raise ImportError('no torch here')\n")
    return {"PYTHONPATH": f"{tmp_path / 'shadow'}{os.pathsep}{ROOT}"}


@pytest.mark.slow
def test_the_verbs_run_where_torch_is_not_installed(
    tmp_path: Path, without_torch: dict[str, str]
) -> None:
    """Five verbs in Python, and three commands that write files."""
    assert run("import torch", **without_torch).returncode == 1
    code = f"""
import musicvae
model = musicvae.load()
phrase, = model.generate(1, seed=1)
walk = model.interpolate(phrase, phrase, 2)
model.decode(model.encode(phrase))
assert model.reconstruct(phrase).accuracy > 0.5
musicvae.write_midi(phrase, {str(tmp_path / "a.mid")!r})
"""
    file = str(tmp_path / "a.mid")
    code += command("generate", "--n", "1", str(tmp_path / "out"))
    code += command("interpolate", file, file, str(tmp_path / "walk"), "--n", "2")
    code += command("reconstruct", file, str(tmp_path / "back.mid"))
    done = run(code, **without_torch)
    assert done.returncode == 0, done.stderr
    assert len([*(tmp_path / "out").iterdir(), *(tmp_path / "walk").iterdir()]) == 3
    assert (tmp_path / "back.mid").exists()


def test_what_needs_torch_says_so(tmp_path: Path, without_torch: dict[str, str]) -> None:
    """One sentence names the extra, and the exit code is 1."""
    words = ("train", "--data", str(tmp_path), "-o", str(tmp_path / "net"))
    done = run(command(*words).replace("assert not end.code, end.code", "raise"), **without_torch)
    assert done.returncode == 1
    assert "pip install 'musicvae[train]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("library", "words"),
    [
        ("joblib", ("prepare", "FOLDER", "-o", "data")),
        ("symusic", ("evaluate", "--data", "FOLDER")),
    ],
)
def test_a_library_that_preparing_needs_is_named(
    tmp_path: Path, library: str, words: tuple[str, ...]
) -> None:
    """Its extra is named and the exit code is 1, also to evaluate a folder of MIDI."""
    (tmp_path / f"{library}.py").write_text("raise ImportError('not here')\n")
    words = tuple(str(ROOT / "data" / "tunes") if word == "FOLDER" else word for word in words)
    done = run(
        command(*words).replace("assert not end.code, end.code", "raise"),
        PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}",
    )
    assert done.returncode == 1
    assert f"This needs {library}, which comes with an extra" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    """It names the file and the reason; nothing is written."""
    (tmp_path / "noise.mid").write_bytes(b"la la la")
    words = ("reconstruct", str(tmp_path / "noise.mid"), str(tmp_path / "out.mid"))
    done = run(command(*words).replace("assert not end.code, end.code", "raise"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "noise.mid: it is not a MIDI file" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["noise.mid"]
