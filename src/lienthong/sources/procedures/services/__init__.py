"""Telling the catalogue: load and publish our definitions, store what was published, import a crawl."""

from lienthong.sources.procedures.services.definitions import DefinitionError, read_definitions
from lienthong.sources.procedures.services.importing import find_crawl, import_crawl
from lienthong.sources.procedures.services.publishing import load_definitions, publish_procedures, store_published
from lienthong.sources.procedures.services.storing import refresh_entries

__all__ = [
    "DefinitionError",
    "find_crawl",
    "import_crawl",
    "load_definitions",
    "publish_procedures",
    "read_definitions",
    "refresh_entries",
    "store_published",
]
