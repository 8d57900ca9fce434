"""The background of a node goes on, whatever fails."""

import threading
import time

import pytest

from lienthong.kernel import background


def test_a_periodic_function_goes_on_when_even_its_log_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk:
        def exception(self, *_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

    calls: list[str] = []
    enough = threading.Event()

    def fail() -> None:
        calls.append(threading.current_thread().name)
        if len(calls) >= 3:
            enough.set()
            time.sleep(3600)
        raise ValueError("broken")

    monkeypatch.setattr(background, "log", FullDisk())
    background.start_periodic([(0.01, fail)])
    assert enough.wait(20)
    assert len(set(calls)) == 1
