"""ReaScript for REAPER: a new melody on the selected track, at the edit cursor.

In the project's meter; it plays in the project's tempo. Put it into REAPER's
Scripts folder and load it in the action list; REAPER's Python must be one that
musicvae is installed in.
A second run gives another melody.
"""

import reaper_python as reaper  # REAPER's own module, there when a script runs

import musicvae

PROJECT = 0  # the one in front
MODEL = "melody-2bar"  # one voice, for one track


def main() -> None:
    """Generate, and insert as a new item that can be undone in one step."""
    track = reaper.RPR_GetSelectedTrack(PROJECT, 0)
    if "0x0000000000000000" in str(track):  # how ReaScript spells a null pointer
        say("Select a track first: the melody goes there.")
        return
    cursor = reaper.RPR_GetCursorPosition()
    _, _, numerator, denominator, _ = reaper.RPR_TimeMap_GetTimeSigAtTime(PROJECT, cursor, 0, 0, 0)
    try:
        (phrase,) = musicvae.load(MODEL).generate(1, meter=f"{numerator}/{denominator}")
    except musicvae.MusicVAEError as error:
        say(str(error))
        return
    begin = reaper.RPR_TimeMap2_timeToQN(PROJECT, cursor)
    reaper.RPR_Undo_BeginBlock()
    insert(track, begin, phrase)
    reaper.RPR_Undo_EndBlock("musicvae: generate a melody", -1)
    reaper.RPR_UpdateArrange()


def insert(track: object, begin: float, phrase: musicvae.Phrase) -> None:
    """The phrase as a MIDI item that begins at that quarter of the project."""
    length = phrase.steps / phrase.meter.steps_per_quarter
    item = reaper.RPR_CreateNewMIDIItemInProj(track, begin, begin + length, True)[0]
    take = reaper.RPR_GetActiveTake(item)
    for start, duration, pitch, velocity in musicvae.to_tuples(phrase):
        on = reaper.RPR_MIDI_GetPPQPosFromProjQN(take, begin + start)
        off = reaper.RPR_MIDI_GetPPQPosFromProjQN(take, begin + start + duration)
        reaper.RPR_MIDI_InsertNote(take, False, False, on, off, 0, pitch, velocity, True)
    reaper.RPR_MIDI_Sort(take)


def say(text: str) -> None:
    """A message box."""
    reaper.RPR_ShowMessageBox(text, "musicvae", 0)


main()
