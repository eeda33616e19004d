"""Phrases, and what is seen in them: windows, piano rolls, melodies, chords."""
