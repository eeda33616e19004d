"""The engine: what was trained in torch, played in numpy, straight from a checkpoint's weights.

    weights     arrays by name, their shapes checked as they are taken
    layers      linear, RNN and LSTM layers
    encoders    windows -> the summary that mu and log_var are read from
    decoders    z -> logits, one step after the other
    obedience   what a step may be under rules of music
    cost        what rules cost
    sampling    logits -> steps, at a temperature, and how likely steps are
    threads     one BLAS thread while all that computes
    net         a net that encodes and decodes music
    player      a checkpoint: its net, and what makes music up for it

A test holds it to the same logits as `nets`.
"""

from .encoders import Posterior
from .model import Player
from .net import Net
from .sampling import step_nll

__all__ = ["Net", "Player", "Posterior", "step_nll"]
