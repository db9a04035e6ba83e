"""Databases of rewrites, with Theano's arguments of ``register``."""

from __future__ import annotations

from typing import Any

import pytensor.graph.rewriting.db as db

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof import opt as opt

__getattr__ = fallback(__name__, "pytensor.graph.rewriting.db")


class DB(db.RewriteDatabase):  # type: ignore[misc]
    """A database of rewrites by name and tag."""


class EquilibriumDB(db.EquilibriumDB):  # type: ignore[misc]
    """A database of rewrites that are applied until nothing changes any more."""

    def register(  # type: ignore[override]
        self, name: str, obj: Any, *tags: str, **keywords: Any
    ) -> None:
        """Add a rewrite under a name and tags."""
        super().register(name, obj, *tags, **_pytensor_keywords(keywords))


class SequenceDB(db.SequenceDB):  # type: ignore[misc]
    """A database of rewrites that are applied by position."""

    def register(  # type: ignore[override]
        self, name: str, obj: Any, *tags: Any, **keywords: Any
    ) -> None:
        """Add a rewrite under a name, at a position (the first after it, or a keyword), by tags."""
        register_in_sequence(super().register, name, obj, *tags, **keywords)


class LocalGroupDB(db.LocalGroupDB):  # type: ignore[misc]
    """A database of rewrites of nodes that are tried one after the other."""

    def __init__(
        self, apply_all_opts: bool = False, profile: bool = False, local_opt: Any = None
    ) -> None:
        keywords = {} if local_opt is None else {"node_rewriter": local_opt}
        super().__init__(apply_all_rewrites=apply_all_opts, profile=profile, **keywords)


class TopoDB(db.TopoDB):  # type: ignore[misc]
    """A database whose rewrites are applied to the nodes in their order."""


class ProxyDB(db.ProxyDB):  # type: ignore[misc]
    """A database that stands for another, at another position."""


class Query(db.RewriteDatabaseQuery):  # type: ignore[misc]
    """Which rewrites are wanted, by tag.

    Parameters
    ----------
    include, require, exclude
        Tags of which a rewrite has to have one, all, none.
    subquery
        Queries for databases inside of a database, by name.
    position_cutoff
        Rewrites at this position or later are left out.
    extra_optimizations
        Rewrites to be added, with their positions.
    """

    def __init__(
        self,
        include: Any,
        require: Any = None,
        exclude: Any = None,
        subquery: Any = None,
        position_cutoff: float = float("inf"),
        extra_optimizations: Any = None,
    ) -> None:
        super().__init__(
            include, require, exclude, subquery, position_cutoff, list(extra_optimizations or [])
        )


class Registry:
    """A database of PyTensor's, seen with Theano's arguments of ``register``.

    What is registered goes to PyTensor's own database; everything else is its attributes.
    """

    def __init__(self, database: Any) -> None:
        self._database = database

    def register(self, name: str, obj: Any, *tags: Any, **keywords: Any) -> None:
        """Add a rewrite: Theano's and PyTensor's forms of the arguments are both understood."""
        obj = getattr(obj, "_database", obj)
        if isinstance(self._database, db.SequenceDB):
            register_in_sequence(self._database.register, name, obj, *tags, **keywords)
        else:
            self._database.register(name, obj, *tags, **_pytensor_keywords(keywords))

    def __getitem__(self, name: str) -> Any:
        found = self._database[name]
        return Registry(found) if isinstance(found, db.RewriteDatabase) else found

    def __contains__(self, name: str) -> bool:
        return name in self._database

    def __getattr__(self, name: str) -> Any:
        if name == "_database":  # while it is being unpickled or copied
            raise AttributeError(name)
        return getattr(self._database, name)

    def __str__(self) -> str:
        return str(self._database)


def register_in_sequence(register: Any, name: str, obj: Any, *tags: Any, **keywords: Any) -> None:
    """Call PyTensor's ``register`` of a sequence; Theano gave the position before the tags."""
    if tags and (tags[0] == "last" or isinstance(tags[0], int | float)):
        keywords["position"], *tags = tags  # type: ignore[assignment]
    register(name, obj, *tags, **_pytensor_keywords(keywords))


def _pytensor_keywords(keywords: dict[str, Any]) -> dict[str, Any]:
    renamed = {"final_opt": "final_rewriter", "use_db_name_as_tag": "use_db_name_as_tag"}
    return {renamed.get(name, name): value for name, value in keywords.items()}
