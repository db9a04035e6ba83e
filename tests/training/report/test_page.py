"""The page as text: nothing in it breaks out, and it needs nothing but itself."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from symopt.errors import ReportError
from symopt.training.metrics_lines import UpdatesLine
from symopt.training.report import find_runs, write_report
from symopt.training.report.markup import Markup, escaped, json_for_a_script, tag
from symopt.training.report.page import page_of
from tests.training.report.runs import HOSTILE_NAME, make_run, three_runs, write_record


class Page(HTMLParser):
    """The elements of a page and the text in them."""

    VOID = ("meta", "link", "input")

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.attributes, self.text = [], [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, name, attributes):
        self.tags.append(name)
        self.attributes += attributes
        if name not in self.VOID:
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        if self.open:
            self.text.setdefault(self.open[-1], []).append(data)

    def data(self):
        return json.loads(self.text["script"][0])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return find_runs([three_runs(tmp_path_factory.mktemp("runs"))])


@pytest.fixture(scope="module")
def text(hostile):
    return page_of(hostile, datetime(2026, 1, 2, 3, 4, tzinfo=UTC))


def test_hostile_text_does_not_become_markup(text):
    page = Page(text)
    assert page.open == []
    assert page.tags.count("script") == 2  # the data and the script
    assert "img" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [name for name, _ in page.attributes if name == "style"]
    shown = HOSTILE_NAME
    assert shown in page.text["bdi"]
    assert page.data()["names"] == [shown, "run-2", "run-10"]
    for forbidden in ("\x00", "\ud800"):
        assert forbidden not in text


def test_it_needs_nothing_but_itself(text):
    page = Page(text)
    for name, value in page.attributes:
        if name in ("src", "href", "action", "srcset", "poster"):
            assert value == "data:,"
    without_data = re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL)
    style = re.search("<style>(.*?)</style>", without_data, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    policies = [value for name, value in page.attributes if name == "content"]
    assert policies[-1].startswith("default-src 'none'; img-src data:; base-uri 'none'")


def test_the_policy_is_of_this_script_and_style(text):
    import base64
    import hashlib

    for name in ("script", "style"):
        content = re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)[-1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert escaped(f"{name}-src 'sha256-{digest}'") in text


def test_tables(text):
    page = Page(text)
    cells = page.text["td"]
    for expected in ("max updates", "400", "250", "a CPU", "8.0 GB", "python train.py", "never"):
        assert expected in cells
    assert "3 runs, page written on 2 January 2026 at 03:04 UTC" in text
    differing = re.findall(r'<tr class="differs"><th scope="row"><bdi>([^<]*)', text)
    assert "rate" in differing
    assert "rule" in differing
    assert "started" not in differing
    assert "python" not in differing


def test_still_pictures_stand_where_scripts_do_not_run(text):
    figures = re.findall("<figure.*?</figure>", text, re.DOTALL)
    titles = [re.search("<h3><bdi>(.*?)</bdi>", figure)[1] for figure in figures]
    assert titles == ["Training cost", "Validation error", "Validation cost", "Learning rate"]
    for figure in figures:
        lines = re.findall(r'<path d="(M[^"]+)" class="line run-\d dash-0">', figure)
        assert len(lines) == 3
    assert figures[1].count("<circle") == 3  # the best of each
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_a_killed_run_and_damaged_lines_are_told(tmp_path):
    folder = make_run(tmp_path / "killed", updates=120, ended="", finished=None, seconds=0.1)
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"kind": "upd')
    text = page_of(find_runs([folder]))
    assert "not ended: killed, or it still goes on" in text
    assert "1 line of metrics.jsonl could not be read and is left out." in text
    assert '<td data-label="time">0:01</td>' in text  # the metrics know more than the record
    assert "<title>Training run killed</title>" in text


def test_runs_without_curves_and_of_odd_values(tmp_path):
    for name, costs in {
        "nan": ["NaN"] * 3,
        "one": [1.0],
        "zero": [0.0, 0.0],
        "huge": [1e300],
    }.items():
        (tmp_path / name).mkdir()
        write_record(tmp_path / name)
        lines = [
            UpdatesLine(u, 1, *[float(cost)] * 3, 0.0, 0, 0, 0.0, 0.0).to_line() + "\n"
            for u, cost in enumerate(costs, 1)
        ]
        (tmp_path / name / "metrics.jsonl").write_text("".join(lines))
        Page(page_of(find_runs([tmp_path / name])))
    (tmp_path / "none").mkdir()
    write_record(tmp_path / "none", processes=[], settings={"empty": {}, "list": [], "no": False})
    text = page_of(find_runs([tmp_path / "none"]))
    assert "There are no curves to show." in text
    assert len(Page(page_of(find_runs([tmp_path]))).data()["names"]) == 5


def test_a_long_run_stays_small(tmp_path):
    folder = tmp_path / "long"
    folder.mkdir()
    write_record(folder)
    with (folder / "metrics.jsonl").open("w") as file:
        for update in range(1, 200_001, 4):
            cost = 1 / (1 + update) + 0.01 * (update % 17)
            line = UpdatesLine(
                update,
                update // 999,
                cost,
                cost / 2,
                cost * 2,
                1 / update,
                0,
                update,
                update / 7,
                7.0,
            )
            file.write(line.to_line() + "\n")
    assert len(page_of(find_runs([folder]))) < 300_000


def test_writing(tmp_path):
    make_run(tmp_path / "run", updates=3)
    out = tmp_path / "new" / "report.html"
    (run,) = write_report([tmp_path / "run"], out)
    assert run.name == "run"
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot be written"):
        write_report([tmp_path / "run"], tmp_path / "file" / "report.html")


def test_markup():
    assert tag("td", "<", Markup("<b>"), class_="x", data_run=3, hidden=True, title=None) == (
        '<td class="x" data-run="3" hidden>&lt;<b></td>'
    )
    assert tag("input", value='"') == '<input value="&quot;">'
    assert escaped("\x1b\ufffe'") == "\ufffd\ufffd&#x27;"
    assert json_for_a_script({"a": "</script>&"}) == '{"a":"\\u003c/script\\u003e\\u0026"}'
