"""The page in a real browser: quiet, self-contained, and its controls do what they say."""

import pytest

from symopt.training.report import write_report
from tests.training.report.chromium import MISSING, browser
from tests.training.report.colours import contrast
from tests.training.report.runs import HOSTILE_NAME, three_runs

pytestmark = pytest.mark.skipif(MISSING is not None, reason=f"{MISSING} is not installed")


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as window:
        yield window


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write_report([three_runs(folder / "runs")], folder / "report.html")
    return (folder / "report.html").as_uri()


@pytest.fixture
def page(window, address):
    """The page, fresh, in a window of 1,200 pixels; errors on it fail the test."""
    window.scripts(True)
    window.size(1200, 1400)
    window.scheme("light")
    window.console(), window.requests()
    window.open(address)
    yield window
    assert window.console() == []


def widths(window):
    return window.run("const e = document.documentElement; return [e.scrollWidth, e.clientWidth];")


def text(window, selector):
    return window.run("return document.querySelector(arguments[0]).textContent", selector)


def all_texts(window, selector):
    return window.run(
        "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector
    )


def count(window, selector):
    return window.run("return document.querySelectorAll(arguments[0]).length", selector)


def drawn(window, chart=0):
    """The lines of a chart, as their paths."""
    return window.run(
        "return [...document.querySelectorAll('.chart')[arguments[0]]"
        ".querySelectorAll('path.line')].map((path) => path.getAttribute('d'))",
        chart,
    )


def centre(window, selector):
    return window.run(
        "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'});"
        "const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]",
        selector,
    )


def test_no_request_no_error_and_no_script_of_others(page, address):
    assert page.requests() == [address]
    assert text(page, "h1") == "Training runs"
    assert HOSTILE_NAME in all_texts(page, ".chip bdi")
    assert count(page, "img") == 0
    assert count(page, ".chart .plot > svg") == 4


def test_a_script_that_is_not_of_the_page_does_not_run(page):
    ran = page.run(
        "const s = document.createElement('script'); s.textContent = 'window.ran = true';"
        "document.body.append(s); return window.ran === true"
    )
    assert ran is False
    (refused,) = page.console()
    assert "Content Security Policy" in refused


@pytest.mark.parametrize("width", [320, 375, 760, 1200])
def test_nothing_is_wider_than_the_window(page, address, width):
    page.size(width, 800)
    page.open(address)
    assert widths(page) == [width, width]
    page.click("input[value=seconds] + span")
    page.click("#only-differences")
    assert widths(page) == [width, width]
    # Tables and charts keep inside too, and text is large enough to be read.
    assert page.run(
        "return [...document.querySelectorAll('.tick')].every("
        "(t) => t.getBoundingClientRect().height >= 11)"
    )


def test_the_axis(page):
    over_updates = drawn(page)
    assert all_texts(page, ".chart:first-child .unit") == ["updates"]
    page.click("input[value=epochs] + span")
    assert all_texts(page, ".chart:first-child .unit") == ["epochs"]
    assert "8" in all_texts(page, ".chart:first-child .tick.x")
    page.click("input[value=seconds] + span")
    assert all_texts(page, ".unit") == ["time of training"] * 4
    assert "4 s" in all_texts(page, ".chart:first-child .tick.x")
    page.click("input[value=updates] + span")
    assert drawn(page) == over_updates


def test_hiding_runs(page):
    assert len(drawn(page)) == 3
    for run in range(3):
        page.click(f".chip[data-run='{run}']")
        assert len(drawn(page)) == 2 - run
    assert (
        page.run("return document.querySelector('.chip').getAttribute('aria-pressed')") == "false"
    )
    assert all_texts(page, ".chart .nothing") == ["No run with such values is shown."] * 4
    page.click(".chip[data-run='1']")
    assert len(drawn(page)) == 1


def test_the_logarithmic_axis(page):
    before = all_texts(page, ".chart:first-child .tick.y")
    page.click(".chart:first-child .toggle")
    after = all_texts(page, ".chart:first-child .tick.y")
    assert before != after
    page.click(".chart:first-child .toggle")
    assert all_texts(page, ".chart:first-child .tick.y") == before


def test_smoothing(page):
    before = drawn(page)
    page.type("input[type=range]", "\ue012" * 5)  # the left arrow key
    assert text(page, "output") == "0.65"
    assert drawn(page) != before
    page.type("input[type=range]", "\ue010")  # End
    assert text(page, "output") == "0.99"


def test_values_under_the_pointer(page):
    page.move_to(*centre(page, ".chart:first-child .plot"))
    assert text(page, ".tip .where").startswith("update 192 · epoch 3.84 · 1.9 s")
    assert len(all_texts(page, ".tip .entry")) == 3
    assert count(page, ".point") == 3
    # All runs of the script have the same costs.
    assert len(set(all_texts(page, ".tip b"))) == 1
    page.move_to(5, 5)
    assert count(page, ".tip") == 0


def test_values_by_the_keyboard(page):
    page.run("document.querySelectorAll('.plot')[1].focus()")
    page.run("document.querySelectorAll('.plot')[1].scrollIntoView()")
    plot = ".chart:nth-child(2) .plot"
    page.type(plot, "\ue014")  # right
    assert text(page, ".tip .where").startswith("update 50 ")
    page.type(plot, "\ue014\ue014\ue012")  # right, right, left
    assert text(page, ".tip .where").startswith("update 100 ")
    assert text(page, "#readout").startswith("update 100 · epoch 2 · 1 s, ")
    assert ", run-2 0.3944, " in text(page, "#readout")
    page.type(plot, "\ue010")  # End
    assert text(page, ".tip .where").startswith("update 400 ")
    page.type(plot, "\ue00c")  # Escape
    assert count(page, ".tip") == 0


def test_every_control_can_be_reached_by_the_tab_key(page):
    reached = page.run(
        "return [...document.querySelectorAll('button, input, .plot, .scrolls')]"
        ".every((e) => e.tabIndex === 0 && e.offsetParent !== null)"
    )
    assert reached


def test_only_differences(page):
    rows = (
        "return [...document.querySelectorAll('.settings tbody tr')]"
        ".filter((row) => row.offsetHeight).length"
    )
    everything = page.run(rows)
    page.click("#only-differences")
    assert 0 < page.run(rows) < everything
    assert page.run(
        "return [...document.querySelectorAll('.same')].every((r) => r.offsetHeight === 0)"
    )


def test_light_and_dark(page):
    def background():
        return page.run("return getComputedStyle(document.body).backgroundColor")

    light = background()
    page.scheme("dark")
    dark = background()
    assert light != dark
    for name, colour in (("light", light), ("dark", dark), ("auto", dark)):
        page.click("#theme")
        assert text(page, "#theme") == f"Theme: {name}"
        assert background() == colour


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(page, scheme):
    """At least 4.5 to 1, as WCAG has it."""
    page.scheme(scheme)
    colours = page.run(
        """
        const options = {willReadFrequently: true};
        const canvas = document.createElement('canvas').getContext('2d', options);
        const style = (selector, name) => {
          canvas.fillStyle = getComputedStyle(document.querySelector(selector))[name];
          canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255);
        };
        return {
          grounds: ['body', '.card', '.differs td'].map((s) => style(s, 'backgroundColor')),
          texts: [style('body', 'color'), style('.muted', 'color'), style('.tick', 'fill')],
        };
        """
    )
    for text_colour in colours["texts"]:
        for ground in colours["grounds"]:
            assert contrast(text_colour, ground) >= 4.5


def test_without_scripts(window, page, address):
    window.scripts(False)
    window.open(address)
    page.devtools("Runtime.enable")  # evaluation by the driver works all the same
    shown = page.devtools(
        "DOMSnapshot.captureSnapshot", computedStyles=["display"], includePaintOrder=True
    )
    strings = shown["strings"]
    document = shown["documents"][0]
    names = [strings[i] for i in document["nodes"]["nodeName"]]
    boxes = {names[node] for node in document["layout"]["nodeIndex"]}
    assert {"svg", "path", "TABLE"} <= boxes
    # Nothing that needs a script is shown.
    assert not {"BUTTON", "INPUT", "FIELDSET"} & boxes
