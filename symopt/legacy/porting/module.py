"""Ports the source of one module."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

from symopt.errors import MissingPackageError
from symopt.legacy.porting.changes import LEFT, Change
from symopt.legacy.porting.exports_protocol import Exports, no_exports
from symopt.legacy.porting.texts import evaluated_names_symopt

_FUTURE_DIVISION = re.compile(r"^\s*from\s+__future__\s+import\s+[^\n]*\bdivision\b", re.MULTILINE)
_OF_INTEREST = re.compile(
    r"theano|numpy|np\.|\btime\.clock|collections|getargspec|pickle|tensor|itertools|string\."
)
_MISSING = "porting needs the package libcst, which is not installed: pip install symopt[port]"


@dataclass
class PortedModule:
    """What became of a module.

    Attributes
    ----------
    text
        The ported source; the original where nothing changed or nothing could be done.
    changes
        What was done and what was left, in the order of the lines.
    fault
        Why the source could not be read; "" if it could.
    """

    text: str
    changes: list[Change] = field(default_factory=list)
    fault: str = ""


@dataclass(frozen=True)
class Translated:
    """A module's source in Python 3's syntax, before anything else is done to it."""

    source: str
    text: str
    from_python2: bool
    fault: str = ""


def port_source(
    source: str,
    filename: str = "<source>",
    *,
    python2: bool | None = None,
    optimizers: bool = False,
) -> PortedModule:
    """Port one module's source to Python 3, PyTensor and symopt.

    Parameters
    ----------
    source
        Python 2 or 3.
    filename
        Where it is from: for messages, and to tell which imports are of its own folder.
    python2
        Whether it was written for Python 2; None finds it out.
    optimizers
        Whether hand-written optimizers that :mod:`symopt.legacy.optimizers` has to the last digit
        are replaced by them.

    Returns
    -------
    PortedModule
        A source that neither Python 2 nor 3 reads comes back as it is, with the fault.

    Raises
    ------
    MissingPackageError
        libcst, or fissix for a Python 2 source, is not installed.
    """
    if python2 is None:
        from symopt.legacy.python2.detect import is_python2

        python2 = is_python2(source) is True
    translated = translate(source, filename, python2)
    if translated.fault:
        return PortedModule(source, [], translated.fault)
    return port_translated(
        translated,
        is_package=filename.endswith("__init__.py"),
        optimizers=optimizers,
        evaluates_symopt=evaluated_names_symopt(translated.text),
    )


def translate(source: str, filename: str, python2: bool) -> Translated:
    """A module's source in Python 3's syntax; with the fault if there is no reading it."""
    if not python2:
        return Translated(source, source, False, _fault(source))
    from symopt.legacy.python2.syntax import to_python3

    try:
        return Translated(source, to_python3(source, filename), True)
    except SyntaxError as error:
        return Translated(source, source, True, f"{error.msg} (line {error.lineno})")


def port_translated(
    translated: Translated,
    *,
    is_package: bool = False,
    optimizers: bool = False,
    exports: Exports = no_exports,
    evaluates_symopt: bool = False,
) -> PortedModule:
    """Port a module that :func:`translate` could read.

    Parameters
    ----------
    translated
        The module.
    is_package
        Whether it is a package's ``__init__``, whose imports others use.
    optimizers
        As for :func:`port_source`.
    exports
        What the other files of the tree offer to this one.
    evaluates_symopt
        Whether text that modules of the tree evaluate names what symopt has.
    """
    text = translated.text
    changes = _syntax_changes(translated.source, text) if translated.from_python2 else []
    if not translated.from_python2 and not _OF_INTEREST.search(text) and "import" not in text:
        return PortedModule(text, changes)
    ported, more = _rewritten(
        text,
        python2=translated.from_python2,
        division=translated.from_python2 and not _FUTURE_DIVISION.search(translated.source),
        optimizers=optimizers,
        exports=exports,
        evaluates_symopt=evaluates_symopt,
        is_package=is_package,
    )
    return PortedModule(ported, sorted([*changes, *more]))


def _rewritten(
    text: str,
    *,
    python2: bool,
    division: bool,
    optimizers: bool,
    exports: Exports,
    evaluates_symopt: bool,
    is_package: bool,
) -> tuple[str, list[Change]]:
    try:
        import libcst as cst
        from libcst.metadata import MetadataWrapper
    except ImportError as error:
        raise MissingPackageError(_MISSING) from error
    from symopt.legacy.porting.bindings import ModuleNames
    from symopt.legacy.porting.import_plan import ImportPlan
    from symopt.legacy.porting.import_rewriting import ImportRewriter
    from symopt.legacy.porting.optimizers.replacing import recognised_functions
    from symopt.legacy.porting.rewriting import Rewriter

    module = cst.parse_module(text)
    names = ModuleNames(MetadataWrapper(module, unsafe_skip_copy=True), exports)
    plan = ImportPlan(names)
    rewriter = Rewriter(
        names,
        plan,
        python2_division=division,
        from_python2=python2,
        optimizers=recognised_functions(names, text),
        replace_optimizers=optimizers,
    )
    new = names.module.visit(rewriter)
    evaluates = evaluates_text(text)
    if evaluates and evaluates_symopt:
        plan.expression("symopt.function")
    imports = ImportRewriter(plan, keep_all=evaluates or is_package or "__all__" in text)
    new = new.visit(imports)
    return new.code, [*rewriter.changes, *imports.changes]


def evaluates_text(text: str) -> bool:
    """Whether a module evaluates text that it does not spell out itself."""
    if "eval" not in text:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "eval"
        and not (node.args and isinstance(node.args[0], ast.Constant))
        for node in ast.walk(tree)
    )


def _syntax_changes(before: str, after: str) -> list[Change]:
    """The lines that the translation to Python 3 changed."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) != len(new):
        return [Change(1, 1, "python", "", "", "Python 2's syntax, in Python 3's")]
    changes = []
    is_script = "__main__" in after
    for number, (a, b) in enumerate(zip(old, new, strict=True), 1):
        if a.rstrip() == b.rstrip():
            continue
        changes.append(Change(number, 1, "python", a.strip(), b.strip(), "Python 2"))
        if is_script and b.lstrip().startswith("from .") and not a.lstrip().startswith("from ."):
            reason = "an import of its own package: as a script it is run by python -m now"
            changes.append(Change(number, 1, LEFT, a.strip(), b.strip(), reason))
    return changes


def _fault(source: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source)
        except SyntaxError as error:
            return f"{error.msg} (line {error.lineno})"
        except (ValueError, RecursionError, MemoryError) as error:
            return str(error)
    return ""
