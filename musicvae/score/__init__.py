"""Phrases and what is derived from them: windows, piano rolls, melodies, chords."""
