"""Kills ``symopt demo`` at random moments, and resumes it, until it has ended.

The end has to have the bits of a run that nobody killed: every parameter, every cost, every
validation. Of the kills, a fifth comes before training begins, two fifths while it goes on, and two
fifths while a checkpoint is being written: within the milliseconds after its unfinished folder
appears. To run it by itself::

    python -m tests.training.kills --kills 50 --backend c --json kills.json
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import symopt

MOMENTS = ("starting", "training", "writing")
WEIGHTS = (1, 2, 2)
READY = "compiled in"  # what the demo says when training is about to begin


@dataclass
class Kill:
    """A kill that happened.

    Attributes
    ----------
    aimed_at
        "starting", "training" or "writing".
    saves
        The number of the newest whole checkpoint.
    unfinished
        Folders that were being written.
    """

    aimed_at: str
    saves: int
    unfinished: int


def demo(out: Path, seed: int, backend: str, max_epochs: int) -> subprocess.Popen[str]:
    """Start the demo, to begin or to go on."""
    command = [sys.executable, "-u", "-m", "symopt", "demo", "--resume", "--out", str(out)]
    command += ["--seed", str(seed), "--backend", backend, "--max-epochs", str(max_epochs)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment()
    )


def run_to_the_end(out: Path, seed: int, backend: str, max_epochs: int) -> str:
    """Run the demo, or go on, until it has ended; what it printed."""
    process = demo(out, seed, backend, max_epochs)
    output, _ = process.communicate(timeout=600)
    if process.returncode:
        raise AssertionError(f"The demo ended with {process.returncode}:\n{output}")
    return output


def run_and_kill(
    out: Path, seed: int, backend: str, max_epochs: int, chance: random.Random
) -> Kill | None:
    """Run the demo, or go on, and kill it; None if it had ended before."""
    (moment,) = chance.choices(MOMENTS, WEIGHTS)
    with demo(out, seed, backend, max_epochs) as process:
        try:
            assert process.stdout is not None  # a pipe was asked for
            if moment == "starting":
                time.sleep(chance.uniform(0, 2))
            else:
                for line in process.stdout:
                    if READY in line:
                        break
                until = _saves(out) + chance.randint(0, 5)
                while process.poll() is None and _saves(out) < until:
                    time.sleep(0.001)
                if moment == "training":
                    time.sleep(chance.uniform(0, 0.2))
                else:
                    while process.poll() is None and not _unfinished(out):
                        time.sleep(0.0002)
                    time.sleep(chance.uniform(0, 0.004))
        finally:
            process.kill()
    if process.returncode != -signal.SIGKILL:
        return None
    return Kill(moment, _saves(out), _unfinished(out))


def state_of(out: Path) -> dict[str, bytes | list[object]]:
    """What a run left, as bits."""
    arrays = symopt.load_params(out / "params.npz")
    newest = symopt.training.CheckpointStore(out / "checkpoints").latest()
    found = {f"params.npz {name}": np.asarray(array).tobytes() for name, array in arrays.items()}
    found |= {f"checkpoint {name}": array.tobytes() for name, array in newest.arrays.items()}
    # All but the seconds.
    found["validations"] = [row[:5] for row in newest.document["validations"]]
    found["counters"] = list(newest.document["counters"].items())
    return found


def kill_until(
    kills: int, backend: str, max_epochs: int, folder: Path, chance: random.Random
) -> list[Kill]:
    """Train with one seed after another, until so many kills have happened.

    Raises
    ------
    AssertionError
        A run that was killed and resumed did not end as one that was not.
    """
    happened: list[Kill] = []
    seed = 0
    while len(happened) < kills:
        seed += 1
        whole, killed = folder / f"whole-{seed}", folder / f"killed-{seed}"
        run_to_the_end(whole, seed, backend, max_epochs)
        while len(happened) < kills:
            kill = run_and_kill(killed, seed, backend, max_epochs, chance)
            if kill is None:
                break
            happened.append(kill)
        run_to_the_end(killed, seed, backend, max_epochs)
        expected, found = state_of(whole), state_of(killed)
        assert expected.keys() == found.keys()
        different = [name for name in expected if expected[name] != found[name]]
        assert not different, f"seed {seed}: {different} differ after {len(happened)} kills"
    return happened


def _folders(out: Path) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(out / "checkpoints") if entry.is_dir()]
    except FileNotFoundError:
        return []


def _saves(out: Path) -> int:
    """The number of the newest whole checkpoint; 0 if there is none."""
    names = (name.split("-") for name in _folders(out) if name.startswith("update-"))
    return max((int(parts[2]) for parts in names), default=0)


def _unfinished(out: Path) -> int:
    """Folders of checkpoints that are being written, or removed."""
    return sum(not name.startswith("update-") for name in _folders(out))


def _environment() -> dict[str, str]:
    # One thread: the sums are then the same whatever else runs.
    return {**os.environ, "SYMOPT_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main() -> None:
    """Kill as often as asked, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--backend", default="c")
    parser.add_argument("--max-epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--json", type=Path, help="write what happened here")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="symopt-kills-") as folder:
        happened = kill_until(
            options.kills,
            options.backend,
            options.max_epochs,
            Path(folder),
            random.Random(options.seed),
        )
    moments = Counter(kill.aimed_at for kill in happened)
    result = {
        "kills": len(happened),
        "backend": options.backend,
        "moments": dict(moments),
        "with an unfinished checkpoint": sum(kill.unfinished > 0 for kill in happened),
        "after a whole checkpoint": sum(kill.saves > 0 for kill in happened),
        "seconds": round(time.monotonic() - began),
        "ended bit-identical": True,
    }
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(
            json.dumps({**result, "each": [asdict(kill) for kill in happened]}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
