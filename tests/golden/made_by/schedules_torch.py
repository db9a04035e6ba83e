# Prints the rates that PyTorch's schedulers give: the numbers of tests/test_schedules.py.
import torch
from torch.optim import lr_scheduler as S


def optimizer(rate):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def rates(rate, make, steps):
    opt = optimizer(rate)
    scheduler, out = make(opt), []
    for _ in range(steps):
        out.append(opt.param_groups[0]["lr"])
        opt.step()
        scheduler.step()
    return out


def plateau_rates(rate, metrics, **keywords):
    opt = optimizer(rate)
    scheduler, out = S.ReduceLROnPlateau(opt, **keywords), []
    for metric in metrics:
        scheduler.step(metric)
        out.append(opt.param_groups[0]["lr"])
    return out


print("torch", torch.__version__)
print("step", rates(0.5, lambda o: S.StepLR(o, 3, 0.3), 10))
print("multistep", rates(0.5, lambda o: S.MultiStepLR(o, [2, 3, 7], 0.3), 10))
print("exponential", rates(0.5, lambda o: S.ExponentialLR(o, 0.9), 10))
print("polynomial", rates(0.5, lambda o: S.PolynomialLR(o, 7, 1.5), 10))
print("cosine", rates(0.5, lambda o: S.CosineAnnealingLR(o, 7, 0.01), 8))
print("restarts", rates(0.5, lambda o: S.CosineAnnealingWarmRestarts(o, 3, 1, 0.01), 8))
print("doubling", rates(0.5, lambda o: S.CosineAnnealingWarmRestarts(o, 2, 2, 0.01), 16))

NAN = float("nan")
FALLING = [5.0, 4.0, 4.0, 3.9999, NAN, 3.0, 3.0, 3.0, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9]
print("min, rel", plateau_rates(0.5, FALLING, factor=0.3, patience=1, threshold=1e-3))
print(
    "min, abs, cooldown",
    plateau_rates(0.5, FALLING, factor=0.3, patience=1, threshold=0.2, threshold_mode="abs",
                  cooldown=2, min_lr=0.02),
)
RISING = [0.1, 0.5, 0.51, 0.5, 0.6, 0.6, NAN, 0.62, 0.62, 0.9, 0.9, 0.91, 0.9]
print("max, rel", plateau_rates(0.5, RISING, mode="max", factor=0.3, patience=0, threshold=0.1, min_lr=0.01))
print(
    "max, abs",
    plateau_rates(0.5, RISING, mode="max", factor=0.3, patience=1, threshold=0.05,
                  threshold_mode="abs", cooldown=1),
)
