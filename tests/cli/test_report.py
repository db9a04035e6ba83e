"""``symopt report`` as a command."""

from click.testing import CliRunner

from symopt.cli.report import report
from tests.training.report.runs import make_run


def run(*arguments):
    return CliRunner().invoke(report, [*map(str, arguments)])


def test_it_writes_a_page_and_says_so(tmp_path):
    for name in ("a", "b"):
        make_run(tmp_path / "runs" / name, updates=3)
    out = tmp_path / "page.html"
    result = run(tmp_path / "runs", "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"wrote {out} (2 runs)\n"
    assert result.stderr == ""
    assert out.read_text().startswith("<!doctype html>")


def test_what_is_damaged_is_noted(tmp_path):
    make_run(tmp_path / "a", updates=3, record=False)
    result = run(tmp_path / "a", "--out", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    assert "note: a: run.json is missing" in result.stderr
    assert "(1 run)" in result.stdout


def test_wrong_arguments(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 1
    assert f"{tmp_path} holds no run" in result.output
    assert "Traceback" not in result.output
    result = run()
    assert result.exit_code == 2
    assert "DIR" in result.output


def test_opening_the_page(tmp_path, monkeypatch):
    make_run(tmp_path / "a", updates=3)
    opened = []
    monkeypatch.setattr("click.launch", opened.append)
    run(tmp_path / "a", "--out", tmp_path / "page.html", "--open")
    assert opened == [(tmp_path / "page.html").as_uri()]
