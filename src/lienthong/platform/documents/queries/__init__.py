"""Ask documents: what arrived, what left, what became of it, what stands in the registers."""

from lienthong.platform.documents.queries.numbering import find_type, get_type, list_types, notation_for

__all__ = ["find_type", "get_type", "list_types", "notation_for"]
