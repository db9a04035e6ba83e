"""A headless Chromium, driven by chromedriver's own protocol: JSON over HTTP, no package needed."""

import base64
import http.client
import json
import re
import shutil
import subprocess
import time
from contextlib import contextmanager

MISSING = next((name for name in ("chromium", "chromedriver") if shutil.which(name) is None), None)
"""What is not installed of what this needs; None if nothing."""

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


class Browser:
    """One window; every method is one command of the W3C WebDriver protocol or of Chromium's."""

    def __init__(self, port, profile):
        self.port = port
        options = {"args": [*ARGUMENTS, f"--user-data-dir={profile}"]}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        answer = self._send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{answer['sessionId']}"

    def _send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            text = None if method == "GET" else json.dumps(body or {})
            connection.request(method, path, text, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{method} {path}: {value['error']}: {value['message']}")
        return value

    def command(self, path, **body):
        return self._send("POST", f"{self.session}{path}", body)

    def devtools(self, name, **parameters):
        return self.command("/goog/cdp/execute", cmd=name, params=parameters)

    def open(self, url):
        self.command("/url", url=url)

    def size(self, width, height):
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def scheme(self, name):
        """What the reader prefers, "light" or "dark"."""
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.devtools("Emulation.setEmulatedMedia", features=features)

    def scripts(self, on):
        self.devtools("Emulation.setScriptExecutionDisabled", value=not on)

    def run(self, script, *arguments):
        return self.command("/execute/sync", script=script, args=list(arguments))

    def click(self, selector):
        self.command(f"/element/{self._find(selector)}/click")

    def type(self, selector, text):
        self.command(f"/element/{self._find(selector)}/value", text=text)

    def _find(self, selector):
        found = self.command("/element", using="css selector", value=selector)
        return next(iter(found.values()))

    def move_to(self, x, y):
        """Move the mouse to a pixel of the window."""
        move = {"type": "pointerMove", "duration": 0, "x": int(x), "y": int(y)}
        actions = [{"type": "pointer", "id": "mouse", "actions": [move]}]
        self.command("/actions", actions=actions)

    def screenshot(self, path, whole=False):
        answer = self.devtools("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))

    def console(self):
        """What was written to the console since the last call."""
        return [entry["message"] for entry in self.command("/se/log", type="browser")]

    def requests(self):
        """The addresses asked for since the last call."""
        entries = self.command("/se/log", type="performance")
        events = [json.loads(entry["message"])["message"] for entry in entries]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]


@contextmanager
def browser(profile):
    """A browser with a fresh profile in the folder given."""
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        port = None
        until = time.monotonic() + 30
        while port is None and time.monotonic() < until:
            found = re.search(r"started successfully on port (\d+)", driver.stdout.readline())
            port = found and int(found[1])
        window = Browser(port, profile)
        try:
            yield window
        finally:
            window._send("DELETE", window.session)
    finally:
        driver.terminate()
        driver.wait(30)
        driver.stdout.close()
