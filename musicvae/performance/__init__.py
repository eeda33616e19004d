"""How a phrase is played: dynamics, timing, accompaniment."""
