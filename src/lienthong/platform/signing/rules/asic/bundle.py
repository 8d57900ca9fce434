"""A ZIP of containers: what is handed out of a message with its answer, and the files of the archive."""

import re
import zipfile
from dataclasses import dataclass
from typing import IO

_MOST = 200_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}\.asice")


@dataclass(frozen=True, slots=True)
class Bundle:
    """Containers by their names, unpacked as they are read."""

    file: zipfile.ZipFile
    names: tuple[str, ...]

    def open(self, name: str) -> IO[bytes]:
        return self.file.open(name)


def open_bundle(file: IO[bytes]) -> Bundle | None:
    """The containers in a ZIP; None when the file is no ZIP or is itself a container, to be judged as one."""
    try:
        held = zipfile.ZipFile(file)
        listed = held.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        return None
    names = tuple(dict.fromkeys(one.filename for one in listed if _is_container(one)))
    alone = listed and listed[0].filename == "mimetype"
    return None if alone or not names or len(listed) > _MOST else Bundle(held, names)


def _is_container(one: zipfile.ZipInfo) -> bool:
    """Stored as they are: a container packed a second time could unpack to anything."""
    return bool(_NAME.fullmatch(one.filename)) and one.compress_type == zipfile.ZIP_STORED and not one.flag_bits & 0x1
