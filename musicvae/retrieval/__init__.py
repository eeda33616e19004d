"""Search a folder of MIDI for similar music."""
