"""Telling monitoring: record what happened to messages."""

from lienthong.platform.monitoring.services.recording import record

__all__ = ["record"]
