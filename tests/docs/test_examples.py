"""The Python blocks of README and docs run, in order, as they stand."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))]

pytestmark = pytest.mark.core


def blocks(page):
    return re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text("utf8"), re.S | re.M)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_blocks_run(page, python_backend, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for module in ("optimizer", "function"):
        module = sys.modules[f"symopt.{module}"]  # symopt.function itself is the function
        monkeypatch.setattr(module, "choose_backend", lambda _: python_backend)
    namespace = {"__name__": "example"}
    for number, block in enumerate(blocks(page)):
        exec(compile(block, f"{page}, block {number + 1}", "exec"), namespace)


def test_quick_start_holds_two_blocks_to_paste():
    text = (ROOT / "README.md").read_text("utf8")
    section = re.search(r"^## Quick start\n(.*?)^## ", text, re.S | re.M).group(1)
    fences = re.findall(r"^```(\w*)$", section, re.M)
    assert fences == ["sh", "", "sh", ""]


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_somewhere(page):
    text = (ROOT / page).read_text("utf8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert ((ROOT / page).parent / target).exists(), target
