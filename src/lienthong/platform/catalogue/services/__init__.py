"""Telling the catalogue: register systems, publish services, agree, suspend, count calls."""

from lienthong.platform.catalogue.services.counting import count_calls, give_back

__all__ = ["count_calls", "give_back"]
