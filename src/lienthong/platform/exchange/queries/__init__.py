"""Asking the exchange: directory, letters, looks, the check of the log."""

from lienthong.platform.exchange.ports import AccessDecision
from lienthong.platform.exchange.queries.directory import (
    find_node,
    get_directory,
    get_directory_state,
    list_certificates,
    list_grants,
    list_nodes,
    node_for,
    nodes_for,
)
from lienthong.platform.exchange.queries.letters import count_letters, count_waiting, get_letter, list_letters
from lienthong.platform.exchange.queries.log import verify_log
from lienthong.platform.exchange.queries.looks import count_questions, list_looks, list_questions

__all__ = [
    "AccessDecision",
    "count_letters",
    "count_questions",
    "count_waiting",
    "find_node",
    "get_directory",
    "get_directory_state",
    "get_letter",
    "list_certificates",
    "list_grants",
    "list_letters",
    "list_looks",
    "list_nodes",
    "list_questions",
    "node_for",
    "nodes_for",
    "verify_log",
]
