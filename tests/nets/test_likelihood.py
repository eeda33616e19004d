"""Output distributions, compared with torch.distributions and with their own samples."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Bernoulli as TrueBernoulli
from torch.distributions import Categorical as TrueCategorical

from musicvae.nets import Bernoulli, Categorical, Likelihood

LOGITS = torch.tensor([2.0, 1.0, 0.0, -1.0])
TEMPERATURES = pytest.mark.parametrize("temperature", [0.5, 1.0, 1.3])


def test_the_base_is_abstract() -> None:
    """A likelihood must define how it scores and samples steps."""
    with pytest.raises(TypeError, match="abstract"):
        Likelihood()  # type: ignore[abstract]  # on purpose


def test_nll_agrees_with_torch_distributions() -> None:
    """For classes and for channels."""
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


@TEMPERATURES
def test_classes_are_sampled_with_the_probabilities_of_the_softmax(temperature: float) -> None:
    """Each sample is one class; 20,000 samples have the right frequencies."""
    torch.manual_seed(0)
    samples = Categorical((4,)).sample(LOGITS.expand(20_000, 4), temperature)
    assert (samples.sum(-1) == 1).all()
    expected = (LOGITS / temperature).softmax(-1)
    torch.testing.assert_close(samples.mean(0), expected, atol=0.015, rtol=0)


@TEMPERATURES
def test_channels_are_sampled_with_the_probabilities_of_the_sigmoid(temperature: float) -> None:
    """20,000 samples have the right frequencies in each channel."""
    torch.manual_seed(0)
    samples = Bernoulli().sample(LOGITS.expand(20_000, 4), temperature)
    expected = (LOGITS / temperature).sigmoid()
    torch.testing.assert_close(samples.mean(0), expected, atol=0.015, rtol=0)


@pytest.mark.parametrize("likelihood", [Categorical((4,)), Categorical((3, 1)), Bernoulli()])
def test_no_step_is_more_probable_than_the_mode(likelihood: Likelihood) -> None:
    """The mode has the lowest NLL among 100 samples, and `right` accepts it as the true step."""
    torch.manual_seed(0)
    logits = torch.randn(2, 6, 4)
    mode = likelihood.mode(logits)
    least = likelihood.nll(logits, mode)
    for _ in range(100):
        assert (likelihood.nll(logits, likelihood.sample(logits)) >= least - 1e-6).all()
    assert likelihood.is_correct(logits, mode).all()
    assert not likelihood.is_correct(
        logits, 1 - mode if mode.sum() > 12 else mode.roll(1, -1)
    ).all()


def test_heads_are_independent_categoricals() -> None:
    """Their NLLs add up, and a step is right if all heads are right."""
    torch.manual_seed(0)
    logits, classes = torch.randn(2, 6, 7), torch.randint(3, (2, 6, 2))
    x_a, x_b = torch.eye(4)[classes[..., 0]], torch.eye(3)[classes[..., 1]]
    both, x = Categorical((4, 3)), torch.cat([x_a, x_b], dim=-1)
    head_a, head_b = Categorical((4,)), Categorical((3,))
    torch.testing.assert_close(
        both.nll(logits, x), head_a.nll(logits[..., :4], x_a) + head_b.nll(logits[..., 4:], x_b)
    )
    both_right = head_a.is_correct(logits[..., :4], x_a) & head_b.is_correct(logits[..., 4:], x_b)
    assert torch.equal(both.is_correct(logits, x), both_right)
    assert 0 < both_right.sum() < both_right.numel()
    assert torch.equal(both.sample(logits).sum(-1), torch.full((2, 6), 2.0))
