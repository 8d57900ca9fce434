"""Telling the gateway: carry a call over both hops, or answer one of another node."""

from lienthong.platform.gateway.services.calling import call, call_service
from lienthong.platform.gateway.services.providing import Reply, answer_call

__all__ = ["Reply", "answer_call", "call", "call_service"]
