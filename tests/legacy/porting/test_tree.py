"""Files that know of each other."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from symopt.errors import PortError
from symopt.legacy.porting import Port, PortedFile, PortedModule, port, tree
from symopt.legacy.porting.module import Translated


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__dot__", ".").replace("__in__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"))
    return root


def by_name(made: Port) -> dict[str, PortedFile]:
    return {str(file.path): file for file in made.files}


def test_names_that_come_with_a_star_or_by_name_out_of_another_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        common__dot__py="""
            import theano
            import theano.tensor as T
            from theano import function

            def helper(x):
                return T.inv(x)
            """,
        more__dot__py="from common import *\n",
        star__dot__py="""
            from more import *

            f = function([], T.nnet.sigmoid(helper(theano.shared(0.))))
            """,
        named__dot__py="""
            import common
            from common import T, helper

            y = T.sgn(helper(common.T.inv(2.)))
            """,
    )
    files = by_name(port(tmp_path))
    assert files["common.py"].after == dedent(
        """
        import pytensor.tensor as T

        def helper(x):
            return T.reciprocal(x)
        """
    ).lstrip("\n")
    assert files["more.py"].action == "unchanged"
    assert files["star.py"].after == dedent(
        """
        import pytensor
        import pytensor.tensor as T
        from symopt import function
        from more import *

        f = function([], T.sigmoid(helper(pytensor.shared(0.))))
        """
    ).lstrip("\n")
    assert files["named.py"].after == dedent(
        """
        import common
        from common import helper
        from pytensor import tensor as T

        y = T.sign(helper(T.reciprocal(2.)))
        """
    ).lstrip("\n")


def test_relative_imports_find_their_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        pkg__in____init____dot__py="from .base import T\n",
        pkg__in__base__dot__py="from theano import tensor as T\nx = T.inv(1)\n",
        pkg__in__sub__in__a__dot__py="from ..base import T\ny = T.abs_(1)\n",
    )
    files = by_name(port(tmp_path))
    assert files["pkg/sub/a.py"].after == "from pytensor import tensor as T\ny = T.abs(1)\n"
    assert "theano" not in files["pkg/__init__.py"].after


def test_one_file_of_python_2_makes_the_tree_python_2(tmp_path: Path) -> None:
    write(
        tmp_path,
        old__dot__py="print 'old'\n",
        both__dot__py="def f(a, b):\n    return a / b\n",
        new__dot__py="def f(a, b):\n    return f'{a / b}'\n",
    )
    made = port(tmp_path)
    files = by_name(made)
    assert made.python2
    assert "divide(a, b)" in files["both.py"].after
    assert files["new.py"].action == "unchanged"
    assert by_name(port(tmp_path, python2=False))["old.py"].action == "unreadable"


def test_text_that_is_evaluated_elsewhere(tmp_path: Path) -> None:
    write(
        tmp_path,
        main__dot__py="import layers\nlayers.dense('lambda x: tensor.nnet.relu(x)')\n",
        layers__dot__py="""
            from theano import tensor

            def dense(activ):
                return eval(activ)(1.)
            """,
    )
    files = by_name(port(tmp_path))
    assert "lambda x: symopt.nnet.relu(x)" in files["main.py"].after
    assert files["layers.py"].after.startswith("import symopt\nfrom pytensor import tensor\n")


def test_what_cannot_be_read_is_left_and_reported(tmp_path: Path) -> None:
    write(tmp_path, bad__dot__py="def f(:\n", good__dot__py="import theano\nx = theano.shared(0)\n")
    made = port(tmp_path)
    files = by_name(made)
    assert files["bad.py"].action == "unreadable"
    assert files["bad.py"].left
    assert files["good.py"].action == "ported"
    assert made.needs_a_human
    assert not made.python2


def test_a_file_that_the_porter_fails_on_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        tmp_path, a__dot__py="import theano\nx = theano.shared(0)\n", b__dot__py="import theano\n"
    )
    real = tree.port_translated

    def failing(translated: Translated, **keywords: Any) -> PortedModule:
        if "shared" not in translated.text:
            raise KeyError("b")
        return real(translated, **keywords)

    monkeypatch.setattr(tree, "port_translated", failing)
    files = by_name(port(tmp_path))
    assert files["a.py"].action == "ported"
    assert files["b.py"].action == "unreadable"
    assert "KeyError" in files["b.py"].fault


def test_scripts_that_name_theano_are_pointed_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        run__dot__sh="#!/bin/sh\nTHEANO_FLAGS=device=gpu python train.py\n",
        notes__dot__txt="nothing here\n",
    )
    files = by_name(port(tmp_path))
    (left,) = files["run.sh"].left
    assert (left.line, left.column) == (2, 1)
    assert not files["notes.txt"].changes


def test_python_without_a_suffix(tmp_path: Path) -> None:
    write(
        tmp_path, train="#!/usr/bin/env python\nimport theano\nx = theano.shared(0)\n", data="abc"
    )
    files = by_name(port(tmp_path))
    assert (
        files["train"].after == "#!/usr/bin/env python\nimport pytensor\nx = pytensor.shared(0)\n"
    )
    assert files["data"].action == "copied"


def test_folders_of_tools_are_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "__dot__git__in__config": "",
            "__pycache____in__a__dot__pyc": "",
            "a__dot__py": "x = 1\n",
        },
    )
    assert list(by_name(port(tmp_path))) == ["a.py"]


def test_encodings_and_ends_of_lines_stay(tmp_path: Path) -> None:
    latin = "# -*- coding: latin-1 -*-\nimport theano\nx = theano.shared(0)  # caf\xe9\n"
    (tmp_path / "latin.py").write_bytes(latin.encode("latin-1"))
    (tmp_path / "dos.py").write_bytes(b"import theano\r\nx = theano.shared(0)\r\n")
    files = by_name(port(tmp_path))
    assert files["latin.py"].data == latin.replace("theano", "pytensor").encode("latin-1")
    assert files["dos.py"].data == b"import pytensor\r\nx = pytensor.shared(0)\r\n"


def test_a_port_is_python_3_whatever_names_it_has(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__dot__py="import pytensor\n\ndef f(x):\n    return x.has_key(1) / 2\n",
    )
    assert by_name(port(tmp_path))["a.py"].action == "unchanged"


def test_what_is_not_there_or_not_python(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="no such file"):
        port(tmp_path / "nowhere")


def test_progress_is_told_of_every_file(tmp_path: Path) -> None:
    write(tmp_path, a__dot__py="x = 1\n", b__dot__txt="")
    seen: list[tuple[str, int, int]] = []
    port(tmp_path, progress=lambda *args: seen.append(args))
    assert seen == [("a.py", 1, 2), ("b.txt", 2, 2)]
