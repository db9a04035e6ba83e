import pickle
import sys

import numpy as np

from gru4rec import GRU4Rec
from popularity import linear_model, similarity


def make_sessions(n_items=12, n=24, seed=21):
    rng = np.random.RandomState(seed)
    sessions = []
    for i in range(n):
        item = rng.randint(n_items)
        session = [item]
        for j in range(rng.randint(2, 6)):
            item = (item + rng.choice([1, 1, 1, 5])) % n_items
            session.append(int(item))
        sessions.append(session)
    return sessions


def main(folder, loss="bpr-max", adapt="adagrad"):
    n_items = 12
    sessions = make_sessions(n_items)
    act = {"bpr-max": "elu-0.5", "cross-entropy": "softmax", "top1": "leaky-0.1"}[loss]
    gru = GRU4Rec(loss=loss, final_act=act, adapt=adapt)
    costs = gru.fit(sessions, n_items)
    print(len(costs), "updates, from", costs[0], "to", costs[-1])
    predict = gru.predictor(n_items)
    sums, best = [], []
    for x in ([0, 3], [1, 4], [2, 5]):
        s, b = predict(np.array(x, "int32"))
        sums.append(s)
        best.append(b)
    with open(folder + "/weights.pkl", "wb") as f:
        pickle.dump([gru.E, gru.Wy, gru.By] + gru.Wx, f, protocol=2)
    with open(folder + "/weights.pkl", "rb") as f:
        again = pickle.load(f)
    assert (again[0].get_value() == gru.E.get_value()).all()
    dense, score, both, gradient, total = similarity(sessions, n_items)
    np.savez(
        folder + "/numbers.npz",
        costs=costs,
        sums=sums,
        best=best,
        E=gru.E.get_value(),
        By=gru.By.get_value(),
        dense=dense,
        score=score,
        both=both,
        gradient=gradient,
        total=total,
        linear=linear_model(sessions, n_items),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
