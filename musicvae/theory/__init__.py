"""Music theory: meters, pitches, chords, keys, drums, instruments; no files, no phrases."""
