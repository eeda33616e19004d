"""How a phrase is played.

dynamics       velocities from meter, phrase and pitch
groove         timing and velocity statistics of drummers
humanize       random timing and velocities, distributed as those of drummers
voicing        chords as pitches
patterns       notes of a chord part and of a bass
accompaniment  a lead sheet with chord part and bass
transfer       tempo, programs and accents of one phrase applied to another
render         accompaniment and humanizing of a decoded phrase
"""
