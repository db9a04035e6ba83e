"""The functions that ``theano.function`` returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytensor
from pytensor.compile.aliasing import Supervisor as Supervisor
from pytensor.compile.aliasing import alias_root as alias_root
from pytensor.compile.aliasing import infer_reuse_pattern as infer_reuse_pattern
from pytensor.compile.aliasing import insert_deepcopy as insert_deepcopy
from pytensor.compile.aliasing import view_tree_set as view_tree_set
from pytensor.compile.executor import AliasedMemoryError as AliasedMemoryError
from pytensor.compile.maker import FunctionMaker as FunctionMaker
from pytensor.compile.rebuild import UnusedInputError as UnusedInputError
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.replace import clone_replace
from pytensor.link.basic import Container

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.compile.inspection import Maker, has_programs
from symopt.legacy.theano.compile.recipe import (
    Recipe,
    compile_recipe,
    container_of,
    is_held,
    without_update,
)
from symopt.legacy.theano.compile.values import DUPLICATE, Containers, Values
from symopt.legacy.theano.configparser import config

__getattr__ = fallback(__name__, "pytensor.compile.maker", "pytensor.compile.executor")


class Function:
    """A compiled function.

    Attributes
    ----------
    name : str or None
        Its name.
    value, container
        By position, name or variable of an input: its value, and what holds it. ``f[x]`` is
        ``f.value[x]``.
    finder : dict
        From positions, names and variables of inputs to containers.
    defaults : list of tuple
        For each input: whether a call has to give it, whether its value is restored after a call,
        and its default.
    maker, fn, input_storage, output_storage, profile
        PyTensor's maker, virtual machine, storages and profile.
    trust_input : bool
        Whether arguments are taken as they are, without any check or cast.
    """

    pickle_aliased_memory_strategy = "warn"

    def __init__(self, recipe: Recipe, held: Mapping[int, Container] | None = None) -> None:
        self._recipe = recipe
        self.name = recipe.name
        self.output_keys = recipe.output_keys
        self.unpack_single = recipe.unpack_single
        self.return_none = False
        self._inputs = list(recipe.inputs)
        self._updated = [i for i, each in enumerate(self._inputs) if each.update is not None]
        if held is None:
            held = {i: container_of(each) for i, each in enumerate(self._inputs) if is_held(each)}
        self._held = dict(held)
        self._restored = {
            i: container.storage[0]
            for i, container in self._held.items()
            if self._inputs[i].update is None and not self._inputs[i].implicit
        }
        self._required = [i for i in range(len(self._inputs)) if i not in self._held]
        self._simple = not self._held and not self._updated
        self._compiled = compile_recipe(recipe, [self._inputs[i].update for i in self._updated])
        self._function = self._compiled.compiled
        self._maker: Any = None
        self._find()

    def _find(self) -> None:
        """Fill ``finder`` and ``inv_finder``."""
        self.finder: dict[Any, Any] = {}
        self.inv_finder: dict[Container, Any] = {}
        given = list(self._function.input_storage)
        containers = [
            self._held[i] if i in self._held else given[i] for i in range(len(self._inputs))
        ]
        specs = list(self._inputs)
        for spec in self._function.maker.inputs[len(self._inputs) :]:
            specs.append(spec)
            containers.append(container_of(spec))
        for i, (spec, container) in enumerate(zip(specs, containers, strict=True)):
            self.finder[i] = container
            self.finder[spec.variable] = container
            self.finder[spec.name] = DUPLICATE if spec.name in self.finder else container
            self.inv_finder[container] = spec
        self.indices = [(spec, None, [spec]) for spec in specs]
        self._positions: dict[str, int | None] = {}
        for i, spec in enumerate(self._inputs):
            if spec.name is not None:
                self._positions[spec.name] = None if spec.name in self._positions else i

    @property
    def maker(self) -> Any:
        """PyTensor's maker; ``maker.fgraph`` is the graph, rewritten."""
        if self._maker is None:
            self._maker = self._function.maker
            if has_programs(self._maker.fgraph):
                self._maker = Maker(self._maker, self._arguments())
        return self._maker

    def _arguments(self) -> dict[str, Any]:
        """What the function was made of, as PyTensor takes it apart."""
        recipe = self._recipe
        updates = [self._inputs[i].update for i in self._updated]
        return {
            "params": [spec.variable for spec in recipe.inputs],
            "outputs": [*recipe.outputs, *updates],
            "updates": recipe.updates,
            "givens": recipe.keywords.get("givens"),
            "no_default_updates": recipe.keywords.get("no_default_updates", False),
            "rebuild_strict": recipe.keywords.get("rebuild_strict", True),
        }

    @property
    def fn(self) -> Any:
        """PyTensor's virtual machine."""
        return self._function.vm

    vm = fn

    @property
    def profile(self) -> Any:
        """What ``profile=True`` measured, or None."""
        return self._function.profile

    @profile.setter
    def profile(self, profile: Any) -> None:
        self._function.profile = profile

    @property
    def trust_input(self) -> bool:
        return bool(self._function.trust_input)

    @trust_input.setter
    def trust_input(self, trust: bool) -> None:
        self._function.trust_input = trust

    @property
    def input_storage(self) -> list[Any]:
        """The containers of all inputs, shared variables last."""
        return [self.finder[i] for i in range(len(self.indices))]

    @property
    def output_storage(self) -> list[Any]:
        return list(self._function.output_storage)

    @property
    def outputs(self) -> list[Any]:
        """The outputs, as :class:`Out`."""
        return list(self._function.maker.outputs)

    @property
    def nodes_with_inner_function(self) -> list[Any]:
        return [node.op for node in getattr(self._function, "_nodes_with_inner_function", ())]

    @property
    def defaults(self) -> list[tuple[bool, bool, Any]]:
        found = []
        for spec, _, _ in self.indices:
            held = spec.value is not None
            restored = held and not spec.implicit and spec.update is None
            found.append((not held, restored, spec.value))
        return found

    @property
    def value(self) -> Values:
        return Values(self)

    @property
    def container(self) -> Containers:
        return Containers(self)

    def __contains__(self, item: Any) -> bool:
        return item in self.value

    def __getitem__(self, item: Any) -> Any:
        return self.value[item]

    def __setitem__(self, item: Any, value: Any) -> None:
        self.value[item] = value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it.

        Parameters
        ----------
        *args, **kwargs
            Values of the inputs, by position or by name.
        output_subset : list, optional
            Positions, or keys, of the outputs that are to be returned. Updates happen anyway.

        Raises
        ------
        TypeError
            An input is missing, unknown, given twice, or has a value that its type refuses.
        """
        subset = kwargs.pop("output_subset", None) if kwargs else None
        try:
            if self._simple and not kwargs and len(args) == len(self._required):
                results = self._compiled(*args)
            else:
                results = self._run(args, kwargs)
        except OverflowError as error:
            if "out of bounds for" in str(error):  # NumPy 2, of an argument that does not fit
                raise TypeError(str(error)) from error
            raise
        if self.output_keys is not None:
            keys = self.output_keys if subset is None else subset
            by_key = dict(zip(self.output_keys, results, strict=True))
            return {key: by_key[key] for key in keys}
        if subset is not None:
            return [results[i] for i in subset]
        return results[0] if self.unpack_single else results

    def _run(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        values = self._bind(args, kwargs)
        try:
            results = self._compiled(*values)
        finally:  # what was put into f[input] holds for one call
            for i, default in self._restored.items():
                self._held[i].storage[0] = default
        if self._updated:
            count = len(results) - len(self._updated)
            for i, result in zip(self._updated, results[count:], strict=True):
                self._held[i].storage[0] = result
            results = results[:count]
        return list(results)

    def _bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        if len(args) + len(kwargs) > len(self._inputs):
            raise TypeError(
                f"Too many parameter passed to theano function {self.name or ''}: "
                f"{len(args) + len(kwargs)} given, it has {len(self._inputs)} inputs."
            )
        given: dict[int, Any] = dict(enumerate(args))
        for name, value in kwargs.items():
            position = self._positions.get(name, -1)
            if position is None:
                raise TypeError(f"Ambiguous name: {name} - several inputs are called that.")
            if position < 0:
                raise TypeError(
                    f"Unknown input or state: {name}. The function's named inputs are "
                    f"{', '.join(self._positions) or 'none'}."
                )
            if position in given:
                raise TypeError(f"Multiple values for input: {self._inputs[position].variable}")
            given[position] = value
        values = []
        for i, spec in enumerate(self._inputs):
            if i in given and spec.implicit:
                raise TypeError(f"Tried to provide value for implicit input: {spec.variable}")
            if i in given:
                values.append(given[i])
            elif i in self._held:
                value = self._held[i].storage[0]
                values.append(np.copy(value) if spec.mutable and i not in self._updated else value)
            else:
                raise TypeError(f"Missing required input: {spec.variable}")
        return values

    def get_shared(self) -> list[Any]:
        """The shared variables that it reads or writes."""
        return [spec.variable for spec, _, _ in self.indices if spec.implicit]

    def sync_shared(self) -> None:
        """Nothing: values are on the host whenever they are read."""

    def free(self) -> None:
        """Let go of intermediate values that ``allow_gc=False`` has kept."""
        self._function.free()

    def copy(
        self,
        share_memory: bool = False,
        swap: Mapping[SharedVariable, SharedVariable] | None = None,
        delete_updates: bool = False,
        name: str | None = None,
        profile: Any = None,
    ) -> Function:
        """Another function like this one, which is compiled anew.

        As in Theano, the copy returns a list, of one output too.

        Parameters
        ----------
        share_memory
            Accepted for Theano's sake: intermediate values are never shared.
        swap
            Shared variables -> those of the same type that take their place.
        delete_updates
            Whether the copy writes nothing.
        name
            Its name. None: this one's and " copy".
        profile
            As for :func:`theano.function`.

        Raises
        ------
        ValueError
            A shared variable to be swapped is not used here.
        """
        recipe = self._recipe
        keywords = {**recipe.keywords, "profile": profile, "on_unused_input": "ignore"}
        outputs, updates = recipe.outputs, recipe.updates
        inputs = list(recipe.inputs)
        if swap:
            outputs, updates, keywords = self._swapped(dict[Any, Any](swap), keywords)
        if delete_updates:
            updates, keywords["no_default_updates"] = [], True
            inputs = [without_update(spec) for spec in inputs]
        if name is None and self.name:
            name = f"{self.name} copy"
        recipe = recipe._replace(
            inputs=inputs,
            outputs=outputs,
            output_keys=None,
            unpack_single=False,
            updates=updates,
            name=name,
            keywords=keywords,
        )
        held = {}
        for i, container in self._held.items():
            held[i] = container_of(inputs[i])
            if not inputs[i].mutable and not inputs[i].implicit:
                held[i].storage[0] = container.storage[0]
        return Function(recipe, held)

    def _swapped(
        self, swap: dict[Variable, Variable], keywords: dict[str, Any]
    ) -> tuple[list[Any], list[tuple[Variable, Any]], dict[str, Any]]:
        recipe = self._recipe
        used = set(self.get_shared())
        for old, new in swap.items():
            if old not in used:
                raise ValueError(f"SharedVariable: {old.name} not found")
            assert new.type.in_same_class(old.type), f"swap: {new} is a {new.type}, not {old.type}"
        updates = dict(recipe.updates)
        for old in swap:  # what a shared variable brings with it
            default = getattr(old, "default_update", None)
            if default is not None and not keywords.get("no_default_updates"):
                updates.setdefault(old, default)
        variables = [getattr(out, "variable", out) for out in recipe.outputs]
        expressions = [e for e in (*variables, *updates.values()) if isinstance(e, Variable)]
        replaced = dict(
            zip(expressions, clone_replace(expressions, swap, rebuild_strict=False), strict=True)
        )
        outputs = [
            pytensor.Out(replaced[v], out.borrow) if v is not out else replaced[v]
            for v, out in zip(variables, recipe.outputs, strict=True)
        ]
        pairs = [(swap.get(k, k), replaced.get(v, v)) for k, v in updates.items()]
        return outputs, pairs, keywords

    def __copy__(self) -> Function:
        return self.copy()

    def __reduce__(self) -> Any:
        return _unpickle, (self._recipe, self._held, self.trust_input)

    def __repr__(self) -> str:
        return f"<theano function {self.name or ''} at {id(self):#x}>"


def orig_function(
    inputs: Sequence[Any],
    outputs: Any,
    mode: Any = None,
    accept_inplace: bool = False,
    name: str | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
    output_keys: list[str] | None = None,
) -> Function:
    """As :func:`theano.function`, for inputs that are :class:`In` objects."""
    unpack = not isinstance(outputs, list | tuple)
    return Function(
        Recipe(
            [convert_function_input(each) for each in inputs],
            [outputs] if unpack else list(outputs),
            output_keys,
            unpack,
            [],
            mode,
            name,
            {
                "accept_inplace": accept_inplace,
                "profile": profile,
                "on_unused_input": on_unused_input,
            },
        )
    )


def convert_function_input(input: Any) -> Any:
    """An :class:`In` made of a variable, a pair or a triple of it, or an ``In`` itself."""
    from symopt.legacy.theano.compile.io import In, SymbolicInput

    if isinstance(input, SymbolicInput):
        return input
    if isinstance(input, Variable):
        return In(input)
    if isinstance(input, list | tuple) and input:
        if isinstance(input[0], str):
            return In(input[1], name=input[0], value=input[2] if len(input) > 2 else None)
        if isinstance(input[1], Variable):
            return In(input[0], update=input[1], value=input[2] if len(input) > 2 else None)
        return In(input[0], value=input[1])
    raise TypeError(f"Unknown input type: {type(input)}, expected Variable instance")


def _unpickle(recipe: Recipe, held: Mapping[int, Container], trust_input: bool) -> Function | None:
    if not config.unpickle_function:
        return None
    function = Function(recipe, held)
    function.trust_input = trust_input
    return function


def get_info_on_inputs(named_inputs: Iterable[str], n_unnamed_inputs: int) -> str:
    """What inputs a function has, in words."""
    names = list(named_inputs)
    named = f"{len(names)} named inputs ({', '.join(names)})"
    return f"The function has {named} and {n_unnamed_inputs} unnamed."
