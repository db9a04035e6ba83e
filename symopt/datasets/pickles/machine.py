"""The machine that runs a pickle: a stack, a memo, and no way out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symopt.datasets.pickles.calls import Call, Calls
from symopt.datasets.pickles.numpy_objects import Array, Dtype
from symopt.datasets.pickles.objects import Global, PickleError, RefusedError, Stub, check_key
from symopt.datasets.pickles.reader import Reader, raw_unicode, utf8
from symopt.datasets.pickles.resolve import resolved

Persistent = Callable[[Any], Any]
Built = Callable[[Stub, Reader], Any]

COPIES = 3
SLACK = 1 << 20
"""What calls make of the file's bytes may be this often its size, and so many bytes more."""


class Allowance:
    """How much more a file's pickles may make of its bytes; one for all pickles of a file.

    Parameters
    ----------
    nbytes
        Size of the file.
    """

    def __init__(self, nbytes: int) -> None:
        self.left = COPIES * nbytes + SLACK

    def take(self, size: int) -> None:
        """Account for something of ``size`` bytes or parts.

        Raises
        ------
        PickleError
            It is too much.
        """
        self.left -= size
        if self.left < 0:
            raise PickleError("it asks for much more than its bytes account for")


def load(
    data: bytes,
    calls: Calls,
    *,
    stubs: bool,
    position: int = 0,
    persistent: Persistent | None = None,
    built: Built | None = None,
    allowance: Allowance | None = None,
) -> tuple[Any, int]:
    """Run a pickle.

    Parameters
    ----------
    data
        Bytes that hold a pickle of any protocol, from Python 2 or 3; a Python 2 ``str`` is decoded
        from latin1.
    calls
        What may be called, by the names of module and function.
    stubs
        Whether other names become stubs. If not, they are refused.
    position
        Where in ``data`` the pickle begins.
    persistent
        Gives the object of a persistent id; None: such ids become stubs, or are refused.
    built
        Gets each stub whose state was just set, and the reader, and gives what takes its place:
        joblib writes the bytes of an array behind the object that stands for it.
    allowance
        That of the file, where it holds more pickles than this; None: one for ``data``.

    Returns
    -------
    object
        Built of None, bool, int, float, complex, str, bytes, tuple, list, dict, set, frozenset,
        numpy arrays, scalars and dtypes, and, with ``stubs``, :class:`Global` and :class:`Stub`.
    int
        Where in ``data`` the pickle ends.

    Raises
    ------
    RefusedError
        It asks for something that is not in ``calls``.
    PickleError
        It is damaged, or no pickle.
    """
    machine = _Machine(data, position, calls, stubs, persistent)
    machine.built = built
    machine.allowance = allowance or machine.allowance
    try:
        return resolved(machine.run()), machine.reader.position
    except (PickleError, RefusedError, MemoryError):
        raise
    except Exception as error:  # a damaged pickle may mix up anything
        found = f"{type(error).__name__}: {error}"
        raise PickleError(f"{found} before byte {machine.reader.position}") from error


class _Machine:
    def __init__(
        self, data: bytes, position: int, calls: Calls, stubs: bool, persistent: Persistent | None
    ) -> None:
        self.reader = Reader(data, position)
        self.calls = calls
        self.stubs = stubs
        self.persistent = persistent
        self.built: Built | None = None
        self.allowance = Allowance(len(data))
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []  # the stacks below each mark
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        code = self.reader.code
        try:
            while (instruction := _BY_CODE[code()]) is not None:
                instruction(self)
        except IndexError as error:
            raise PickleError(f"nothing on the stack at byte {self.reader.position}") from error
        if self.marked or len(self.stack) != 1:
            raise PickleError("it ends with more or less than one object")
        return self.stack[0]

    # The stack.

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop_mark(self) -> list[Any]:
        items = self.stack
        self.stack = self.marked.pop()
        return items

    def mark(self) -> None:
        self.marked.append(self.stack)
        self.stack = []

    def pop(self) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.pop_mark()

    def duplicate(self) -> None:
        self.stack.append(self.stack[-1])

    # The memo.

    def put(self, key: int) -> None:
        if key < 0:
            raise PickleError(f"a negative place {key} in the memo")
        self.memo[key] = self.stack[-1]

    def get(self, key: int) -> None:
        if key not in self.memo:
            raise PickleError(f"nothing was put at place {key} of the memo")
        self.stack.append(self.memo[key])

    # Containers.

    def append(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(items)
        elif isinstance(target, Stub):
            target.items.extend(items)
        else:
            raise PickleError(f"items appended to a {type(target).__name__}")

    def set_items(self, flat: list[Any]) -> None:
        target = self.stack[-1]
        if len(flat) % 2:
            raise PickleError("a key without a value")
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        if isinstance(target, dict):
            for key, value in pairs:
                check_key(key)
                target[key] = value
        elif isinstance(target, Stub):
            target.entries.extend(pairs)
        else:
            raise PickleError(f"keys set in a {type(target).__name__}")

    def add_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, set):
            for item in items:
                check_key(item)
                target.add(item)
        elif isinstance(target, Stub):
            target.items.extend(items)
        else:
            raise PickleError(f"items added to a {type(target).__name__}")

    def frozen_set(self) -> None:
        items = self.pop_mark()
        for item in items:
            check_key(item)
        self.push(frozenset(items))

    # Names and calls.

    def find(self, module: Any, name: Any) -> Any:
        if not isinstance(module, str) or not isinstance(name, str):
            raise PickleError("a name that is no text")
        function = self.calls.get((module, name))
        if function is not None:
            return Call(function, module, name)
        if not self.stubs:
            raise RefusedError(f"the global {module}.{name}")
        return Global(module, name)

    def stack_global(self) -> None:
        name = self.stack.pop()
        module = self.stack.pop()
        self.push(self.find(module, name))

    def call(self, function: Any, args: Any) -> None:
        if not isinstance(args, tuple):
            raise PickleError("a call without a tuple of arguments")
        if isinstance(function, Call):
            try:
                self.push(self.paid(function(*args)))
            except RefusedError:
                if not self.stubs:
                    raise
                self.push(Stub(function.name, args))
        elif isinstance(function, Global | Stub):
            self.push(Stub(function, args))
        else:
            raise PickleError(f"a call of a {type(function).__name__}")

    def paid(self, made: Any) -> Any:
        """``made``, unless a small file had so much made of the same bytes that it is a trap."""
        if isinstance(made, Array) and made.value is not None:
            self.allowance.take(made.value.nbytes)
        elif isinstance(made, bytes | str | list | dict | set | frozenset):
            self.allowance.take(len(made))
        return made

    def reduce(self) -> None:
        args = self.stack.pop()
        self.call(self.stack.pop(), args)

    def instance(self) -> None:
        module = self.reader.text_line()
        made_by = self.find(module, self.reader.text_line())
        self.call(made_by, tuple(self.pop_mark()))

    def object(self) -> None:
        items = self.pop_mark()
        self.call(items[0], tuple(items[1:]))

    def new_object(self) -> None:
        args = self.stack.pop()
        made_by = self.stack.pop()
        if isinstance(made_by, Call) and not self.stubs:
            raise PickleError(f"a new object of {made_by.name}")
        self.call(made_by, args)

    def new_object_with_keywords(self) -> None:
        kwargs = self.stack.pop()
        if not isinstance(kwargs, dict) or not all(isinstance(key, str) for key in kwargs):
            raise PickleError("a new object with keywords that make no sense")
        self.new_object()
        if isinstance(self.stack[-1], Stub):
            self.stack[-1].kwargs = kwargs
        elif kwargs:
            raise PickleError("a new object with keywords that it does not take")

    def build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, Array | Dtype):
            target.set_state(state)
            self.paid(target)
        elif isinstance(target, Stub):
            target.state = state if target.state is None else (target.state, state)
            if self.built is not None:
                self.stack[-1] = self.built(target, self.reader)
        elif isinstance(target, Call | Global):
            raise RefusedError("a change to a function")
        elif not (self.stubs and isinstance(target, dict | set)):  # attributes of an OrderedDict
            raise PickleError(f"a state for a {type(target).__name__}")

    def extension(self, code: int) -> None:
        self.push(self.find("copyreg", f"extension {code}"))

    def persistent_id(self, identity: Any) -> None:
        if self.persistent is not None:
            self.push(self.persistent(identity))
        elif self.stubs:
            self.push(Stub(Global("", "persistent id"), (identity,)))
        else:
            raise PickleError("a persistent id")

    def out_of_band(self) -> None:
        raise PickleError("a buffer that is not in the file")

    def unknown(self) -> None:
        at = self.reader.position - 1
        raise PickleError(f"unknown instruction {self.reader.data[at]:#04x} at byte {at}")


def _long(machine: _Machine, length: int) -> None:
    machine.push(machine.reader.signed(length))


def _str(machine: _Machine, length: int) -> None:
    machine.push(machine.reader.take(length).decode("latin-1"))


def _protocol(machine: _Machine) -> None:
    protocol = machine.reader.unsigned(1)
    if protocol > 5:
        raise PickleError(f"protocol {protocol}, which is unknown")


_INSTRUCTIONS: dict[bytes, Callable[[_Machine], Any]] = {
    b"\x80": _protocol,
    b"\x95": lambda m: m.reader.take(8),  # FRAME: how much follows, of no use here
    b"(": _Machine.mark,
    b"0": _Machine.pop,
    b"1": _Machine.pop_mark,
    b"2": _Machine.duplicate,
    # Constants and numbers.
    b"N": lambda m: m.push(None),
    b"\x88": lambda m: m.push(True),
    b"\x89": lambda m: m.push(False),
    b"I": lambda m: m.push(m.reader.integer_line()),
    b"L": lambda m: m.push(m.reader.integer_line()),
    b"J": lambda m: m.push(m.reader.signed(4)),
    b"K": lambda m: m.push(m.reader.unsigned(1)),
    b"M": lambda m: m.push(m.reader.unsigned(2)),
    b"\x8a": lambda m: _long(m, m.reader.unsigned(1)),
    b"\x8b": lambda m: _long(m, m.reader.signed(4)),
    b"F": lambda m: m.push(m.reader.float_line()),
    b"G": lambda m: m.push(m.reader.float64()),
    # Text and bytes.
    b"S": lambda m: m.push(m.reader.quoted_line()),
    b"T": lambda m: _str(m, m.reader.signed(4)),
    b"U": lambda m: _str(m, m.reader.unsigned(1)),
    b"V": lambda m: m.push(raw_unicode(m.reader.line())),
    b"X": lambda m: m.push(utf8(m.reader.take(m.reader.unsigned(4)))),
    b"\x8c": lambda m: m.push(utf8(m.reader.take(m.reader.unsigned(1)))),
    b"\x8d": lambda m: m.push(utf8(m.reader.take(m.reader.unsigned(8)))),
    b"B": lambda m: m.push(m.reader.take(m.reader.unsigned(4))),
    b"C": lambda m: m.push(m.reader.take(m.reader.unsigned(1))),
    b"\x8e": lambda m: m.push(m.reader.take(m.reader.unsigned(8))),
    b"\x96": lambda m: m.push(m.reader.take(m.reader.unsigned(8))),  # a bytearray
    b"\x97": _Machine.out_of_band,
    b"\x98": _Machine.out_of_band,
    # Containers.
    b")": lambda m: m.push(()),
    b"]": lambda m: m.push([]),
    b"}": lambda m: m.push({}),
    b"\x8f": lambda m: m.push(set()),
    b"t": lambda m: m.push(tuple(m.pop_mark())),
    b"l": lambda m: m.push(m.pop_mark()),
    b"\x85": lambda m: m.push((m.stack.pop(),)),
    b"\x86": lambda m: m.push(tuple(reversed([m.stack.pop(), m.stack.pop()]))),
    b"\x87": lambda m: m.push(tuple(reversed([m.stack.pop(), m.stack.pop(), m.stack.pop()]))),
    b"a": lambda m: m.append([m.stack.pop()]),
    b"e": lambda m: m.append(m.pop_mark()),
    b"s": lambda m: m.set_items([m.stack.pop(), m.stack.pop()][::-1]),
    b"u": lambda m: m.set_items(m.pop_mark()),
    b"\x90": lambda m: m.add_items(m.pop_mark()),
    b"\x91": _Machine.frozen_set,
    # The memo.
    b"p": lambda m: m.put(m.reader.integer_line()),
    b"q": lambda m: m.put(m.reader.unsigned(1)),
    b"r": lambda m: m.put(m.reader.unsigned(4)),
    b"\x94": lambda m: m.put(len(m.memo)),
    b"g": lambda m: m.get(m.reader.integer_line()),
    b"h": lambda m: m.get(m.reader.unsigned(1)),
    b"j": lambda m: m.get(m.reader.unsigned(4)),
    # Names and calls.
    b"c": lambda m: m.push(m.find(m.reader.text_line(), m.reader.text_line())),
    b"\x93": _Machine.stack_global,
    b"R": _Machine.reduce,
    b"i": _Machine.instance,
    b"o": _Machine.object,
    b"\x81": _Machine.new_object,
    b"\x92": _Machine.new_object_with_keywords,
    b"b": _Machine.build,
    b"\x82": lambda m: m.extension(m.reader.unsigned(1)),
    b"\x83": lambda m: m.extension(m.reader.unsigned(2)),
    b"\x84": lambda m: m.extension(m.reader.signed(4)),
    b"P": lambda m: m.persistent_id(m.reader.text_line()),
    b"Q": lambda m: m.persistent_id(m.stack.pop()),
}


def _dict_from_mark(machine: _Machine) -> None:
    flat = machine.pop_mark()
    machine.push({})
    machine.set_items(flat)


_INSTRUCTIONS[b"d"] = _dict_from_mark

_BY_CODE: list[Callable[[_Machine], Any] | None] = [
    _INSTRUCTIONS.get(bytes([code]), _Machine.unknown) for code in range(256)
]
_BY_CODE[ord(".")] = None  # STOP
