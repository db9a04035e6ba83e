"""What Keras saved: weights in the order of its layers, and the configuration as options.

All versions with HDF5: ``save_weights`` of 0.x (layers and parameters by number), of 1 and of 2
(by name), and ``model.save``, which puts the weights under ``model_weights``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symopt.legacy.checkpoints.hdf5 import Hdf5Tree

WEIGHTS = "model_weights"
OPTIMIZER = "optimizer_weights"
LAYERS, NAMES = "layer_names", "weight_names"
MOST_PARTS = 1000
"""Long lists of names lie in several attributes: layer_names0, layer_names1, ..."""


def is_keras(tree: Hdf5Tree) -> bool:
    """Whether the file is laid out as Keras lays it out."""
    root = tree.file
    return any(
        key in group.attrs
        for group in (root, _group(tree, root, WEIGHTS))
        if group is not None
        for key in (LAYERS, f"{LAYERS}0", "nb_layers")
    )


def read_keras(tree: Hdf5Tree) -> tuple[str, dict[str, Any]]:
    """The kind of file, and its weights by name with all attributes of the root."""
    root = tree.file
    inner = _group(tree, root, WEIGHTS)
    weights = root if inner is None else inner
    objects: dict[str, Any] = {}
    for group in (root, weights):
        for key, value in tree.attributes(group):
            if not key.startswith((LAYERS, "nb_layers")):
                objects[key] = _json(value)
    found: dict[str, Any] = {}
    for layer in _layers(tree, weights):
        _read_layer(tree, weights, layer, found)
    objects.update(found)
    optimizer = _group(tree, root, OPTIMIZER)
    if optimizer is not None:
        for name in _names(tree, optimizer, NAMES):
            _add(tree, optimizer, name, f"{OPTIMIZER}/{name}", objects)
    version = objects.get("keras_version")
    kind = f"HDF5 file of Keras {version}" if isinstance(version, str) else "HDF5 file of Keras"
    return kind, objects


def _group(tree: Hdf5Tree, root: Any, name: str) -> Any:
    try:
        item = tree.at(root, name)
    except ValueError:
        return None
    return item if tree.is_group(item) else None


def _layers(tree: Hdf5Tree, weights: Any) -> list[str]:
    count = weights.attrs.get("nb_layers")
    if count is not None:
        return [name for name, _ in tree.children(weights) if name.startswith("layer_")]
    return _names(tree, weights, LAYERS)


def _names(tree: Hdf5Tree, group: Any, key: str) -> list[str]:
    """A list of names among the attributes, or in several of them with numbers."""
    found: list[str] = []
    for number in range(-1, MOST_PARTS):
        try:
            part = tree.attribute(group, key if number < 0 else f"{key}{number}")
        except ValueError as error:
            tree.faults.append(f"{key}: {error}")
            break
        if isinstance(part, list):
            found += [name for name in part if isinstance(name, str)]
        if (part is None) == (number >= 0):  # all of it, or the last of the parts was read
            break
    return found


def _read_layer(tree: Hdf5Tree, weights: Any, layer: str, found: dict[str, Any]) -> None:
    group = _group(tree, weights, layer)
    if group is None:
        tree.faults.append(f"{layer}: named in {LAYERS}, and not there")
        return
    names = _names(tree, group, NAMES)
    if not names and "nb_params" in group.attrs:
        names = [name for name, _ in tree.children(group) if name.startswith("param_")]
    for name in names:
        own = name if name.startswith(layer) and name not in found else f"{layer}/{name}"
        _add(tree, group, name, own, found)


def _add(tree: Hdf5Tree, group: Any, path: str, name: str, found: dict[str, Any]) -> None:
    try:
        item = tree.at(group, path)
    except ValueError as error:
        tree.faults.append(f"{name}: {error}")
        return
    if not tree.is_dataset(item):
        tree.faults.append(f"{name}: named in {NAMES}, and not there")
        return
    value = tree.value(name, item)
    if value is not None:
        found[name] = value


def _json(value: Any) -> Any:
    """Configurations are JSON in text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
