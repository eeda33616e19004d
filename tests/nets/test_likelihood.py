"""Output distributions, held against torch.distributions and their own samples."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Bernoulli as TrueBernoulli
from torch.distributions import Categorical as TrueCategorical

from musicvae.nets import Bernoulli, Categorical, Likelihood

LOGITS = torch.tensor([2.0, 1.0, 0.0, -1.0])
TEMPERATURES = pytest.mark.parametrize("temperature", [0.5, 1.0, 1.3])


def test_the_base_is_abstract() -> None:
    """A likelihood says how it scores and draws."""
    with pytest.raises(TypeError, match="abstract"):
        Likelihood()  # type: ignore[abstract]  # on purpose


def test_nll_agrees_with_torch_distributions() -> None:
    """For classes and for channels, a number for each step."""
    torch.manual_seed(0)
    logits, classes = torch.randn(3, 7, 5), torch.randint(5, (3, 7))
    one_hot, multi_hot = torch.eye(5)[classes], torch.randint(2, (3, 7, 5)).float()
    torch.testing.assert_close(
        Categorical((5,)).nll(logits, one_hot), -TrueCategorical(logits=logits).log_prob(classes)
    )
    torch.testing.assert_close(
        Bernoulli().nll(logits, multi_hot),
        -TrueBernoulli(logits=logits).log_prob(multi_hot).sum(-1),
    )


def two_heads(*shape: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits of a head of five and of one of three, and a one-hot in each."""
    one_hots = [torch.eye(n)[torch.randint(n, shape)] for n in (5, 3)]
    return torch.randn(*shape, 8), torch.cat(one_hots, dim=-1)


def test_several_heads_are_as_many_likelihoods_of_one() -> None:
    """Their nats add up, the modes stand side by side, a step is right if all of it is."""
    torch.manual_seed(0)
    logits, x = two_heads(3, 7)
    x[0] = Categorical((5, 3)).mode(logits)[0]  # some that are right
    both = Categorical((5, 3))
    parts = [(Categorical((5,)), slice(0, 5)), (Categorical((3,)), slice(5, 8))]
    alone = [(head, logits[..., at], x[..., at]) for head, at in parts]
    nats = sum(head.nll(own, true) for head, own, true in alone)
    torch.testing.assert_close(both.nll(logits, x), nats)
    modes = torch.cat([head.mode(own) for head, own, _ in alone], dim=-1)
    assert torch.equal(both.mode(logits), modes)
    right = torch.stack([head.right(own, true) for head, own, true in alone])
    assert torch.equal(both.right(logits, x), right.all(0))
    assert both.right(logits, x)[0].all()
    assert right.any(0).sum() > right.all(0).sum()


def test_heads_are_drawn_apart() -> None:
    """One class in each, as often as its own softmax says, whatever the other is."""
    torch.manual_seed(0)
    logits = torch.cat([LOGITS, LOGITS.flip(0)[:2]])
    drawn = Categorical((4, 2)).sample(logits.expand(20_000, 6))
    first, second = drawn.split((4, 2), dim=-1)
    together = first.transpose(0, 1) @ second / 20_000
    expected = torch.outer(LOGITS.softmax(-1), LOGITS.flip(0)[:2].softmax(-1))
    torch.testing.assert_close(together, expected, atol=0.015, rtol=0)


@TEMPERATURES
def test_classes_are_drawn_as_often_as_the_softmax_says(temperature: float) -> None:
    """Gumbel noise and the largest."""
    torch.manual_seed(0)
    drawn = Categorical((4,)).sample(LOGITS.expand(20_000, 4), temperature)
    assert (drawn.sum(-1) == 1).all()
    expected = (LOGITS / temperature).softmax(-1)
    torch.testing.assert_close(drawn.mean(0), expected, atol=0.015, rtol=0)


@TEMPERATURES
def test_channels_are_drawn_as_often_as_the_sigmoid_says(temperature: float) -> None:
    """Each for itself."""
    torch.manual_seed(0)
    drawn = Bernoulli().sample(LOGITS.expand(20_000, 4), temperature)
    expected = (LOGITS / temperature).sigmoid()
    torch.testing.assert_close(drawn.mean(0), expected, atol=0.015, rtol=0)


@pytest.mark.parametrize("likelihood", [Categorical((4,)), Categorical((3, 1)), Bernoulli()])
def test_no_step_is_more_probable_than_the_mode(likelihood: Likelihood) -> None:
    """Of the mode and 100 draws; and the mode is right about itself."""
    torch.manual_seed(0)
    logits = torch.randn(2, 6, 4)
    mode = likelihood.mode(logits)
    least = likelihood.nll(logits, mode)
    for _ in range(100):
        assert (likelihood.nll(logits, likelihood.sample(logits)) >= least - 1e-6).all()
    assert likelihood.right(logits, mode).all()
    assert not likelihood.right(logits, 1 - mode if mode.sum() > 12 else mode.roll(1, -1)).all()
