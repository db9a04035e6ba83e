"""What the import hook translates, what it keeps, and what it says when it cannot."""

import subprocess
import sys

import pytest


def test_packages_that_import_theano_are_translated_and_others_not(project):
    installed = project.folder / "lib" / "site-packages"
    for name, source in {
        "layers/__init__.py": "import theano\nimport numpy as np\nfrom .names import kind\n",
        "layers/names.py": "import numpy as np\nkind = np.float\n",
        "plain/__init__.py": "import numpy as np\nold = hasattr(np, 'float')\n",
    }.items():
        path = installed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    project.write(
        main="""\
            import sys
            sys.path.append(sys.argv[1])
            import layers, plain
            print(layers.kind, plain.old)
            """
    )
    assert project.output("main.py", str(installed)) == "<class 'float'> False\n"


def test_pythonpath_is_the_programs_own(project):
    other = project.folder / "framework"
    other.mkdir()
    (other / "engine.py").write_text("print 'engine', 7 / 2\n")
    project.write(main="import engine\n")
    assert project.output("main.py", PYTHONPATH=str(other)) == "engine 3\n"


def test_names_of_the_standard_library_are_the_programs_own_if_it_has_them(project):
    project.write(
        main="""\
            import Queue, string, json
            print Queue.mine, string.mine, json.dumps([1])
            from cPickle import dumps
            """,
        Queue="mine = 7 / 2\n",
        string="mine = 'own'\n",
    )
    # PYTHONSAFEPATH keeps the modules from Python's own start
    assert project.output("main.py", PYTHONSAFEPATH="1") == "3 own [1]\n"


def test_circular_imports(project):
    project.package("pkg").write(
        main="import pkg.a\nprint pkg.a.value, pkg.a.b.value\n",
        pkg__a="import b\nvalue = b.value + 1\n",
        pkg__b="import a\nvalue = 7 / 2\ndef later(): return a.value\n",
    )
    assert project.output("main.py") == "4 3\n"


def test_a_module_that_cannot_be_read_names_its_line(project):
    project.write(main="print 'begun'\nimport broken\n", broken="print 'a'\n\nx ===\n")
    done = project.run("main.py")
    assert done.returncode == 1
    assert done.stdout == "begun\n"
    assert f'File "{project.sources / "broken.py"}", line 3' in done.stderr
    assert 'File "main.py", line 2, in <module>' in done.stderr
    assert "symopt/legacy" not in done.stderr


def test_a_script_that_cannot_be_read(project):
    done = project.write(main="print 'a'\nx ===\n").run("main.py")
    assert done.returncode == 1
    assert 'File "main.py", line 2' in done.stderr
    assert "neither Python 2 nor Python 3" in done.stderr
    assert "symopt/legacy" not in done.stderr


def test_an_import_that_fails_can_be_caught(project):
    project.write(
        main="""\
            try:
                import nothing_of_the_kind
            except ImportError, e:
                print 'no', e
            try:
                import broken
            except SyntaxError, e:
                print e.filename.endswith('broken.py'), e.lineno
            """,
        broken="print 'a'\ndef f(:\n",
    )
    assert project.output("main.py").splitlines() == [
        "no No module named 'nothing_of_the_kind'",
        "True 2",
    ]


def test_odd_encodings_and_paths(project):
    folder = project.sources / "dossier é ü"
    folder.mkdir()
    (folder / "main.py").write_bytes(
        b"# coding: latin-1\nimport autre, os\n"
        b"print len('\xe9'), len(u'\xe9'), u'\xe9', autre.x\n"
        b"print os.path.exists(__file__)\nprint 1 / 0 # \xe9\n"
    )
    (folder / "autre.py").write_bytes(b"x = 7 / 2 # \xe9 without a declaration\nprint 'a'")
    done = project.run(str(folder / "main.py"), PYTHONIOENCODING="utf-8")
    assert done.stdout.splitlines() == ["a", "1 1 é 3", "True"]
    assert "print 1 / 0 # é" in done.stderr
    assert done.returncode == 1


def test_tools_see_the_original_source(project):
    project.write(
        main="""\
            import inspect, linecache, other
            print inspect.getsource(other.old)
            print linecache.getline(other.__file__, 2)
            import pdb, sys
            pdb.set_trace()
            print 'after'
            """,
        other="def old(a):\n    print >>a, `a`  # old\n",
    )
    done = project.run("main.py", input="p 1\nlist\ncontinue\n")
    assert "print >>a, `a`  # old" in done.stdout
    assert "print 'after'" in done.stdout
    assert done.stdout.rstrip().endswith("after")


def test_a_read_only_cache_is_no_hindrance(project):
    project.cache.mkdir()
    (project.cache / "x").write_text("")
    project.write(main="print 7 / 2\n")
    assert (
        project.output("main.py", SYMOPT_TRANSLATIONS=str(project.cache / "x" / "below")) == "3\n"
    )
    assert project.output("--no-cache", "main.py") == "3\n"
    assert not list(project.cache.rglob("*.code"))


def test_a_damaged_entry_is_made_again(project):
    project.write(main="print 7 / 2\n")
    project.output("main.py")
    entries = [path for path in project.cache.rglob("*") if path.is_file()]
    assert entries
    for path in entries:
        path.write_bytes(path.read_bytes()[:-3])
    assert project.output("main.py") == "3\n"
    assert project.output("--cache", str(project.folder / "c"), "main.py") == "3\n"
    assert list((project.folder / "c").rglob("*.code"))


def test_a_changed_source_is_translated_again(project):
    project.write(main="print 7 / 2\n")
    assert project.output("main.py") == "3\n"
    project.write(main="print 9 / 2\n")
    assert project.output("main.py") == "4\n"


def test_two_processes_at_once(project):
    modules = {f"m{i}": f"def f((a, b)): return a / b + {i}\n" for i in range(8)}
    imports = "".join(f"import m{i}\nprint m{i}.f((7, 2)),\n" for i in range(8))
    project.write(main=imports, **modules)
    running = [
        subprocess.Popen(
            project.command("main.py"),
            cwd=project.sources,
            env=project.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in running]
    assert outputs == [" ".join(str(3 + i) for i in range(8)) + "\n"] * 2
    assert not list(project.cache.rglob("unfinished-*"))


def test_the_real_library_is_not_touched(project):
    project.write(
        main="""\
            import json, sys
            real = sys.modules
            print real['json'] is json, hasattr(real['time'], 'clock')
            print hasattr(real['collections'], 'Iterable')
            """
    )
    assert project.output("main.py") == "False False\nFalse\n"


def test_nothing_of_this_is_loaded_by_importing_symopt():
    code = (
        "import sys, symopt\n"
        "print([m for m in sys.modules if m.startswith(('fissix', 'symopt.legacy.running'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.core
def test_a_warm_start_needs_no_fissix_and_no_jax(project):
    project.write(
        main="""\
            import sys
            print [m for m in ('fissix', 'jax', 'numba', 'pytest', 'libcst') if m in sys.modules]
            """
    )
    project.output("main.py")
    assert project.output("main.py") == "[]\n"
