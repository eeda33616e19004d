"""Reading and writing MIDI files, and conversion from and to other Python objects."""
