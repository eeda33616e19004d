"""The engine: nets that were trained in torch, run in numpy from a checkpoint's weights.

    weights          arrays by name, with their shapes checked
    layers           linear, RNN and LSTM layers
    encoders         windows -> the summary that mu and log_var are computed from
    decoders         z -> logits, step by step
    constrained      mask and logit bias of each step under constraints
    constraint_cost  what constraints cost, in nats
    sampling         logits -> steps at a temperature, and the likelihood of steps
    threads          one BLAS thread while the engine computes
    batching         rows of a call, grouped by meter
    forward          given windows -> their posterior, and the likelihood of each step
    net              z -> sampled windows
    model            a checkpoint: its net, the prior fitted to it, its attributes

Tests require the same logits as in `nets`.
"""

from .encoders import Posterior
from .layers import bulk_products
from .model import Player
from .net import Net
from .sampling import step_nll

__all__ = ["Net", "Player", "Posterior", "bulk_products", "step_nll"]
