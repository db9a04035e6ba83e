"""The page ``docs/theano_names.md``, made of the code."""

from __future__ import annotations

import re
from collections import Counter

from symopt.legacy.names.status import KINDS, MISSING, Status, status
from symopt.legacy.names.usage import FILES, REPOSITORIES, Usage, usage

PATH = re.compile(r"[a-z]\w*(?:\.\w+)*")
COMMAND = "python -m symopt.legacy.names docs/theano_names.md"

BEGIN = """# Theano's names

<!-- Generated; do not edit. {command} -->

What `import theano` finds in [symopt's form of Theano 1.0.5](porting.md), name by name: the {names}
names that {repositories} public repositories ({files} files) of Theano's time use, those that most
repositories use first. "Uses" are occurrences in their code. This page is made of the code by
`{command}`; a test fails when it is out of date.

"Here" is what the name is in the namespace:

{legend}

"Instead" is what `symopt port` writes for it. Where it is empty, ported code keeps importing
`symopt.legacy.theano`. A name that is not on this page is looked up in the module of that name in
PyTensor.

| here | names | uses |
|---|---|---|
{summary}

| name | repositories | uses | here | what it is | instead |
|---|---|---|---|---|---|
{rows}
"""


def page() -> str:
    """The whole page as Markdown."""
    pairs = [(used, status(used.name)) for used in usage()]
    names, uses = Counter[str](), Counter[str]()
    for used, found in pairs:
        names[found.kind] += 1
        uses[found.kind] += used.uses or 0
    kinds = [kind for kind in KINDS if names[kind]]
    return BEGIN.format(
        command=COMMAND,
        names=len(pairs),
        repositories=REPOSITORIES,
        files=FILES,
        legend="\n".join(f"- **{kind}**: {KINDS[kind]};" for kind in kinds)[:-1] + ".",
        summary="\n".join(f"| {kind} | {names[kind]} | {uses[kind]:,} |" for kind in kinds),
        rows="\n".join(_row(used, found) for used, found in pairs),
    )


def missing() -> list[str]:
    """Names that the namespace does not have."""
    return [used.name for used in usage() if status(used.name).kind == MISSING]


def _row(used: Usage, found: Status) -> str:
    instead = f"`{found.instead}`" if PATH.fullmatch(found.instead) else found.instead
    told = "; ".join(part for part in (instead, found.note) if part)
    uses = "" if used.uses is None else f"{used.uses:,}"
    cells = (f"`{used.name}`", str(used.repositories), uses, found.kind, found.here, told)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
