"""Search a folder of MIDI for music similar to a query."""
