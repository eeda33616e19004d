"""A flow is invertible, its density is one, and fresh it is the Gaussian it was given."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import MultivariateNormal

from musicvae.nets import Flow
from musicvae.nets.flow import halves


def some_flow(latent: int = 6, units: int = 4, couplings: int = 4, seed: int = 0) -> Flow:
    """One whose couplings move, on a Gaussian that is not N(0, I)."""
    torch.manual_seed(seed)
    flow = Flow(latent, 2, units=units, couplings=couplings, hidden=8)
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.5 * torch.randn_like(parameter))
    flow.fit_gaussian(torch.randn(latent), a_covariance(latent), 0.5 + torch.rand(latent))
    return flow


def a_covariance(latent: int) -> Tensor:
    """Positive definite."""
    half = torch.randn(latent, latent)
    return half @ half.T / latent


@given(
    st.integers(2, 9).flatmap(lambda latent: st.tuples(st.just(latent), st.integers(2, latent))),
    st.integers(0, 7),
    st.integers(0, 1000),
)
@settings(max_examples=30, deadline=None)
@torch.no_grad()
def test_there_and_back_is_where_it_began(
    widths: tuple[int, int], couplings: int, seed: int
) -> None:
    """For any width, even or odd, of any depth; and the other way round."""
    flow = some_flow(*widths, couplings, seed).double()
    z, condition = torch.randn(5, widths[0]).double(), torch.randn(5, 2).double()
    torch.testing.assert_close(
        flow.from_base(flow.to_base(z, condition)[0], condition), z, rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(
        flow.to_base(flow.from_base(z, condition), condition)[0], z, rtol=1e-4, atol=1e-5
    )


def test_the_log_determinant_is_that_of_the_jacobian() -> None:
    """By autograd, of one z after the other."""
    flow = some_flow().double()
    z, condition = torch.randn(3, 6).double(), torch.randn(3, 2).double()
    _, log_det = flow.to_base(z, condition)
    for row in range(3):
        known = condition[row][None]
        jacobian = torch.autograd.functional.jacobian(
            lambda one, known=known: flow.to_base(one[None], known)[0][0], z[row]
        )
        torch.testing.assert_close(log_det[row], torch.linalg.slogdet(jacobian).logabsdet)


@torch.no_grad()
def test_a_fresh_flow_is_the_gaussian_of_means_and_noise() -> None:
    """Covariance of the means and mean variance of the noise, together; whatever the condition."""
    torch.manual_seed(1)
    mean, covariance, noise = torch.randn(6), a_covariance(6), 0.5 + torch.rand(6)
    flow = Flow(6, 2, units=4, couplings=4, hidden=8)
    flow.fit_gaussian(mean, covariance, noise)
    z = torch.randn(7, 6)
    expected = MultivariateNormal(mean, covariance + noise.diag()).log_prob(z)
    torch.testing.assert_close(-flow.nll(z, torch.randn(7, 2)), expected)
    signal = (flow.spread / noise.sqrt()[:, None]).norm(dim=0)
    assert (signal.diff() <= 1e-5).all()


@torch.no_grad()
def test_a_density_of_two_units_sums_to_one() -> None:
    """Over a grid that holds all of it."""
    flow = some_flow(2, 2)
    places = torch.linspace(-12, 12, 400)
    grid = torch.cartesian_prod(places, places) + flow.mean
    density = (-flow.nll(grid, torch.zeros(len(grid), 2))).exp()
    assert float(density.sum()) * float(places[1] - places[0]) ** 2 == pytest.approx(1, abs=0.02)


def test_every_unit_is_moved_by_two_couplings() -> None:
    """And each coupling parts them anew, with none lost."""
    for units in (2, 5, 96):
        for index in range(0, 8, 2):
            (kept, moved), (kept_next, moved_next) = halves(units, index), halves(units, index + 1)
            assert sorted([*moved, *moved_next]) == list(range(units))
            assert torch.equal(kept, moved_next)
            assert torch.equal(moved, kept_next)
    assert len({tuple(halves(96, index)[0].tolist()) for index in range(8)}) == 8


def test_what_is_known_of_the_sequence_counts() -> None:
    """The same noise in two conditions is two z, and a fit lowers the nats of bent data."""
    flow = some_flow()
    u = torch.randn(3, 6)
    assert not torch.allclose(
        flow.from_base(u, torch.zeros(3, 2)), flow.from_base(u, torch.ones(3, 2))
    )
    torch.manual_seed(0)
    a = torch.randn(512, 1)
    z = torch.cat([a, a.square() + 0.1 * torch.randn(512, 1)], dim=-1)
    fresh = Flow(2, 1, units=2, couplings=4, hidden=16)
    fresh.fit_gaussian(z.mean(0), torch.cov(z.T), torch.full((2,), 1e-3))
    known = torch.zeros(512, 1)
    before = fresh.nll(z, known).mean()
    adam = torch.optim.Adam(fresh.parameters(), lr=1e-2)
    for _ in range(150):
        adam.zero_grad()
        torch.autograd.backward(fresh.nll(z, known).mean())
        adam.step()
    assert fresh.nll(z, known).mean() < before - 0.5
