"""Which agencies have a watched folder instead of a system: `[parameters.document_folder]` of the profile."""

from pathlib import Path

from lienthong.kernel.profile import node


def folder_agencies() -> tuple[str, ...]:
    """Agencies that drop files into a folder and find theirs there."""
    given = _table().get("agencies", ())
    return tuple(str(one) for one in given) if isinstance(given, list | tuple) else ()


def folder_base() -> Path:
    """Where their folders lie."""
    given = str(_table().get("folder", ""))
    return Path(given) if given else node().home / "document-folder"


def _table() -> dict[str, object]:
    table = node().parameters.get("document_folder", {})
    return table if isinstance(table, dict) else {}
