"""Scores: phrases as bars of written notes, as MusicXML and as ABC."""
