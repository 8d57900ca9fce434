"""Tell documents: send, recall, say what became of them, number and register."""

from lienthong.platform.documents.services.numbering import give_number, strike_number

__all__ = ["give_number", "strike_number"]
