from collections import deque

import theano

from .. import utils
from .base import InputLayer, MergeLayer

__all__ = [
    "get_all_layers",
    "get_output",
    "get_output_shape",
    "get_all_params",
    "count_params",
    "get_all_param_values",
    "set_all_param_values",
]


def get_all_layers(layer, treat_as_input=None):
    try:
        queue = deque(layer)
    except TypeError:
        queue = deque([layer])
    seen, done, result = set(), set(), []
    if treat_as_input is not None:
        seen.update(treat_as_input)
    while queue:
        layer = queue[0]
        if layer is None:
            queue.popleft()
        elif layer not in seen:
            seen.add(layer)
            if hasattr(layer, "input_layers"):
                queue.extendleft(reversed(layer.input_layers))
            elif hasattr(layer, "input_layer"):
                queue.appendleft(layer.input_layer)
        else:
            queue.popleft()
            if layer not in done:
                result.append(layer)
                done.add(layer)
    return result


def get_output(layer_or_layers, inputs=None, **kwargs):
    treat_as_input = inputs.keys() if isinstance(inputs, dict) else []
    all_layers = get_all_layers(layer_or_layers, treat_as_input)
    all_outputs = dict(
        (layer, layer.input_var)
        for layer in all_layers
        if isinstance(layer, InputLayer) and layer not in treat_as_input
    )
    if isinstance(inputs, dict):
        all_outputs.update(
            (layer, utils.as_theano_expression(expr)) for layer, expr in inputs.items()
        )
    elif inputs is not None:
        for input_layer in list(all_outputs):
            all_outputs[input_layer] = utils.as_theano_expression(inputs)
    for layer in all_layers:
        if layer not in all_outputs:
            if isinstance(layer, MergeLayer):
                below = [all_outputs[l] for l in layer.input_layers]
            else:
                below = all_outputs[layer.input_layer]
            all_outputs[layer] = layer.get_output_for(below, **kwargs)
    try:
        return [all_outputs[layer] for layer in layer_or_layers]
    except TypeError:
        return all_outputs[layer_or_layers]


def get_output_shape(layer):
    return layer.output_shape


def get_all_params(layer, unwrap_shared=True, **tags):
    layers = get_all_layers(layer)
    params = []
    for l in layers:
        params.extend(l.get_params(**tags))
    if unwrap_shared:
        params = [
            v
            for p in params
            for v in theano.gof.graph.inputs([p])
            if isinstance(v, theano.compile.SharedVariable)
        ]
    return utils.unique(params)


def count_params(layer, **tags):
    values = [p.get_value() for p in get_all_params(layer, **tags)]
    return sum(v.size for v in values)


def get_all_param_values(layer, **tags):
    return [p.get_value() for p in get_all_params(layer, **tags)]


def set_all_param_values(layer, values, **tags):
    params = get_all_params(layer, **tags)
    if len(params) != len(values):
        raise ValueError(
            "mismatch: got %d values to set %d parameters" % (len(values), len(params))
        )
    for p, v in zip(params, values):
        if p.get_value().shape != v.shape:
            raise ValueError(
                "mismatch: parameter has shape %r but value to set has shape %r"
                % (p.get_value().shape, v.shape)
            )
        else:
            p.set_value(v)
