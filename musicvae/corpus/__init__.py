"""Turn a folder of MIDI files into arrays for training."""
