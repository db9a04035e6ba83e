import ast
import textwrap

import pytest

from symopt.errors import SourceError
from symopt.legacy.python2.source import decode, tidy
from symopt.legacy.python2.syntax import syntax_to_python3, to_python3


def test_layout_comments_and_lines_stay():
    source = textwrap.dedent("""\
        # -*- coding: utf-8 -*-
        import sys  # the system

        def f(a,   b):
            # half of it
            print >>sys.stderr, a, \\
                `b`,        # both
            if a <> 0777:
                raise ValueError, "no %d" % a

            try:
                exec "x = 1" in {}
            except (KeyError, IOError), e:   # either
                print
            return 10L""")
    text = to_python3(source, "f.py")
    assert text.count("\n") == source.count("\n") + 1  # it ends with a newline now
    for old, new in zip(source.split("\n"), text.split("\n"), strict=False):
        assert ("#" in old) == ("#" in new)
        if "#" in old:
            assert old[old.index("#") :] == new[new.index("#") :]
    ast.parse(text)
    assert "except (KeyError, IOError) as e:" in text
    assert "0o777" in text
    assert "10L" not in text
    assert "<>" not in text


@pytest.mark.core
def test_names_are_replaced_only_for_people():
    source = "import cPickle\nfor i in xrange(3): print d.keys()[0], unicode(i)\n"
    assert "pickle" in to_python3(source, "f.py")
    assert "range(3)" in to_python3(source, "f.py")
    kept = syntax_to_python3(source, "f.py").text
    assert "cPickle" in kept
    assert "xrange" in kept
    assert "unicode" in kept
    assert "print(" in kept


def test_python3_is_left_alone():
    source = "def f(*, a: int = 1) -> str:\n    return f'{a}'\n"
    assert syntax_to_python3(source, "f.py").text == source
    assert syntax_to_python3(source, "f.py").lines is None


def test_tuple_parameters_add_lines_that_know_where_they_came_from():
    source = "def f((a, b), c):\n    return a\n\nx = f\nprint x\n"
    translation = syntax_to_python3(source, "f.py")
    lines = translation.text.split("\n")
    assert len(lines) == source.count("\n") + 2
    assert translation.original_line(lines.index("print(x)") + 1) == 5
    assert translation.original_line(lines.index("    return a") + 1) == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f = lambda (a, b): a + b\nf((1, 2))", 3),
        ("f = lambda (a, (b, c)), d: a + b + c + d\nf((1, (2, 3)), 4)", 10),
        ("f = lambda x, (a, b): (x, a, b)\nf(1, (2, 3))", (1, 2, 3)),
        ("def f(x, (a, b)=(1, 2)): return x, a, b\nf(0)", (0, 1, 2)),
    ],
)
def test_tuple_parameters(source, expected):
    namespace = {}
    *statements, expression = source.split("\n")
    exec(syntax_to_python3("\n".join([*statements, ""]), "f.py").text, namespace)
    assert eval(expression, namespace) == expected


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r"""ur"\d\u20ac" """, "\\d\u20ac"),
        (r"""ur'\'x\u0041' """, "\\'xA"),
        (r"""UR'''a\\u0041''' """, "a\\\\u0041"),
        (r"""'\u20ac' """, "\\u20ac"),
        (r"""'\N{x}\U' """, "\\N{x}\\U"),
        (r"""'\\u' """, "\\u"),
        (r"""u'\u20ac' """, "\u20ac"),
        (r"""r'\u20ac' """, "\\u20ac"),
        ("0777L + 010 + 0x10L + 7l", 511 + 8 + 16 + 7),
    ],
)
def test_literals(literal, value):
    text = syntax_to_python3(f"print {literal}\nx = {literal}\n", "f.py").text
    namespace = {"print": lambda x: None}
    exec(text, namespace)
    assert namespace["x"] == value


def test_tuples_in_comprehensions():
    source = "print 1\nx = [a + b for a in 1, 2 for b in 3, 4 if a]\ny = (7L.bit_length(), 3)\n"
    for text in (syntax_to_python3(source, "f.py").text, to_python3(source, "f.py")):
        namespace = {}
        exec(text, namespace)
        assert namespace["x"] == [4, 5, 5, 6]
        assert namespace["y"] == (3, 3)


def test_tabs_and_spaces_mixed():
    source = "if 1:\n        a = 1\n\tb = 2\n\ts = '''\n\tkept'''\nprint a\n"
    namespace = {}
    exec(syntax_to_python3(source, "f.py").text, namespace)
    assert namespace["b"] == 2
    assert namespace["s"] == "\n\tkept"
    assert tidy("if 1:\n\ta = 1\n") == "if 1:\n\ta = 1\n"  # only tabs: nothing is mixed


@pytest.mark.parametrize("data", [b"# coding: latin-1\nx = '\xe9'\n", b"x = '\xe9'\r\n"])
def test_encodings(data):
    text, encoding = decode(data)
    assert "\xe9" in text
    assert "\r" not in text
    assert encoding.replace("-", "") == "latin1"


def test_a_wrong_declaration_is_no_hindrance():
    assert decode("# coding: no-such\nx = 'é'\n".encode())[0].endswith("'é'\n")
    assert decode("\ufeffx = 1\n".encode()) == ("x = 1\n", "utf-8")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("print 'a'\nx ===\n", 2),
        ("print 'a'\n\ndef f(:\n    pass\n", 3),
        ("print 'a'\nx = (1,\n", 3),
        ("if 1:\nprint 'b'\n", 2),
        ("print 'a'\nx = 'unterminated\n", 2),
        ("print 'a'\ndef f():\n    return 1\n  x = 2\n", 4),
        ("print 'a'\nreturn = 3\n", 2),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(source, line):
    with pytest.raises(SourceError) as caught:
        syntax_to_python3(source, "wrong.py")
    assert (caught.value.filename, caught.value.lineno) == ("wrong.py", line)
    assert isinstance(caught.value, SyntaxError)
    assert "wrong.py" in str(caught.value)
    assert str(line) in str(caught.value)


def test_print_and_exec_as_functions_beside_old_syntax():
    source = "print('a', file=None)\ntry:\n    pass\nexcept ValueError, e:\n    exec('x')\n"
    assert "except ValueError as e" in syntax_to_python3(source, "f.py").text


def test_no_newline_at_the_end_and_nothing_at_all():
    assert syntax_to_python3("print 'a'", "f.py").text == "print('a')\n"
    assert syntax_to_python3("", "f.py").text == ""
    assert syntax_to_python3("print 1 \\", "f.py").text.startswith("print(1")
