"""The ReaScript, run with a stand-in for the REAPER functions that it calls."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "daw" / "musicvae_generate.py"
PPQ = 960


class Reaper(ModuleType):
    """A project with one track: cursor in seconds, tempo, meter, items.

    The functions have the signatures of REAPER's Python; a function with output
    arguments returns a tuple of its result and all arguments.
    """

    def __init__(self, meter: tuple[int, int] = (4, 4), selected: bool = True) -> None:
        super().__init__("reaper_python")
        self.meter, self.bpm, self.cursor = meter, 90.0, 8.0
        self.selected = selected
        self.items: list[tuple[float, float]] = []
        self.notes: list[tuple[float, float, int, int]] = []
        self.messages: list[str] = []
        self.undo: list[str] = []

    def RPR_GetSelectedTrack(self, project: int, index: int) -> str:
        return f"(MediaTrack*)0x{0x5A if self.selected and index == project == 0 else 0:016X}"

    def RPR_GetCursorPosition(self) -> float:
        return self.cursor

    def RPR_TimeMap_GetTimeSigAtTime(
        self, project: int, time: float, numerator: int, denominator: int, tempo: float
    ) -> tuple[int, float, int, int, float]:
        return (project, time, *self.meter, self.bpm)

    def RPR_TimeMap2_timeToQN(self, project: int, time: float) -> float:
        return time * self.bpm / 60

    def RPR_Undo_BeginBlock(self) -> None:
        self.undo.append("begin")

    def RPR_Undo_EndBlock(self, text: str, flags: int) -> None:
        self.undo.append(text)

    def RPR_UpdateArrange(self) -> None:
        self.undo.append("drawn")

    def RPR_CreateNewMIDIItemInProj(
        self, track: str, start: float, end: float, quarters: bool
    ) -> tuple[str, str, float, float, int]:
        assert track.endswith("5A")
        assert quarters
        self.items.append((start, end))
        return ("(MediaItem*)0x01", track, start, end, 1)

    def RPR_GetActiveTake(self, item: str) -> str:
        return item.replace("MediaItem", "MediaItem_Take")

    def RPR_MIDI_GetPPQPosFromProjQN(self, take: str, quarter: float) -> float:
        return (quarter - self.items[-1][0]) * PPQ

    def RPR_MIDI_InsertNote(self, take: str, *about: float) -> tuple[object, ...]:
        selected, muted, start, end, channel, pitch, velocity, no_sort = about
        assert (selected, muted, channel, no_sort) == (False, False, 0, True)
        self.notes.append((start, end, int(pitch), int(velocity)))
        return (1, take, *about)

    def RPR_MIDI_Sort(self, take: str) -> None:
        self.notes.sort()

    def RPR_ShowMessageBox(self, text: str, title: str, kind: int) -> int:
        self.messages.append(text)
        return 1


def run(reaper: Reaper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the script as REAPER's action list does."""
    monkeypatch.setitem(sys.modules, "reaper_python", reaper)
    runpy.run_path(str(SCRIPT))


@pytest.mark.parametrize("meter", [(4, 4), (6, 8), (7, 8)])
def test_a_melody_is_inserted_at_the_cursor_in_the_meter_of_the_project(
    meter: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight seconds at 90 bpm are quarter 12; two bars; one undo step; notes inside the item."""
    reaper = Reaper(meter)
    run(reaper, monkeypatch)
    quarters = 2 * 4 * meter[0] / meter[1]
    assert reaper.items == [(12.0, 12.0 + quarters)]
    assert reaper.notes
    assert all(0 <= start < end <= quarters * PPQ for start, end, _, _ in reaper.notes)
    assert reaper.undo == ["begin", "musicvae: generate a melody", "drawn"]
    assert not reaper.messages


def test_a_missing_track_or_unsupported_meter_shows_a_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The project is not changed."""
    for reaper, sentence in (
        (Reaper(selected=False), "Select a track first"),
        (Reaper((33, 16)), "33/16"),
    ):
        run(reaper, monkeypatch)
        assert sentence in reaper.messages[0]
        assert not reaper.items
        assert not reaper.undo
