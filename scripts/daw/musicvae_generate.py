"""ReaScript for REAPER: insert a new melody on the selected track, at the edit cursor.

The melody has the meter of the project and follows its tempo. Put this file into
REAPER's Scripts folder and load it in the action list. musicvae must be installed
in the Python that REAPER uses. Each run gives another melody.
"""

import reaper_python as reaper  # REAPER provides this module to scripts

import musicvae

PROJECT = 0  # the active project
MODEL = "melody-2bar"  # a model of one part, for one track


def main() -> None:
    """Generate a melody and insert it as a new item, as one undo step."""
    track = reaper.RPR_GetSelectedTrack(PROJECT, 0)
    if "0x0000000000000000" in str(track):  # a null pointer in ReaScript
        show_message("Select a track first: the melody is inserted there.")
        return
    cursor = reaper.RPR_GetCursorPosition()
    _, _, numerator, denominator, _ = reaper.RPR_TimeMap_GetTimeSigAtTime(PROJECT, cursor, 0, 0, 0)
    try:
        (phrase,) = musicvae.load(MODEL).generate(1, meter=f"{numerator}/{denominator}")
    except musicvae.MusicVAEError as error:
        show_message(str(error))
        return
    start = reaper.RPR_TimeMap2_timeToQN(PROJECT, cursor)
    reaper.RPR_Undo_BeginBlock()
    insert(track, start, phrase)
    reaper.RPR_Undo_EndBlock("musicvae: generate a melody", -1)
    reaper.RPR_UpdateArrange()


def insert(track: object, start: float, phrase: musicvae.Phrase) -> None:
    """Insert a phrase as a MIDI item that starts at a position of the project, in quarters."""
    length = phrase.steps / phrase.meter.steps_per_quarter
    item = reaper.RPR_CreateNewMIDIItemInProj(track, start, start + length, True)[0]
    take = reaper.RPR_GetActiveTake(item)
    for onset, duration, pitch, velocity in musicvae.to_tuples(phrase):
        on = reaper.RPR_MIDI_GetPPQPosFromProjQN(take, start + onset)
        off = reaper.RPR_MIDI_GetPPQPosFromProjQN(take, start + onset + duration)
        reaper.RPR_MIDI_InsertNote(take, False, False, on, off, 0, pitch, velocity, True)
    reaper.RPR_MIDI_Sort(take)


def show_message(text: str) -> None:
    """Show a message box."""
    reaper.RPR_ShowMessageBox(text, "musicvae", 0)


main()
