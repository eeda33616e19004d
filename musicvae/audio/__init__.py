"""Sound: the voices of a small synthesizer, what they play, how loud it is, and WAV files."""
