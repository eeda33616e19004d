"""RNN and LSTM: what they read, and what they never read."""

from __future__ import annotations

import pytest
import torch

from musicvae.nets import LSTM, RNN

LENGTHS = torch.tensor([7, 3, 5, 1])
CELLS = pytest.mark.parametrize("cell", [RNN, LSTM])


@CELLS
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_padded_row_reads_as_it_does_alone(cell: type[RNN], bidirectional: bool) -> None:
    """Both outputs, whatever stands in the padding; beyond the end are zeros."""
    torch.manual_seed(0)
    x = torch.randn(4, 7, 5)
    for output in ("steps", "last"):
        net = cell(5, 6, layers=2, bidirectional=bidirectional, output=output)
        together = net(x, LENGTHS)
        for row, length in enumerate(LENGTHS.tolist()):
            alone = net(x[row : row + 1, :length])[0]
            mine = together[row, :length] if output == "steps" else together[row]
            torch.testing.assert_close(mine, alone)
            if output == "steps":
                assert not together[row, length:].any()


@CELLS
def test_one_step_at_a_time_is_the_whole_sequence(cell: type[RNN]) -> None:
    """The state carries all that was heard."""
    torch.manual_seed(0)
    net, x = cell(5, 6, layers=2), torch.randn(3, 7, 5)
    state, out = None, []
    for now in x.unbind(dim=1):
        step, state = net.step(now, state)
        out.append(step)
    torch.testing.assert_close(torch.stack(out, dim=1), net(x))


@CELLS
def test_the_last_output_of_both_directions_has_read_everything(cell: type[RNN]) -> None:
    """A change in any step changes both halves."""
    torch.manual_seed(0)
    net = cell(5, 6, bidirectional=True, output="last")
    x = torch.randn(1, 7, 5, requires_grad=True)
    for half in net(x).chunk(2, dim=-1):
        (gradient,) = torch.autograd.grad(half.sum(), x, retain_graph=True)
        assert (gradient.abs().sum(-1) > 0).all()


@CELLS
def test_an_output_has_not_heard_the_future(cell: type[RNN]) -> None:
    """Of one direction: the gradient with respect to later steps is zero."""
    torch.manual_seed(0)
    x = torch.randn(1, 7, 5, requires_grad=True)
    (gradient,) = torch.autograd.grad(cell(5, 6)(x)[0, 3].sum(), x)
    assert gradient[0, :4].any(dim=-1).all()
    assert not gradient[0, 4:].any()


def test_the_forget_gate_starts_open() -> None:
    """Its bias is 1 above the other gates', in every layer and direction."""
    torch.manual_seed(0)
    net = LSTM(5, 400, layers=2, bidirectional=True)
    for name, bias in net.core.named_parameters():
        if name.startswith("bias"):
            means = bias.detach().unflatten(0, (4, 400)).mean(dim=1)
            expected = torch.tensor([0.0, float(name.startswith("bias_ih")), 0.0, 0.0])
            torch.testing.assert_close(means, expected, atol=0.02, rtol=0)


@CELLS
def test_dropout_hides_what_a_layer_says_in_training_alone(cell: type[RNN]) -> None:
    """About that share of the outputs; played, the net is the same function each time."""
    torch.manual_seed(0)
    net, x = cell(5, 64, dropout=0.3), torch.randn(8, 7, 5)
    hidden = (net(x) == 0).float().mean().item()
    assert hidden == pytest.approx(0.3, abs=0.05)
    net.eval()
    assert torch.equal(net(x), net(x))
    assert net(x).all()
