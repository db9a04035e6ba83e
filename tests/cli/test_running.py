"""What the commands that train share."""

import os
import signal

import pytest

from symopt.cli.running import interrupt_as_request


def test_second_ctrl_c_interrupts():
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c_twice()
