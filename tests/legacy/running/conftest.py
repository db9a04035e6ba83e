"""Programs in a temporary folder, run as ``symopt run`` runs them."""

import os
import subprocess
import sys
import textwrap

import pytest


class Project:
    """A folder of modules; ``run`` runs one of them in a process of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.cache = folder / "translations"
        self.sources = folder / "src"
        self.sources.mkdir()

    def write(self, **modules):
        """Write modules: ``pkg__mod`` is ``pkg/mod.py``."""
        for name, source in modules.items():
            path = self.sources / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = textwrap.dedent(source)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def package(self, name):
        (self.sources / name).mkdir(parents=True, exist_ok=True)
        (self.sources / name / "__init__.py").write_text("")
        return self

    def command(self, *arguments):
        return [sys.executable, "-m", "symopt", "run", *arguments]

    def environment(self, **variables):
        return {**os.environ, "SYMOPT_TRANSLATIONS": str(self.cache), **variables}

    def run(self, *arguments, input=None, cwd=None, **variables):  # noqa: A002
        return subprocess.run(
            self.command(*arguments),
            input=input,
            capture_output=True,
            text=True,
            cwd=cwd or self.sources,
            env=self.environment(**variables),
            timeout=120,
        )

    def output(self, *arguments, **options):
        done = self.run(*arguments, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)
