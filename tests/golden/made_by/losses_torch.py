# PyTorch's CTC, GELU, Kullback-Leibler divergence and hinge losses, float64, with gradients:
# tests/golden/torch_nnet/losses.npz. Needs NumPy and PyTorch alone.
import numpy as np
import torch
from pathlib import Path
from torch.nn import functional as F

OUT = Path(__file__).parents[1] / "torch_nnet"
rng = np.random.default_rng(20)
D = {}


def record(name, fn, wrt, **arrays):
    tensors = {k: torch.tensor(v, requires_grad=k in wrt) for k, v in arrays.items()}
    out = fn(**tensors)
    R = torch.tensor(rng.normal(size=tuple(out.shape)))
    (out * R).sum().backward()
    D.update({f"{name}/in.{k}": v for k, v in arrays.items()})
    D[f"{name}/out0"], D[f"{name}/R0"] = out.detach().numpy(), R.numpy()
    D.update({f"{name}/grad.{k}": tensors[k].grad.numpy() for k in wrt})


def ctc(a, labels, input_lengths, blank=0):
    # zero_infinity: else gradients of impossible labels are NaN; its cost of 0 is inf here
    lengths = (labels >= 0).sum(1)
    return F.ctc_loss(
        torch.log_softmax(a, 2), labels.clamp(min=0), input_lengths, lengths,
        blank=blank, reduction="none", zero_infinity=True,
    )


# repeats, one label, no label, impossible (three equal ones in four frames), exactly fitting,
# all frames, fewer frames, one frame
labels = np.array([[1, 2, 2], [3, -1, -1], [-1, -1, -1], [1, 1, 1], [2, 1, 3], [4, 4, -1], [1, 3, 1], [2, -1, -1]])
frames = np.array([7, 4, 5, 4, 3, 7, 6, 1])
a = rng.normal(size=(7, 8, 5)) * 2
record("ctc", ctc, ["a"], a=a, labels=labels, input_lengths=frames)
record("ctc_blank4", lambda a, labels, input_lengths: ctc(a, labels, input_lengths, 4), ["a"],
       a=a, labels=np.where(labels >= 0, labels - 1, -1), input_lengths=frames)
record("ctc_one", ctc, ["a"], a=a[:1, :1], labels=np.array([[3]]), input_lengths=np.array([1]))

x = np.concatenate([rng.normal(size=20) * 3, [0.0, -10.0, 10.0]])
record("gelu", lambda x: F.gelu(x), ["x"], x=x)
record("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), ["x"], x=x)
record("softsign", lambda x: F.softsign(x), ["x"], x=x)
p, q = rng.dirichlet(np.ones(4), 5), rng.dirichlet(np.ones(4), 5)
p[0, 1] = p[3, 2] = 0
record("kullback_leibler", lambda p, q: F.kl_div(q.log(), p, reduction="none").sum(-1), ["q"], p=p, q=q)
record("multiclass_hinge", lambda x, y: (
    F.relu(1 + x.masked_fill(F.one_hot(y, 4).bool(), -np.inf).amax(1) - x.gather(1, y[:, None])[:, 0])
), ["x"], x=rng.normal(size=(5, 4)), y=np.array([0, 3, 2, 2, 1]))
record("hinge", lambda x, t: F.relu(1 - x * (2 * t - 1)), ["x"], x=rng.normal(size=(4, 3)) * 2, t=(rng.random((4, 3)) > 0.5) * 1.0)

OUT.mkdir(exist_ok=True)
np.savez(OUT / "losses.npz", torch=np.array(torch.__version__), **D)
