"""Readable float64 references of the rules with momentum, under a changing rate, and of those with curvature.

NumPy only. Two problems over the parameters u of shape (2,) and w of shape (2, 1), x = (u, w):

    quadratic    c(x) = mean_i (x'Ax / 2 - b_i'x)             gradient Ax - mean_i b_i, Hessian A
    rosenbrock   c(x) = mean_i sum_j s_i (x[j+1] - x[j]^2)^2 + (1 - x[j])^2,     j = 0, 1, 2

i runs over the examples of a minibatch, whose data are the rows b_i (noisy targets) or the numbers
s_i (steepness, around 100). Step t (from 0) uses minibatch t % 10.

Run it in this folder: it checks its derivatives by differences and writes ../numpy/rules.npz with
problem data, and for each case `CASE.p.NAME` (after the steps in `snapshots`, one row each) and
`CASE.state30.SLOT.NAME`.
"""
import numpy as np

SNAPSHOTS = (1, 2, 5, 10, 30)
A = np.array([[4.0, 1.0, 0.5, 0.0], [1.0, 3.0, -0.75, 0.25], [0.5, -0.75, 2.0, 0.5], [0.0, 0.25, 0.5, 1.0]])


def exact_in_float32(a):
    return np.asarray(a, "float32").astype("float64")


def problem_data():
    r = np.random.default_rng(20240817)
    b = exact_in_float32(np.array([1.0, -2.0, 0.5, 1.5]) + r.normal(size=(10, 8, 4)))
    s = exact_in_float32(100.0 * r.uniform(0.5, 1.5, size=(10, 8)))
    return {"quadratic.A": A, "quadratic.start": exact_in_float32([2.0, 1.0, -1.5, 3.0]),
            "quadratic.targets": b,
            "rosenbrock.start": exact_in_float32([-1.2, 1.0, 0.8, 0.5]),
            "rosenbrock.steepness": s}


class Quadratic:
    @staticmethod
    def cost(x, b):
        return 0.5 * x @ A @ x - b.mean(0) @ x

    @staticmethod
    def gradient(x, b):
        return A @ x - b.mean(0)

    @staticmethod
    def hessian(x, b):
        return A


class Rosenbrock:
    @staticmethod
    def cost(x, s):
        return (s.mean() * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    @staticmethod
    def gradient(x, s):
        c, r, g = s.mean(), x[1:] - x[:-1] ** 2, np.zeros(4)
        g[:-1] += -4 * c * x[:-1] * r - 2 * (1 - x[:-1])
        g[1:] += 2 * c * r
        return g

    @staticmethod
    def hessian(x, s):
        c, H = s.mean(), np.zeros((4, 4))
        for j in range(3):
            H[j, j] += 12 * c * x[j] ** 2 - 4 * c * x[j + 1] + 2
            H[j + 1, j + 1] += 2 * c
            H[j, j + 1] += -4 * c * x[j]
            H[j + 1, j] += -4 * c * x[j]
        return H


# --- Rules: generators over x as one vector. Each takes (gradient, Hessian, rate), yields (step, state). ---

def momentum_classical(mu):
    """v = mu v - lr g; p += v."""
    v = np.zeros(4)
    g, H, lr = yield
    while True:
        v = mu * v - lr * g
        g, H, lr = yield v, {"velocity": v}


def momentum_torch(mu, dampening=0.0):
    """v = mu v + (1 - d) g, at the first step v = g; p -= lr v."""
    g, H, lr = yield
    v = g
    while True:
        g, H, lr = yield -lr * v, {"velocity": v}
        v = mu * v + (1 - dampening) * g


def nesterov_classical(mu):
    """v = mu v - lr g; p += mu v - lr g."""
    v = np.zeros(4)
    g, H, lr = yield
    while True:
        v = mu * v - lr * g
        g, H, lr = yield mu * v - lr * g, {"velocity": v}


def nesterov_torch(mu):
    """v = mu v + g; p -= lr (g + mu v)."""
    v = np.zeros(4)
    g, H, lr = yield
    while True:
        v = mu * v + g
        g, H, lr = yield -lr * (g + mu * v), {"velocity": v}


def rmsprop(formulation, mu, rho=0.9, eps=1e-6, placement="outside", centered=False):
    """s = rho s + (1 - rho) g^2, d = sqrt(s) + eps; torch: v = mu v + g/d, p -= lr v; classical: v = mu v - lr g/d, p += v."""
    s, m, v = np.zeros(4), np.zeros(4), np.zeros(4)
    g, H, lr = yield
    while True:
        s = rho * s + (1 - rho) * g * g
        m = rho * m + (1 - rho) * g
        a = np.maximum(s - m * m, 0) if centered else s
        d = np.sqrt(a) + eps if placement == "outside" else np.sqrt(a + eps)
        if formulation == "torch":
            v = mu * v + g / d
            step = -lr * v
        else:
            v = mu * v - lr * g / d
            step = v
        state = {"mean_square_grad": s, "velocity": v}
        if centered:
            state["mean_grad"] = m
        g, H, lr = yield step, state


def newton(damping=0.0):
    """p -= lr (H + damping I)^-1 g, over all parameters as one vector."""
    g, H, lr = yield
    while True:
        g, H, lr = yield -lr * np.linalg.solve(H + damping * np.eye(4), g), {}


def becker_lecun(mu=1e-3):
    """p -= lr g / (|diag H| + mu)."""
    g, H, lr = yield
    while True:
        g, H, lr = yield -lr * g / (abs(np.diag(H)) + mu), {}


def vsgd_adaptive(mu=1e-3):
    """Means with a memory tau for each element: tau = t in the first ten updates, then it follows the noise."""
    g_mean, square_mean, h_mean = np.zeros(4), np.zeros(4), np.zeros(4)
    tau, t = np.ones(4), 0
    g, H, lr = yield
    while True:
        t += 1
        g_mean = (1 - 1 / tau) * g_mean + g / tau
        square_mean = (1 - 1 / tau) * square_mean + g * g / tau
        h_mean = (1 - 1 / tau) * h_mean + abs(np.diag(H)) / tau
        step = -lr / (h_mean + mu) * g_mean ** 2 / square_mean * g
        tau = tau + 1 if t < 10 else (1 - g_mean ** 2 / square_mean) * tau + 1      # for the next update
        state = {"mean_grad": g_mean, "mean_square_grad": square_mean, "mean_curvature": h_mean, "memory": tau}
        g, H, lr = yield step, state


def vsgd_window(w, mu=1e-3):
    """Means of the last w gradients and of their squares; the curvature is this minibatch's."""
    last = []
    g, H, lr = yield
    while True:
        last = [*last, g][-w:]
        g_mean, square_mean = np.mean(last, 0), np.mean(np.square(last), 0)
        g, H, lr = yield -lr / (abs(np.diag(H)) + mu) * g_mean ** 2 / square_mean * g, {}


def changing(t, base):
    """Halved every 7 steps, and four times as large from step 17 on."""
    return base * 0.5 ** (t // 7) * (4.0 if t >= 17 else 1.0)


# case: (rule, base rate on the quadratic, base rate on Rosenbrock's function)
CASES = {
    "momentum_classical": (lambda: momentum_classical(0.9), 0.05, 1e-4),
    "momentum_torch": (lambda: momentum_torch(0.9), 0.05, 1e-4),
    "momentum_torch_dampening": (lambda: momentum_torch(0.9, 0.25), 0.05, 1e-4),
    "nesterov_classical": (lambda: nesterov_classical(0.9), 0.05, 1e-4),
    "nesterov_torch": (lambda: nesterov_torch(0.9), 0.05, 1e-4),
    "rmsprop_momentum_classical": (lambda: rmsprop("classical", 0.9), 0.01, 0.005),
    "rmsprop_momentum_torch": (lambda: rmsprop("torch", 0.9), 0.01, 0.005),
    "rmsprop_tutorial": (lambda: rmsprop("classical", 0.9, 0.95, 1e-4, "inside", True), 0.01, 0.005),
    "newton": (lambda: newton(), 0.5, 0.5),
    "newton_damped": (lambda: newton(2.0), 0.5, 0.5),
    "becker_lecun": (lambda: becker_lecun(), 0.5, 0.25),
    "vsgd_adaptive": (lambda: vsgd_adaptive(), 0.5, 0.25),
    "vsgd_window": (lambda: vsgd_window(4, 0.1), 0.5, 0.25),
}


def trajectory(rule, problem, x, batches, base):
    """(t, x, state) after each of 30 steps."""
    rule = rule()
    next(rule)
    for t in range(30):
        data = batches[t % 10]
        step, state = rule.send((problem.gradient(x, data), problem.hessian(x, data), changing(t, base)))
        x = x + step
        yield t + 1, x, state


def split(x):
    return {"u": x[:2], "w": x[2:].reshape(2, 1)}


def check_derivatives(problem, x, data, h=1e-5):
    E = h * np.eye(4)
    g = [(problem.cost(x + e, data) - problem.cost(x - e, data)) / (2 * h) for e in E]
    H = [(problem.gradient(x + e, data) - problem.gradient(x - e, data)) / (2 * h) for e in E]
    np.testing.assert_allclose(g, problem.gradient(x, data), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(H, problem.hessian(x, data), rtol=1e-6, atol=1e-5)


if __name__ == "__main__":
    out = {"snapshots": np.array(SNAPSHOTS), **problem_data()}
    problems = [("quadratic", Quadratic, out["quadratic.targets"]), ("rosenbrock", Rosenbrock, out["rosenbrock.steepness"])]
    for column, (name, problem, batches) in enumerate(problems):
        start = out[f"{name}.start"]
        check_derivatives(problem, start, batches[0])
        for case, (rule, *bases) in CASES.items():
            steps = list(trajectory(rule, problem, start, batches, bases[column]))
            for k in ("u", "w"):
                out[f"{name}.{case}.p.{k}"] = np.array([split(x)[k] for n, x, _ in steps if n in SNAPSHOTS])
                for slot, value in steps[-1][2].items():
                    out[f"{name}.{case}.state30.{slot}.{k}"] = split(value)[k]
            x = steps[-1][1]
            whole = batches.reshape(-1, *batches.shape[2:])
            print(f"{name:10} {case:28} cost {problem.cost(start, whole):10.4f} -> {problem.cost(x, whole):10.4f}")
    np.savez("../numpy/rules.npz", **out)
