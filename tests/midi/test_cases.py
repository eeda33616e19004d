"""Files as people have them are read right, or it is said what is not; see `cases`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_cases import check

from .cases import CASES, SITUATIONS, write_cases

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_cases.py"


def verdicts(folder: Path) -> dict[str, str]:
    """Verdict and what was seen, of each case in a folder."""
    results = {}
    for about in sorted(folder.glob("*.json")):
        right = json.loads(about.read_text())
        results[about.stem] = " ".join(check(folder / right["file"], right))
    return results


@pytest.mark.parametrize("kind", CASES)
def test_every_neighbour_of_a_fault_is_read_right(kind: str, tmp_path: Path) -> None:
    """All notes are found where they stand in the file, or a notice says what is not."""
    write_cases(tmp_path, [kind])
    results = verdicts(tmp_path)
    assert len(results) == len(CASES[kind])
    wrong = {name: seen for name, seen in results.items() if seen.startswith("fail")}
    assert wrong == {}, SITUATIONS[kind]


def wrong_about(kind: str, folder: Path, **claims: object) -> str:
    """The verdict on the first case of a kind after some claims about it were changed."""
    write_cases(folder, [kind])
    about = min(folder.glob("*.json"))
    right = json.loads(about.read_text())
    return " ".join(check(folder / right["file"], right | claims))


@pytest.mark.parametrize(
    ("key", "claim"),
    [
        ("melody", []),
        ("melody", [[0, 1, 67]]),
        ("onsets", [[0, 1, 67]]),
        ("count", 33),
        ("drums", [[0, 0.25, 36]]),
        ("chords", ["C"]),
        ("bpm", 91),
        ("meter", "3/4"),
        ("program", 0),
        ("programs", [[0, 73], [16, 40]]),
        ("parts", 2),
        ("bars", 9),
        ("name", "Oboe"),
        ("notice", "lost"),
        ("right", "says that it is timed in seconds"),
        ("key that no one knows", 1),
    ],
)
def test_a_wrong_answer_falls_short(key: str, claim: object, tmp_path: Path) -> None:
    """Each key of a case is compared, and an unknown one is no silent pass."""
    assert wrong_about("legal_but_odd", tmp_path).startswith("pass")
    assert wrong_about("legal_but_odd", tmp_path, **{key: claim}).startswith("fail")


def test_the_script_prints_a_row_for_each_case_and_ends_with_1_if_any_falls_short(
    tmp_path: Path,
) -> None:
    """After a claim is made wrong, its row says so."""
    write_cases(tmp_path, ["legal_but_odd"])
    command = [sys.executable, str(SCRIPT), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    count = len(CASES["legal_but_odd"])
    assert (done.returncode, done.stdout.count("pass  ")) == (0, count), done.stdout + done.stderr
    about = min(tmp_path.glob("*.json"))
    about.write_text(json.dumps(json.loads(about.read_text()) | {"bars": 9}))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.count("\nfail") + done.stdout.startswith("fail")) == (1, 1)
