"""What a run prints on a terminal, into a file, and when asked to be quiet."""

import io
import os
import pty
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.live import Live

from symopt.training import display as display_module
from symopt.training.display import PlainDisplay, QuietDisplay, choose_display
from symopt.training.live_display import LiveDisplay
from symopt.training.pace import Pace
from tests.training.scripted import Script

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"  # the cursor


def file_console(**keywords):
    return Console(file=io.StringIO(), **keywords)


def terminal(**keywords):
    return file_console(force_terminal=True, **{"width": 110, "color_system": None, **keywords})


def printed(console):
    return console.file.getvalue()


def plain_text(console):
    """What was printed, without the codes that move the cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed(console))


def test_plain_lines_one_for_each_validation(monkeypatch):
    moment = 0.0
    monkeypatch.setattr(display_module, "Pace", lambda: Pace(lambda: moment))
    monkeypatch.setenv("COLUMNS", "40")  # lines in a file are not wrapped
    console = file_console()
    display = choose_display(console)
    assert type(display) is PlainDisplay
    script = Script(None)
    script.start([display])
    script.go_on([display], 50)
    moment = 10.0
    script.go_on([display], 100)
    display.on_message(script.run, "checkpoint [x] was :passed: over")
    script.end([display])
    assert printed(console).splitlines() == [
        "epoch 1/40, update 50/2,000: cost 1.806; validation error 0.4437, cost 1.952; "
        "the best so far",
        "epoch 2/40, update 100/2,000: cost 1.593; validation error 0.3944, cost 1.735; "
        "the best so far; 9.9 updates/s, 158 samples/s, at most 3:12 left",
        "checkpoint [x] was :passed: over",
        "max updates: 100 updates in 0:01, best error 0.3944 at update 100 (epoch 2)",
    ]


def test_plain_lines_between_validations(monkeypatch):
    moment = 0.0
    monkeypatch.setattr(display_module.time, "perf_counter", lambda: moment)
    console = file_console()
    monkeypatch.setattr(display_module, "Pace", lambda: Pace(lambda: moment))
    display = PlainDisplay(console)
    script = Script(None, validate_every=10**6)
    script.start([display])
    moment = 60.0  # of compiling, which says nothing of the speed
    for update in range(1, 101):
        script.go_on([display], update)
        moment += 0.125
    first, second = printed(console).splitlines()
    assert re.fullmatch(
        r"epoch 1/40, update 41/2,000: cost 1\.9\d+, rate 0\.1, 8 updates/s, 128 samples/s, "
        r"at most 4:05 left, memory [\d.]+ [MG]B",
        first,
    )
    assert second.startswith("epoch 2/40, update 81/2,000: ")


def test_a_resumed_and_skipping_run_says_so():
    console = file_console()
    script = Script(None, spoilt=(60, 61)).resumed_at(50)
    script.whole([PlainDisplay(console)], 80)
    *_, last = printed(console).splitlines()
    assert last.startswith(
        "max updates: 80 updates in 0:01, 30 of them since it was resumed, 2 updates skipped, "
    )


def test_quiet_prints_messages_and_results_only():
    console = terminal()
    display = choose_display(console, quiet=True)
    assert type(display) is QuietDisplay
    display.say("something")
    display.facts({"a": "fact"})
    with display.waiting("compiling"):
        pass
    script = Script(None)
    script.start([display])
    script.go_on([display], 120)
    display.on_message(script.run, "a warning")
    script.end([display])
    display.result("a result")
    assert printed(console) == "a warning\na result\n"


def test_the_live_view_shows_the_run_and_leaves_whole_lines_behind():
    console = terminal()
    display = choose_display(console)
    assert type(display) is LiveDisplay
    script = Script(None, spoilt=(7,))
    script.start([display])
    script.go_on([display], 120)
    display.on_checkpoint(script.run, Path("out/checkpoints/update-000000100-3"))
    display._live.refresh()
    display.on_message(script.run, "a warning")
    script.end([display])
    text = plain_text(console)
    for expected in (
        "epoch 3/40",
        "6%",
        "update 120 of at most 2,000",
        "cost",
        "█",
        "rate 0.1",
        "error 0.3944, cost 1.735   best error 0.3944 at update 100 (epoch 2)",
        "memory",
        "checkpoint at update 100",
        "1 update skipped",
        "a warning\n",
    ):
        assert expected in text
    assert printed(console).count(HIDE) == printed(console).count(SHOW) == 1
    # What is still there at the end: the message and the last line.
    assert text.rstrip().splitlines()[-1].startswith("max updates: 120 updates in 0:01")


def test_the_live_view_of_a_run_without_limits_and_of_a_narrow_terminal():
    console = terminal(width=30)
    display = LiveDisplay(console)
    script = Script(None)
    script.run.max_epochs = None
    script.start([display])
    display._live.refresh()  # before the first update
    script.go_on([display], 3)
    display._live.refresh()
    script.end([display])
    assert "epoch 1" in plain_text(console)


def test_the_live_view_without_unicode():
    class Ascii(io.StringIO):
        encoding = "ascii"

    console = Console(file=Ascii(), force_terminal=True, width=110, color_system=None)
    display = choose_display(console)
    with display.waiting("compiling"):
        pass
    script = Script(None)
    script.start([display])
    script.go_on([display], 100)
    display._live.refresh()
    script.end([display])
    printed(console).encode("ascii")


@pytest.mark.parametrize("variable", ["dumb", "unknown"])
def test_a_terminal_that_cannot_be_drawn_on_gets_lines(variable):
    console = Console(file=io.StringIO(), force_terminal=True, _environ={"TERM": variable})
    assert type(choose_display(console)) is PlainDisplay


def test_no_color_is_respected():
    console = terminal(color_system="truecolor", no_color=True)
    script = Script(None, spoilt=(3,))
    display = LiveDisplay(console)
    script.start([display])
    script.go_on([display], 60)
    display._live.refresh()
    script.end([display])
    # Bold is allowed, colours (30 to 49, 90 to 97) are not.
    for code in re.findall(r"\x1b\[([0-9;]+)m", printed(console)):
        assert not any(30 <= int(part) <= 97 for part in code.split(";"))


def test_two_live_views_on_one_console():
    console = terminal()
    script = Script(None)
    display = LiveDisplay(console)
    with Live("someone else's", console=console, refresh_per_second=20):
        script.whole([display], 60)
    inner, outer = LiveDisplay(console), LiveDisplay(console)
    script = Script(None)
    script.start([outer])
    Script(None).whole([inner], 60)
    script.go_on([outer], 60)
    script.end([outer])
    assert printed(console).count(HIDE) <= printed(console).count(SHOW)
    assert console._live_stack == [] if hasattr(console, "_live_stack") else console._live is None


def test_a_terminal_that_goes_away_does_not_end_training():
    class Gone(io.StringIO):
        gone = False

        def write(self, text):
            if self.gone:
                raise OSError(5, "Input/output error")
            return super().write(text)

    for make, keywords in ((PlainDisplay, {}), (LiveDisplay, {"force_terminal": True})):
        console = Console(file=Gone(), **keywords)
        display = make(console)
        script = Script(None)
        script.start([display])
        console.file.gone = True
        if make is LiveDisplay:
            display._live.auto_refresh = False
            display._live._refresh_thread.stop()
            display._live._refresh_thread.join()
        script.go_on([display], 60)
        display.on_message(script.run, "unread")
        script.end([display])


TRAIN = """
import sys, time
from rich.console import Console
from symopt.training.display import choose_display
from tests.training.scripted import Script
script = Script(None)
display = choose_display(Console())
print(type(display).__name__)
script.start([display])
script.go_on([display], 60)
time.sleep(0.6)
{end}
"""


@pytest.mark.parametrize(
    "end", ["raise RuntimeError('not caught')", "raise KeyboardInterrupt", "sys.exit(3)"]
)
def test_a_program_that_is_left_by_an_error_gives_the_cursor_back(end):
    """On a real terminal; nobody calls on_end."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "PYTHONPATH": "."}
    program = subprocess.Popen(
        [sys.executable, "-c", TRAIN.format(end=end)],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    os.close(theirs)
    output = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # what Linux says at the end
            break
        if not part:
            break
        output += part
    os.close(ours)
    assert program.wait(30) != 0
    text = output.decode()
    assert "LiveDisplay" in text
    assert "update 60 of at most 2,000" in text
    assert text.count(HIDE) == text.count(SHOW) == 1
    assert text.rfind(SHOW) > text.rfind(HIDE)


def test_updates_cost_next_to_nothing():
    updates = 20_000
    for display in (
        PlainDisplay(file_console()),
        QuietDisplay(file_console()),
        LiveDisplay(terminal()),
    ):
        script = Script(None)
        script.start([display])
        script.go_on([display], 1)
        best = min(_seconds(display, script.run, updates) for _ in range(5))
        script.end([display])
        assert best / updates < 5e-6


def _seconds(display, run, updates):
    began = time.perf_counter()
    for _ in range(updates):
        display.on_update(run)
    return time.perf_counter() - began


def test_redrawing_while_the_run_is_changed_by_another_thread():
    console = terminal()
    display = LiveDisplay(console)
    script = Script(None)
    script.start([display])
    failed = []
    before, threading.excepthook = threading.excepthook, failed.append
    try:
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            script.go_on([display], script.run.update + 100)
            display._live.refresh()
    finally:
        threading.excepthook = before
        script.end([display])
    assert not failed


def test_waiting_and_progress():
    console = file_console()
    display = PlainDisplay(console)
    with display.waiting("compiling"):
        pass
    with display.progress("sgd", 100) as report:
        report(10, "not so soon")
    display.facts({"a": "fact", "longer": "one"})
    display.facts({})
    assert printed(console).splitlines() == ["compiling ...", "a       fact", "longer  one"]

    console = terminal()
    display = LiveDisplay(console)
    with display.waiting("compiling"):
        pass
    with display.progress("sgd", 100) as report:
        report(10, "accuracy 90%")
    display.facts({"a": "fact"})
    text = plain_text(console)
    for expected in ("compiling 0:00", "sgd", "10 of at most 100   accuracy 90%", "a  fact"):
        assert expected in text
