"""From a folder of MIDI to arrays for training."""
