"""MIDI files and objects in and out."""
