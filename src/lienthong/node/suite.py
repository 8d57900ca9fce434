"""`./lienthong test`: all tests, browser tests included where there is a browser."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def run(words: list[str]) -> int:
    """Run pytest with these words; gives its exit code. A missing browser fails in CI and is said elsewhere."""
    if {"-h", "--help"} & set(words):
        print(
            "./lienthong test [PYTEST WORDS]\n\nRuns all tests on an embedded PostgreSQL, or on DATABASE_URL's server."
        )
        return 0
    browser = _ensure_browser()
    options = ["-n", "2", "--dist", "loadgroup"] if not words else []
    environment = dict(os.environ)
    if browser:
        environment["LIENTHONG_BROWSER"] = browser
    else:
        print("No Chromium was found, so the browser tests do not run: install it (Debian: apt-get install chromium).")
        if os.environ.get("CI"):
            return 1
        options += ["-m", "not browser"]
    return subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "pytest", *options, *words], cwd=REPOSITORY, env=environment, check=False
    ).returncode


def _ensure_browser() -> str:
    """The path of a Chromium; on Debian as root it is installed when missing."""
    if found := _find_browser():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(  # noqa: S603
                [shutil.which("apt-get") or "apt-get", *command],
                env=environment,
                stdout=subprocess.DEVNULL,
                check=False,
            )
    return _find_browser()


def _find_browser() -> str:
    return os.environ.get("LIENTHONG_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), "")
