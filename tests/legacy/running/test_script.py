"""A script is ``__main__``: its arguments, folder, streams, exit status and exceptions."""

import signal
import subprocess
import sys
import time

import pytest


@pytest.mark.core
def test_python2_script_with_a_package(project):
    project.package("net").write(
        train="""\
            import sys, theano, theano.tensor as T
            from net.layers import size
            import settings
            x = T.imatrix('x')
            print 'size', size(9), (x / 2).dtype, sys.argv[1:], __name__
            print __file__ == sys.argv[0], settings.RATE, theano.__name__
            """,
        settings="RATE = 7 / 2\n",
        net__layers="""\
            import helpers
            from helpers import half
            def size(n):
                return half(n), helpers.half(n + 1)
            """,
        net__helpers="def half(n):\n    return n / 2\n",
    )
    lines = project.output("train.py", "--rate", "-m", "x").splitlines()
    assert lines[0] == "size (4, 5) int32 ['--rate', '-m', 'x'] __main__"
    assert lines[1].startswith("True 3 ")
    assert list(project.cache.rglob("*.code"))


@pytest.mark.core
def test_python3_script_keeps_its_rules(project):
    project.write(
        main="""\
            import numpy as np, numpy, collections, inspect
            from scipy.misc import logsumexp
            print(f"{7 / 2}", np.float, np.int(3), np.array([[1], [1, 2]]).dtype, type({}.keys()))
            print(np.bool, numpy.product([2, 3]), collections.Iterable, np.zeros(3.0).shape)
            print(inspect.getargspec(lambda a, b=1: 0).args, np.arange(3) == None, np.float64(0.5))
            """
    )
    assert project.output("main.py").splitlines() == [
        "3.5 <class 'float'> 3 object <class 'dict_keys'>",
        "<class 'bool'> 6 <class 'collections.abc.Iterable'> (3,)",
        "['a', 'b'] False 0.5",
    ]


def test_numpy_itself_is_not_changed(project):
    project.write(
        main="""\
            import importlib
            import numpy as np
            module = importlib.import_module("numpy")
            print(np.float is float, hasattr(module, "float"), np.ndarray is module.ndarray)
            from numpy import *
            print(alltrue([True]), array([1]).sum())
            import numpy.random as rng
            import numpy.linalg
            rng.seed(3)
            print(module.random.get_state()[1][0], rng.uniform(size=(2.0, 1)).shape)
            """
    )
    assert project.output("main.py").splitlines() == ["True False True", "True 1", "3 (2, 1)"]


@pytest.mark.parametrize(
    ("source", "status", "error"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('message')", 1, "message\n"),
        ("raise SystemExit", 0, ""),
        ("print 'x'; exit()", 0, ""),
    ],
)
def test_exit_status(project, source, status, error):
    done = project.write(main=source + "\n").run("main.py")
    assert (done.returncode, done.stderr) == (status, error)


def test_traceback_shows_the_original_lines(project):
    project.write(
        main="""\
            import other
            def call((a, b)):
                # a comment
                return other.divide(a, b)
            try:
                call((1, 0))
            except ZeroDivisionError, e:
                print 'caught', e
            print call((1,
                        0))
            """,
        other="""\
            def divide(a, b):
                if a <> b: print "dividing"
                return a / b
            """,
    )
    done = project.run("main.py")
    assert done.returncode == 1
    assert done.stderr == textwrap_traceback(project)
    assert done.stdout.splitlines() == [
        "dividing",
        "caught integer division or modulo by zero",
        "dividing",
    ]


def textwrap_traceback(project):
    other = project.sources / "other.py"
    return (
        "Traceback (most recent call last):\n"
        '  File "main.py", line 9, in <module>\n'
        "    print call((1,\n"
        '  File "main.py", line 4, in call\n'
        "    return other.divide(a, b)\n"
        f'  File "{other}", line 3, in divide\n'
        "    return a / b\n"
        "ZeroDivisionError: integer division or modulo by zero\n"
    )


def test_streams(project):
    project.write(
        main="""\
            # -*- coding: utf-8 -*-
            import sys
            name = raw_input('name? ')
            number = input()
            print name, len(name), number, sys.stdin.read().split()
            sys.stdout.write('written é ')
            print u'text \\u20ac', 'bytes é',
            print >>sys.stderr, 'to', 'stderr'
            """
    )
    done = project.run("main.py", input="é\n7 / 2\nthe rest\n", PYTHONIOENCODING="utf-8")
    assert done.stdout == "name? é 2 3 ['the', 'rest']\nwritten é text € bytes é\n"
    assert done.stderr == "to stderr\n"


def test_standard_input_is_a_script(project):
    assert (
        project.run("-", "a", input="import sys\nprint sys.argv, 3 / 2\n").stdout
        == "['-', 'a'] 1\n"
    )


# A job in the background ignores it, and so does what it starts.
HEEDS_SIGINT = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)


def test_interrupt_ends_with_130_and_a_traceback(project):
    project.write(
        main="import time\nprint 'ready'\nimport sys\nsys.stdout.flush()\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", HEEDS_SIGINT, *project.command("main.py")],
        cwd=project.sources,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert error.splitlines()[-1] == "KeyboardInterrupt"
    assert 'File "main.py", line 5' in error


@pytest.mark.parametrize("python", ["2", "3"])
def test_the_option_decides_for_modules_that_read_as_both(project, python):
    project.write(main="print(7 / 2)\n")
    assert project.output("--python", python, "main.py") == {"2": "3\n", "3": "3.5\n"}[python]


def test_siblings_decide_for_modules_that_read_as_both(project):
    project.write(main="from other import x\nprint(7 / 2 + x)\n", other="print 'old'\nx = 0\n")
    assert project.output("main.py") == "old\n3\n"


def test_modules_run_by_name(project):
    project.package("tool").write(
        tool__part="def half(n): return n / 2\n",
        alone="print 'alone', __name__, 5 / 2\n",
    )
    (project.sources / "tool" / "__main__.py").write_text(
        "from tool.part import half\nimport sys\nprint half(7), sys.argv[1:], __package__\n"
    )
    assert project.output("-m", "tool", "-x") == "3 ['-x'] tool\n"
    assert project.output("-m", "alone") == "alone __main__ 2\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.py"], "can't open 'none.py'"),
        (["-m", "no_such_module"], "no module named 'no_such_module'"),
        (["-m", "nose", "tests"], "symopt run -m pytest tests"),
        ([], "Give a script to run"),
        (["--cache", "x", "--no-cache", "y.py"], "exclude each other"),
    ],
)
def test_what_cannot_be_run(project, arguments, said):
    done = project.run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_of_multiprocessing(project, method):
    project.write(
        main="""\
            import multiprocessing, sys
            from work import half
            def double(n):
                return half(n) * 2 if n <> 0 else 0
            if __name__ == '__main__':
                pool = multiprocessing.get_context(sys.argv[1]).Pool(1)
                print pool.map(double, xrange(4))
                pool.close()
                pool.join()
            """,
        work="def half(n):\n    return n / 2\nprint >>open('log', 'a'), 'imported'\n",
    )
    assert project.output("main.py", method) == "[0, 0, 2, 2]\n"


def test_pickles_of_the_main_module(project):
    project.write(
        main="""\
            import cPickle
            class Model:
                def __init__(self): self.n = 7 / 2
            cPickle.dump(Model(), open('m.pkl', 'w'))
            print cPickle.load(open('m.pkl')).n, open('m.pkl').read().count('__main__')
            """
    )
    assert project.output("main.py") == "3 1\n"


def test_backend_and_threads(project):
    project.write(
        main="""\
            import symopt, os
            print(symopt.config.backend, symopt.config.threads, os.environ["SYMOPT_BACKEND"])
            """
    )
    assert project.output("--backend", "numba", "--threads", "1", "main.py") == "numba 1 numba\n"


def test_what_follows_the_program_is_the_programs(project):
    project.write(main="import sys\nprint(sys.argv[1:])\n")
    options = ["--help", "--backend", "none", "-m", "--", "x"]
    assert project.output("main.py", *options) == f"{options}\n"
    assert project.output("--python", "3", "-m", "main", *options) == f"{options}\n"
    assert "No such option" in project.run("--no-such-option", "main.py").stderr
