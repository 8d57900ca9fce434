"""A small disk in memory that can be filled to the last byte."""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path


class SmallDisk:
    """A disk of a few megabytes in memory for a member's files, to be filled to the last byte. Needs root on Linux."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place = place
        self._megabytes = megabytes
        self._filler = place / "filler"

    def mount(self) -> bool:
        """Put the disk in its place; False where this machine does not let us."""
        self.place.mkdir(parents=True, exist_ok=True)
        return _succeeds("mount", "-t", "tmpfs", "-o", f"size={self._megabytes}m,mode=0755", "tmpfs", str(self.place))

    def unmount(self) -> None:
        _succeeds("umount", "--lazy", str(self.place))

    def fill(self) -> None:
        """Leave no room."""
        with suppress(OSError), self._filler.open("ab") as filler:
            while True:
                filler.write(bytes(2**16))
                filler.flush()

    def make_room(self) -> None:
        self._filler.unlink(missing_ok=True)


def _succeeds(name: str, *words: str) -> bool:
    program = shutil.which(name)
    return bool(program) and not subprocess.run([str(program), *words], capture_output=True, check=False).returncode  # noqa: S603 (a system program)
