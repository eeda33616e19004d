"""RNN and LSTM: which steps their outputs depend on."""

from __future__ import annotations

import pytest
import torch

from musicvae.nets import LSTM, RNN

LENGTHS = torch.tensor([7, 3, 5, 1])
CELLS = pytest.mark.parametrize("cell", [RNN, LSTM])


@CELLS
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_does_not_change_the_outputs_of_a_row(cell: type[RNN], bidirectional: bool) -> None:
    """Both kinds of output equal those of the row alone; outputs on padding are zeros."""
    torch.manual_seed(0)
    x = torch.randn(4, 7, 5)
    for output in ("steps", "last"):
        net = cell(5, 6, layers=2, bidirectional=bidirectional, output=output)
        padded = net(x, LENGTHS)
        for row, length in enumerate(LENGTHS.tolist()):
            alone = net(x[row : row + 1, :length])[0]
            in_batch = padded[row, :length] if output == "steps" else padded[row]
            torch.testing.assert_close(in_batch, alone)
            if output == "steps":
                assert not padded[row, length:].any()


@CELLS
def test_stepping_through_a_sequence_gives_its_outputs(cell: type[RNN]) -> None:
    """The state carries everything from the previous steps."""
    torch.manual_seed(0)
    net, x = cell(5, 6, layers=2), torch.randn(3, 7, 5)
    state, out = None, []
    for step_x in x.unbind(dim=1):
        step_out, state = net.step(step_x, state)
        out.append(step_out)
    torch.testing.assert_close(torch.stack(out, dim=1), net(x))


@CELLS
def test_the_last_output_of_both_directions_depends_on_every_step(cell: type[RNN]) -> None:
    """Each half has a gradient with respect to every step."""
    torch.manual_seed(0)
    net = cell(5, 6, bidirectional=True, output="last")
    x = torch.randn(1, 7, 5, requires_grad=True)
    for half in net(x).chunk(2, dim=-1):
        (gradient,) = torch.autograd.grad(half.sum(), x, retain_graph=True)
        assert (gradient.abs().sum(-1) > 0).all()


@CELLS
def test_an_output_does_not_depend_on_later_steps(cell: type[RNN]) -> None:
    """In a net of one direction, the gradient with respect to later steps is zero."""
    torch.manual_seed(0)
    x = torch.randn(1, 7, 5, requires_grad=True)
    (gradient,) = torch.autograd.grad(cell(5, 6)(x)[0, 3].sum(), x)
    assert gradient[0, :4].any(dim=-1).all()
    assert not gradient[0, 4:].any()


def test_the_forget_gate_starts_open() -> None:
    """Its bias is 1 higher than those of the other gates, in every layer and direction."""
    torch.manual_seed(0)
    net = LSTM(5, 400, layers=2, bidirectional=True)
    for name, bias in net.core.named_parameters():
        if name.startswith("bias"):
            means = bias.detach().unflatten(0, (4, 400)).mean(dim=1)
            expected = torch.tensor([0.0, float(name.startswith("bias_ih")), 0.0, 0.0])
            torch.testing.assert_close(means, expected, atol=0.02, rtol=0)


@CELLS
def test_dropout_applies_in_training_only(cell: type[RNN]) -> None:
    """About the given share of outputs is zero in training; in evaluation none is."""
    torch.manual_seed(0)
    net, x = cell(5, 64, dropout=0.3), torch.randn(8, 7, 5)
    dropped = (net(x) == 0).float().mean().item()
    assert dropped == pytest.approx(0.3, abs=0.05)
    net.eval()
    assert torch.equal(net(x), net(x))
    assert net(x).all()
