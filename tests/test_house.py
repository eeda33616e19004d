"""The house: who imports whom, and how long files are."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "musicvae"

ORDER = [
    *("errors", "config", "presets", "progress", "files"),
    *(
        f"music.{name}"
        for name in (
            *("units", "programs", "chords", "recipe", "notes", "pianoroll", "position", "smf"),
            *("quantise", "midi"),
            *("exchange", "drum_kit", "melody", "harmony", "voices"),
            *("coding", "monophony", "polyphony", "drums", "changes", "codecs"),
            *("windows", "seams", "groove", "expression", "manner", "humanize", "drawing"),
            *("scales", "breaches", "rules", "constraints", "wishes", "accompaniment"),
            *("metrics", "attributes", "copies", "ngram"),
            *("bulk_smf", "bulk", "slices"),
        )
    ),
    "nets",
    "checkpoint",
    *(f"engine.{name}" for name in ("weights", "layers", "encoders", "decoders")),
    "engine.threads",
    *(
        "engine.obedience",
        "engine.cost",
        "engine.sampling",
        "engine.net",
        "engine.player",
        "engine",
    ),
    *("attributes", "playing", "plan", "source", "decoding", "extension", "composition"),
    *("generation", "interpolation", "exploration", "variation", "finishing", "replaying"),
    *("inputs", "registry"),
    *("dataset", "workers", "reading", "splits", "preparation", "library", "similarity"),
    *("directions", "refit", "sliders", "personal"),
    *("plot", "model"),
    *("schedules", "state", "distributed", "prefetch", "signals"),
    *("journal", "run", "training", "prior"),
    *(f"evaluation.{name}" for name in ("report", "chunks", "nats", "reconstruction", "samples")),
    *("evaluation.usual", "evaluation.interpolation", "evaluation.effects"),
    *("evaluation.pictures", "evaluation.folder", "evaluation"),
    *("api.base", "api.making", "api.walking", "api.looking", "api", "workshop"),
    "cli",
    "",
    "__main__",
]
"""A file imports only from what stands before it; `nets` and `cli` are ordered among themselves."""

TORCH = {"model", "state", "distributed", "journal", "run", "prior"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def place(module: str) -> int:
    """Where a module stands in the list."""
    while module not in ORDER:
        module = module.rpartition(".")[0]
    return ORDER.index(module)


def name_of(path: Path) -> str:
    """`music/units.py` -> `music.units`; the package itself is ``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> set[str]:
    """Modules of the package that a file imports, wherever in it."""
    package = path.parent.relative_to(PACKAGE).parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            name = ".".join((*base, *(node.module or "").split("."))).strip(".")
            inside = [f"{name}.{alias.name}".strip(".") for alias in node.names]
            found |= {one if _is_module(one) else name for one in inside}
    return found - {""}


def _is_module(name: str) -> bool:
    path = PACKAGE.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


def test_a_file_imports_only_from_what_stands_before_it() -> None:
    """No import from below, and no circle."""
    offenders = [
        f"{mine} imports {other}"
        for mine, path in ((name_of(path), path) for path in MODULES)
        for other in imports(path)
        if mine and place(other) >= place(mine) and not _beside(mine, other)
    ]
    assert offenders == []


def _beside(mine: str, other: str) -> bool:
    """Both stand in one place of the list, where they are ordered among themselves."""
    ordered = mine.split(".")[0] in ("nets", "cli")
    return place(other) == place(mine) and (ordered or other == mine)


def test_nets_and_commands_import_no_circles() -> None:
    """Inside `nets` and `cli` one can be read after the other."""
    for room in ("nets", "cli"):
        waiting = {name_of(p): imports(p) for p in (PACKAGE / room).glob("*.py")}
        while waiting:
            ready = [name for name, needs in waiting.items() if not needs & waiting.keys() - {name}]
            assert ready, f"a circle among {', '.join(waiting)}"
            for name in ready:
                del waiting[name]


def test_music_and_nets_never_look_at_each_other() -> None:
    """Nor does `nets` know anything else of the house."""
    for path in (PACKAGE / "nets").glob("*.py"):
        assert all(other.startswith("nets") for other in imports(path))
    for path in (PACKAGE / "music").glob("*.py"):
        assert not any(other.startswith("nets") for other in imports(path))


def libraries(path: Path) -> set[str]:
    """What a file imports from outside the package, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


def test_torch_stays_where_nets_are_trained() -> None:
    """In `nets`, and in what builds and trains them."""
    users = {name_of(path) for path in MODULES if "torch" in libraries(path)}
    assert {name for name in users if not name.startswith("nets")} <= TORCH


def test_no_file_is_longer_than_300_lines() -> None:
    """What is longer is two things."""
    long = [name_of(path) for path in MODULES if len(path.read_text().splitlines()) > 300]
    assert long == []
