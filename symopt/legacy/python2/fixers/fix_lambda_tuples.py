"""``lambda (a, b), c: a + b + c``: fissix's own fixer knows one tuple and nothing beside it."""

from __future__ import annotations

from typing import Any

from fissix import fixer_base, pytree
from fissix.fixer_util import Name, syms
from fissix.fixes.fix_tuple_params import find_params, map_to_index, simplify_args, tuple_name
from fissix.pgen2 import token


class FixLambdaTuples(fixer_base.BaseFix):
    """Each tuple becomes one parameter, and its names subscripts of that."""

    BM_compatible = True
    PATTERN = "lambdef< 'lambda' args=varargslist ':' body=any >"

    def transform(self, node: Any, results: dict[str, Any]) -> None:
        for parameter in list(results["args"].children):
            if parameter.type != syms.vfpdef:
                continue
            inner = simplify_args(parameter)
            if inner.type == token.NAME:
                parameter.replace(Name(inner.value, prefix=parameter.prefix))
                continue
            names = find_params(parameter)
            new = self.new_name(tuple_name(names))
            _subscript(node.children[-1], map_to_index(names, d={}), new)
            parameter.replace(Name(new, prefix=parameter.prefix))


def _subscript(body: Any, places: dict[str, Any], new: str) -> None:
    for leaf in list(body.post_order()):
        if leaf.type == token.NAME and leaf.value in places:
            parts = [Name(new), *(part.clone() for part in places[leaf.value])]
            leaf.replace(pytree.Node(syms.power, parts, prefix=leaf.prefix))
