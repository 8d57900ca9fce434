"""`./lienthong test`: all tests, browser tests where there is a browser, outsiders' where their programs are."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lienthong.node import outsiders

REPOSITORY = Path(__file__).resolve().parents[3]

BROWSER = "LIENTHONG_BROWSER"
"""Names the Chromium of the browser tests."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WORKERS = "2"


def run(words: list[str]) -> int:
    """Become pytest with these words. What is missing leaves its tests out; in CI a missing browser is a failure: 1."""
    browser = find_browser() or _install_browser()
    options = ["-n", _WORKERS, "--dist", "loadgroup"] if not words else []
    if browser:
        os.environ[BROWSER] = browser
    else:
        print(
            "No working Chromium was found, so the browser tests do not run: install it"
            f" (Debian, as root: apt-get install chromium) or name one in {BROWSER}.",
            flush=True,
        )
        if os.environ.get("CI"):
            return 1
        options += ["-m", "not browser"]
    if missing := outsiders.install_missing():
        # Said, not failed: a machine that cannot have them still runs everything else.
        print(outsiders.explain_missing(missing), flush=True)
    os.chdir(REPOSITORY)
    sys.stdout.flush()
    return os.execv(sys.executable, [sys.executable, "-m", "pytest", *options, *words])  # noqa: S606 (our own program)


def find_browser() -> str:
    """The path of a Chromium that starts; "" when there is none."""
    return next(filter(_starts, _candidates()), "")


def _candidates() -> Iterator[str]:
    if given := os.environ.get(BROWSER):
        yield given
    yield from filter(None, map(shutil.which, BROWSERS))
    # Where Playwright's own installer puts it.
    yield from map(str, Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))


def _starts(program: str) -> bool:
    """Some systems ship a `chromium-browser` that only says how to install it."""
    try:
        return not subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False).returncode  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install_browser() -> str:
    """On Debian as root a missing Chromium is installed; gives its path, "" where that cannot be."""
    if not outsiders.can_install():
        return ""
    outsiders.install(["chromium"], "Chromium for the browser tests")
    return find_browser()
