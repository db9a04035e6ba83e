import theano.tensor as T


def binary_crossentropy(predictions, targets):
    return T.nnet.binary_crossentropy(predictions, targets)


def categorical_crossentropy(predictions, targets):
    return T.nnet.categorical_crossentropy(predictions, targets)


def squared_error(a, b):
    return T.square(a - b)


def aggregate(loss, weights=None, mode="mean"):
    if weights is not None:
        loss = loss * weights
    if mode == "mean":
        return loss.mean()
    elif mode == "sum":
        return loss.sum()
    elif mode == "normalized_sum":
        if weights is None:
            raise ValueError("require weights for mode='normalized_sum'")
        return loss.sum() / weights.sum()
    raise ValueError("mode must be 'mean', 'sum' or 'normalized_sum', got %r" % mode)


def categorical_accuracy(predictions, targets, top_k=1):
    if targets.ndim == predictions.ndim:
        targets = T.argmax(targets, axis=-1)
    elif targets.ndim != predictions.ndim - 1:
        raise TypeError("rank mismatch between targets and predictions")
    if top_k == 1:
        return T.eq(T.argmax(predictions, axis=-1), targets)
    targets = (
        T.shape_padaxis(targets, axis=-1)
        if hasattr(T, "shape_padaxis")
        else T.shape_padright(targets)
    )
    top = T.argsort(predictions, axis=-1)[:, -top_k:]
    return T.any(T.eq(top, targets), axis=-1)
