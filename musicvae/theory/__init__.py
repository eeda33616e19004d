"""Music theory: meters, pitches, chords, keys, drums, instruments; no files, no arrays of music."""
