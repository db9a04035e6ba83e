"""A run's whole state as arrays and a document, and back: what a checkpoint holds of it.

Arrays: ``params/NAME``, ``state/NAME``, ``extra/NAME``, ``random/NAME`` (see
:mod:`symopt.training.variables`), ``best/NAME``, ``best_statistics/NAME``, ``history/costs``, and
whatever arrays the states in the document have.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.errors import CheckpointError, HyperparameterError, StateDictError
from symopt.training.data_source import DataSource
from symopt.training.generators import Stateful
from symopt.training.packing import pack, unpack
from symopt.training.rates import Rates
from symopt.training.run import Run, Validation
from symopt.training.variables import RunVariables

FORMAT = 1

COUNTERS = ("update", "epoch", "batch", "samples", "skipped", "updates_per_epoch")

Arrays = dict[str, NDArray[Any]]


@dataclass
class Snapshot:
    """The parts of a run that are saved together.

    Attributes
    ----------
    run, variables, source, rates
        The run, and what it trains, reads and steps by.
    rules, callbacks
        Those of the run; the callbacks among them that have state are saved.
    seed
        Of the order of the data.
    within_epoch
        Whether an epoch is open.
    """

    run: Run
    variables: RunVariables
    source: DataSource
    rates: Rates
    rules: Sequence[Any]
    callbacks: Sequence[Any]
    seed: int
    within_epoch: bool = False

    def take(self) -> tuple[Arrays, dict[str, Any]]:
        """Copies of everything, as the store takes them."""
        run = self.run
        arrays: Arrays = {}
        others = self.variables.pack(arrays)
        for name, value in (run.best_params or {}).items():
            arrays[f"best/{name}"] = value  # never written again: a new best is another dict
        for name, value in run.best_statistics.items():
            arrays[f"best_statistics/{name}"] = value
        arrays["history/costs"] = np.array(run.costs, dtype=np.float64)
        document = {
            "format": FORMAT,
            "optimizer": run.opt.graph.name,
            "backend": run.opt.backend,
            "seed": self.seed,
            "mode": run.mode,
            "counters": {name: getattr(run, name) for name in COUNTERS},
            "within_epoch": self.within_epoch,
            "ended": run.ended,
            "seconds": run.seconds,
            "rate": run.rate,
            "validations": [_packed(validation) for validation in run.validations],
            "best": None if run.best is None else run.validations.index(run.best),
            "variables": others,
            "rates": {"shown": repr(self.rates), "state": self._pack_rates(arrays)},
            "rules": self._pack_all("rules", self.rules, arrays),
            "callbacks": self._pack_all("callbacks", self.callbacks, arrays),
            "data": self.source.pack(arrays),
        }
        return arrays, document

    def restore(self, arrays: Mapping[str, NDArray[Any]], document: Mapping[str, Any]) -> list[str]:
        """Set everything to what :meth:`take` found.

        Returns
        -------
        list of str
            What is not as it was, for a person to read, and is put up with.

        Raises
        ------
        CheckpointError
            The checkpoint is of another run; everything that differs is named, and nothing was
            written.
        """
        if document.get("format") != FORMAT:
            raise CheckpointError(
                f"It is of format {document.get('format')!r}; expected {FORMAT}, a run that "
                "symopt.fit trained."
            )
        faults = self._faults(arrays, document)
        if faults:
            raise CheckpointError(
                "It is of another run:\n  "
                + "\n  ".join(faults)
                + "\nNothing was loaded. Build the "
                "model, the optimizer and the data as for that run, or train in another folder."
            )
        notes = self._restore_states(arrays, document)
        run = self.run
        for name in COUNTERS:
            setattr(run, name, document["counters"][name])
        run.ended, run.seconds, run.rate = (document[n] for n in ("ended", "seconds", "rate"))
        run.costs = array("d", arrays["history/costs"].tobytes())
        run.validations = [_unpacked(packed) for packed in document["validations"]]
        if document["best"] is not None:
            run.best = run.validations[document["best"]]
            run.best_params = _under("best/", arrays)
            run.best_statistics = _under("best_statistics/", arrays)
        self.variables.restore(arrays, document["variables"])
        self.within_epoch = document["within_epoch"]
        self.source.restore(document["data"], arrays, run.batch, self.within_epoch)
        return notes

    def _pack_rates(self, arrays: Arrays) -> Any:
        return pack(self.rates.state_dict(), "rates", arrays)

    def _pack_all(self, kind: str, objects: Sequence[Any], arrays: Arrays) -> list[Any]:
        """State by the object's class, and its number among those of that class."""
        return [
            {"of": key, "shown": repr(each), "state": pack(each.state_dict(), key, arrays)}
            for key, each in _keyed(kind, objects).items()
        ]

    def _faults(self, arrays: Mapping[str, NDArray[Any]], document: Mapping[str, Any]) -> list[str]:
        faults = []
        for name, here in (
            ("optimizer", self.run.opt.graph.name),
            ("seed", self.seed),
            ("mode", self.run.mode),
        ):
            if document[name] != here:
                faults.append(f"{name} is {document[name]!r}, here {here!r}")
        faults += self.variables.faults(arrays, document["variables"])
        missing = set(self.source.names()) ^ set(document["data"]["now"])
        faults += [f"the state {name!r} is only in one of them" for name in sorted(missing)]
        return faults

    def _restore_states(
        self, arrays: Mapping[str, NDArray[Any]], document: Mapping[str, Any]
    ) -> list[str]:
        """States of the rate, rules and callbacks."""
        notes = []
        if document["backend"] != self.run.opt.backend:
            notes.append(
                f"the backend was {document['backend']}, and is {self.run.opt.backend} now: the "
                "numbers agree, but not to the last bit"
            )
        saved = document["rates"]
        try:
            self.rates.load_state_dict(unpack(saved["state"], arrays))
        except (StateDictError, HyperparameterError) as error:
            raise CheckpointError(
                f"The rate was {saved['shown']}, and is {self.rates!r} now: {error} Go on with the "
                "same kind of schedule, or train in another folder."
            ) from error
        if saved["shown"] != repr(self.rates) and " at 0x" not in saved["shown"]:
            notes.append(f"the rate was {saved['shown']}, and is {self.rates!r} now")
        for kind, objects in (("rules", self.rules), ("callbacks", self.callbacks)):
            here = _keyed(kind, objects)
            for entry in document[kind]:
                each = here.pop(entry["of"], None)
                if each is None:
                    notes.append(f"{entry['shown']} was part of the run, and is no more")
                else:
                    each.load_state_dict(unpack(entry["state"], arrays))
                    if kind == "rules" and repr(each) != entry["shown"]:
                        notes.append(f"{entry['shown']} is {each!r} now")
            if kind == "rules":
                notes += [f"{each!r} is new, and counts from here on" for each in here.values()]
        return notes


def _keyed(kind: str, objects: Sequence[Any]) -> dict[str, Any]:
    """Those with state, by ``kind/CLASS``, or ``kind/CLASS#2`` for the second one of a class."""
    keyed: dict[str, Any] = {}
    for each in objects:
        if not isinstance(each, Stateful):
            continue
        key = base = f"{kind}/{type(each).__name__}"
        count = 1
        while key in keyed:
            count += 1
            key = f"{base}#{count}"
        keyed[key] = each
    return keyed


def _packed(validation: Validation) -> list[Any]:
    v = validation
    # Pairs: the first metric decides, and JSON need not keep the order of an object.
    metrics = [[name, value] for name, value in v.metrics.items()]
    return [v.update, v.epoch, v.cost, metrics, v.rate, v.seconds]


def _unpacked(packed: Sequence[Any]) -> Validation:
    update, epoch, cost, metrics, rate, seconds = packed
    return Validation(update, epoch, cost, dict(metrics), rate, seconds)


def _under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    names = [name for name in arrays if name.startswith(prefix)]
    return {name.removeprefix(prefix): arrays[name] for name in names}
