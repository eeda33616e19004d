"""The public object `MusicVAE`, the functions that build models, and reading music of any kind."""
