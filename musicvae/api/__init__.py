"""The public object `MusicVAE`, music of any kind opened once, and what builds models."""
