"""The names of a module: Theano's, and those of Python's and NumPy's that are gone."""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from symopt.legacy.porting import modern_python
from symopt.legacy.porting.bindings import ModuleNames, Resolved
from symopt.legacy.porting.changes import KEPT, LEFT
from symopt.legacy.porting.equivalents import (
    NAMESPACE,
    Equivalent,
    equivalent,
    is_module,
    module_equivalent,
)
from symopt.legacy.porting.import_plan import ImportPlan
from symopt.legacy.porting.namespace_names import is_on_namespace
from symopt.legacy.porting.recording import Recording
from symopt.legacy.porting.truth_tests import NoTruthTests, TruthTests, as_choice, tested
from symopt.legacy.python2.detect import NAMES as PYTHON2_BUILTINS

_PYTHON2_FUNCTIONS = {"cmp": "symopt.legacy.python2.ordering.compare_values"}
"""What does what a builtin of Python 2's did."""


class NameRewriting(Recording):
    """Rewrites names and attribute chains that begin with an import."""

    def __init__(self, names: ModuleNames, plan: ImportPlan, from_python2: bool) -> None:
        super().__init__(names, plan)
        self.from_python2 = from_python2
        self._new: dict[int, cst.BaseExpression] = {}
        self._truth_tests = TruthTests(self.kinds) if names.uses_theano else NoTruthTests()

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        if id(node) not in self._new:
            resolved = self.names.resolve(node)
            if resolved is not None:
                new = self._reference(node, resolved)
                if new is not None:
                    self._new[id(node)] = new
        return id(node) not in self._new

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        new = self._new.get(id(original_node))
        if new is None and self._is_value_of_shared(original_node):
            new = cst.Call(cst.Attribute(updated_node.value, cst.Name("get_value")))
            self._note(original_node, "call", self._code(new), "Theano's first form")
        if id(original_node) in self._truth_tests.tested:
            return self._tested(original_node, updated_node)
        return self._with_parentheses(new, original_node, updated_node)

    def _is_value_of_shared(self, node: cst.Attribute) -> bool:
        """``x.value`` of a shared variable, read."""
        if node.attr.value != "value" or not self.kinds.is_shared(node.value):
            return False
        parent = self.names.parents.get(node)
        return not isinstance(parent, cst.AssignTarget | cst.AugAssign | cst.Del | cst.Call)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if id(original_node) in self._new:
            return self._with_parentheses(self._new[id(original_node)], original_node, updated_node)
        if not self.names.is_read(original_node):
            return self._deleted(original_node, updated_node)
        resolved = self.names.resolve(original_node)
        if resolved is None and self.from_python2:
            gone = self._gone(original_node)
            if gone is not None:
                return self._with_parentheses(gone, original_node, updated_node)
        new = None if resolved is None else self._reference(original_node, resolved)
        if id(original_node) in self._truth_tests.tested:
            return self._tested(original_node, updated_node)
        return self._with_parentheses(new, original_node, updated_node)

    def _deleted(self, original: cst.Name, updated: cst.Name) -> cst.BaseExpression:
        """``del theano``: a module that is deleted is imported for that."""
        resolved = self.names.resolve(original) if self.names.is_deleted(original) else None
        if resolved is None or not resolved.is_theano or not resolved.bindings:
            return updated
        self.plan.use(resolved)
        new = updated.with_changes(value=self.plan.new_local(resolved.bindings[0]))
        if new.value != updated.value:
            self._note(original, "name", new.value, "")
        return new

    def _tested(
        self, original: cst.BaseExpression, updated: cst.BaseExpression
    ) -> cst.BaseExpression:
        """A test of what may be a symbolic variable."""
        new = tested(updated, self.plan.expression("symopt.legacy.truth.given"))
        self._note(original, "call", self._code(new), "a symbolic variable is true in Theano")
        return new

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        if id(original_node) not in self._truth_tests.chosen:
            return updated_node
        function = self.plan.expression("symopt.legacy.truth.given")
        new = as_choice(original_node, updated_node, function)
        self._note(original_node, "call", self._code(new), "a symbolic variable is true in Theano")
        return new

    def _gone(self, node: cst.Name) -> cst.BaseExpression | None:
        """A builtin that only Python 2 has; None if it is none, or nothing takes its place."""
        scope = self.names.scopes.get(node)
        if node.value not in PYTHON2_BUILTINS or scope is None or scope[node.value]:
            return None
        target = _PYTHON2_FUNCTIONS.get(node.value)
        if target is None:
            self._note(node, LEFT, node.value, "Python 3 has no such builtin")
            return None
        code = self.plan.expression(target)
        self._note(node, "python", code, "Python 3 has no such builtin")
        return cst.parse_expression(code)

    def _with_parentheses(
        self, new: cst.BaseExpression | None, old: cst.BaseExpression, updated: cst.BaseExpression
    ) -> cst.BaseExpression:
        return updated if new is None else new.with_changes(lpar=old.lpar, rpar=old.rpar)

    def _reference(
        self, node: cst.Name | cst.Attribute, resolved: Resolved
    ) -> cst.BaseExpression | None:
        """What to write for a name that stands for a path; None if it stays as it is."""
        if not resolved.is_theano:
            return self._modern(node, resolved)
        if resolved.assigned and resolved.path == resolved.root:
            return None
        if is_module(resolved.path):
            return self._module(node, resolved)
        found = equivalent(resolved.path)
        assert found is not None
        return self._equivalent(node, resolved, *found)

    def _module(
        self, node: cst.Name | cst.Attribute, resolved: Resolved
    ) -> cst.BaseExpression | None:
        home = module_equivalent(resolved.path)
        target = home or resolved.path.replace("theano", NAMESPACE, 1)
        code = self.plan.expression(target, resolved)
        parent = self.names.parents.get(node)
        looked_up = isinstance(parent, cst.Arg) and not self._is_known_lookup(parent, resolved)
        if home is None:
            self._note(node, KEPT, code, "the module has no single equivalent")
        elif looked_up:
            self._note(node, LEFT, code, "a module given away: its names are PyTensor's now")
        elif code != self._code(node):
            self._note(node, "name", code, "")
        return self._parsed(node, code)

    def _is_known_lookup(self, arg: cst.Arg, resolved: Resolved) -> bool:
        """``hasattr(T, "dot")``: a name that the module that takes its place has as well."""
        call = self.names.parents.get(arg)
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Name):
            return False
        if call.func.value not in ("hasattr", "getattr") or len(call.args) < 2:
            return False
        name = call.args[1].value
        if not isinstance(name, cst.SimpleString) or call.args[0] is not arg:
            return False
        path = f"{resolved.path}.{name.raw_value}"
        if is_module(path):
            return False
        found = equivalent(path)
        home = module_equivalent(resolved.path)
        return found is not None and found[0].target == f"{home}.{name.raw_value}"

    def _equivalent(
        self,
        node: cst.Name | cst.Attribute,
        resolved: Resolved,
        found: Equivalent,
        rest: tuple[str, ...],
    ) -> cst.BaseExpression | None:
        if found.kind == "value":
            code = ".".join([found.target, *rest])
            self._note(node, "value", code, found.note)
            return cst.parse_expression(code)
        call = self._call_of(node)
        if found.kind == "identity" and call is not None and not rest:
            return None
        reason = "" if found.form else found.note
        if call is not None and found.form and not rest:
            stays = self._stays(found.form, call)
            if stays:
                found = replace(
                    found,
                    target=found.theano.replace("theano", NAMESPACE, 1),
                    kind="namespace",
                    note=stays,
                )
                reason = stays
        if found.kind == "identity":
            found = replace(
                found, target=found.theano.replace("theano", NAMESPACE, 1), kind="namespace"
            )
        target = ".".join([found.target, *rest])
        if found.kind == "namespace":  # under the name that the code has for it
            target = resolved.path.replace("theano", NAMESPACE, 1)
        code = self.plan.expression(target, resolved)
        if found.kind == "namespace":
            known = is_on_namespace(found.target)
            if not known:
                reason = f"neither PyTensor nor symopt has it: {reason}"
            self._note(node, KEPT if known else LEFT, code, reason)
        elif code != self._code(node):
            self._note(node, "name", code, reason)
        return self._parsed(node, code)

    def _modern(
        self, node: cst.Name | cst.Attribute, resolved: Resolved
    ) -> cst.BaseExpression | None:
        path = resolved.path
        builtin = modern_python.BUILTINS.get(path)
        if builtin is not None and isinstance(node, cst.Attribute):
            if builtin in self.names.taken:
                builtin = self.plan.expression(f"builtins.{builtin}")
            self._note(node, "python", builtin, "gone from NumPy")
            return self._parsed(node, builtin)
        renamed = modern_python.RENAMED.get(path)
        if renamed is not None and isinstance(node, cst.Attribute):
            code = self._renamed(node, path, renamed)
            reason = "the processor's time, as on Unix" if path == "time.clock" else ""
            self._note(node, "python", code, reason)
            return self._parsed(node, code)
        for prefix, reason in modern_python.LEFT.items():
            if path == prefix and path != "numpy.asscalar":
                self._note(node, LEFT, self._code(node), reason)
        return None

    def _renamed(self, node: cst.Attribute, path: str, renamed: str) -> str:
        root, _, _ = path.partition(".")
        if "." not in renamed:
            return renamed
        local = self._code(node).partition(".")[0]
        return local + renamed.removeprefix(root)

    def _stays(self, form: str, call: cst.Call) -> str:
        """Why a call stays on the namespace; "" if it does not."""
        return ""

    def _call_of(self, node: cst.CSTNode) -> cst.Call | None:
        parent = self.names.parents.get(node)
        return parent if isinstance(parent, cst.Call) and parent.func is node else None
