"""Constraints on music: parse them, compile them to a rule for each step, check a phrase."""
