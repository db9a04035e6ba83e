"""The calls of a module whose arguments or results have changed."""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

import libcst as cst

from symopt.legacy.porting import calls, modern_python
from symopt.legacy.porting.bindings import ModuleNames, Resolved
from symopt.legacy.porting.changes import HINT
from symopt.legacy.porting.equivalents import equivalent, is_module
from symopt.legacy.porting.import_plan import ImportPlan
from symopt.legacy.porting.methods import rewritten_method, with_new_axes
from symopt.legacy.porting.name_rewriting import NameRewriting
from symopt.legacy.porting.pickle_files import PickleFiles
from symopt.legacy.porting.scan_updates import ScanCalls, Updates


class CallRewriting(NameRewriting):
    """Rewrites calls, and what is done with the results of loops."""

    def __init__(self, names: ModuleNames, plan: ImportPlan, from_python2: bool) -> None:
        super().__init__(names, plan, from_python2)
        self._scan_calls = ScanCalls(names)
        self._scans: dict[int, Updates] = {}
        self._binary_files = PickleFiles(names).found if from_python2 else set()

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        resolved = self.names.resolve(original_node.func)
        self._look_at_eval(original_node)
        if resolved is None:
            new: cst.BaseExpression = rewritten_method(original_node, updated_node, self.kinds)
            reason = "a keyword there"
            if new is updated_node and original_node in self._binary_files:
                new = modern_python.binary_mode(updated_node) or updated_node
                reason = "a pickle is bytes"
        elif resolved.is_theano:
            new, reason = self._theano_call(original_node, updated_node, resolved)
        else:
            new, reason = self._modern_call(original_node, updated_node, resolved)
        if new is updated_node:
            return updated_node
        kind = "call" if resolved is None or resolved.is_theano else "python"
        self._forget_name(original_node.func)
        self._note(original_node, kind, self._code(new), reason)
        return new

    def _look_at_eval(self, call: cst.Call) -> None:
        """Text from elsewhere may name Theano's functions."""
        named = isinstance(call.func, cst.Name) and call.func.value == "eval"
        if not named or not call.args or not self.names.uses_theano:
            return
        if not isinstance(call.args[0].value, cst.SimpleString):
            reason = "text that is evaluated here has the names of the port: tensor.sigmoid"
            self._note(call, HINT, self._code(call), reason)

    def _theano_call(
        self, original: cst.Call, updated: cst.Call, resolved: Resolved
    ) -> tuple[cst.BaseExpression, str]:
        found = None if is_module(resolved.path) else equivalent(resolved.path)
        if found is None or found[1] or not found[0].form:
            return updated, ""
        entry = found[0]
        if self._stays(entry.form, original):
            return updated, ""
        if entry.kind == "identity" and len(original.args) != 1:
            return updated, ""
        site = calls.CallSite(original, entry.theano, self.kinds, self.plan.expression)
        return calls.FORMS[entry.form](updated, site), entry.note

    def _modern_call(
        self, original: cst.Call, updated: cst.Call, resolved: Resolved
    ) -> tuple[cst.BaseExpression, str]:
        path = resolved.path
        if path == "inspect.getargspec" and modern_python.is_unpacked_in_four(original, self.names):
            return cst.parse_expression(f"{self._code(updated)}[:4]"), "it gives more than four"
        if original in self._binary_files:
            binary = modern_python.binary_mode(updated)
            if binary is not None:
                return binary, "a pickle is bytes"
        new = modern_python.modern_call(updated, path, self.from_python2)
        return (updated, "") if new is None else (new, modern_python.reason_for(path))

    def _set_value(self, original: cst.Assign, updated: cst.Assign) -> cst.BaseSmallStatement:
        """``x.value = y`` of a shared variable."""
        target = original.targets[0].target
        if len(original.targets) != 1 or not isinstance(target, cst.Attribute):
            return updated
        if target.attr.value == "default_update" and self.names.uses_theano:
            return self._default_update(original, updated)
        if target.attr.value != "value" or not self.kinds.is_shared(target.value):
            return updated
        owner = updated.targets[0].target
        assert isinstance(owner, cst.Attribute)
        call = cst.Call(owner.with_changes(attr=cst.Name("set_value")), [cst.Arg(updated.value)])
        self._note(original, "call", self._code(call), "Theano's first form")
        return cst.Expr(call)

    def _default_update(self, original: cst.Assign, updated: cst.Assign) -> cst.BaseSmallStatement:
        """``x.default_update = y``, whose type has to be that of ``x``."""
        target = updated.targets[0].target
        assert isinstance(target, cst.Attribute)
        function = self.plan.expression("symopt.legacy.default_updates.as_update_of")
        owner = self._code(target.value)
        call = cst.parse_expression(f"{function}({owner}, {self._code(updated.value)})")
        new = updated.with_changes(value=call)
        self._note(original, "call", self._code(new), "PyTensor wants the very type of x")
        return new

    def _stays(self, form: str, call: cst.Call) -> str:
        """Why a call stays on the namespace; "" if it does not."""
        if form == "scan" and self._updates_of(call) is Updates.NEEDED:
            return "its updates are used: pytensor.scan warns when asked for them"
        return calls.stays_on_namespace(form, call)

    def _updates_of(self, call: cst.Call) -> Updates:
        if id(call) not in self._scans:
            self._scans[id(call)] = self._scan_calls.updates_of(call)
        return self._scans[id(call)]

    def _is_loop(self, node: cst.Call) -> bool:
        """Whether a call is one of ``scan`` and its like."""
        resolved = self.names.resolve(node.func)
        if resolved is None or not resolved.is_theano or is_module(resolved.path):
            return False
        found = equivalent(resolved.path)
        return found is not None and found[0].form == "scan" and not found[1]

    def leave_Subscript(
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        """``scan(...)[0]`` is the outputs."""
        value = original_node.value
        if not isinstance(value, cst.Call) or not self._is_loop(value):
            return self._new_axes(original_node, updated_node)
        left_out = self._updates_of(value) is Updates.LEFT_OUT
        return updated_node.value if left_out else updated_node

    def _new_axes(self, original: cst.Subscript, updated: cst.Subscript) -> cst.BaseExpression:
        """``m_[:, None]`` in the step of a loop."""
        new = with_new_axes(original, updated, self.kinds)
        if new is not updated:
            reason = "Theano drops an axis of length 1 that is not named here"
            self._note(original, "call", self._code(new), reason)
        return new

    def leave_Assign(
        self, original_node: cst.Assign, updated_node: cst.Assign
    ) -> cst.BaseSmallStatement:
        """``outputs, updates = scan(...)`` where there are no updates."""
        value = original_node.value
        if not isinstance(value, cst.Call) or not self._is_loop(value):
            return self._set_value(original_node, updated_node)
        target = updated_node.targets[0].target
        updates = self._updates_of(value)
        if updates is Updates.NEEDED or not isinstance(target, cst.Tuple | cst.List):
            return updated_node
        if updates is Updates.EMPTY:
            pair = cst.Tuple([cst.Element(updated_node.value), cst.Element(cst.Dict([]))], [], [])
            return updated_node.with_changes(value=pair)
        outputs = updated_node.targets[0].with_changes(target=target.elements[0].value)
        return updated_node.with_changes(targets=[outputs])
