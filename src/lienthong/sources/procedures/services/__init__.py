"""Telling the catalogue: load and publish our definitions, store what was published, import a crawl."""

from lienthong.sources.procedures.services.definitions import DefinitionError, read_definitions
from lienthong.sources.procedures.services.importing import find_crawl, import_crawl
from lienthong.sources.procedures.services.publishing import load_definitions, publish_procedures, store_published

__all__ = [
    "DefinitionError",
    "find_crawl",
    "import_crawl",
    "load_definitions",
    "publish_procedures",
    "read_definitions",
    "store_published",
]
