"""Asking the exchange: directory, letters, looks, the check of the log."""

from lienthong.platform.exchange.ports import AccessDecision
from lienthong.platform.exchange.queries.archive import ArchiveVerdict, verify_archive
from lienthong.platform.exchange.queries.calls import Calls, get_call, list_call_choices
from lienthong.platform.exchange.queries.checkpoints import compare_with_witness
from lienthong.platform.exchange.queries.dead import DeadLetters, list_dead_choices, list_lines
from lienthong.platform.exchange.queries.directory import (
    find_node,
    forget_directory,
    get_directory,
    get_directory_state,
    list_certificates,
    list_grants,
    list_nodes,
    node_for,
    nodes_for,
    recall_directory,
)
from lienthong.platform.exchange.queries.joining import (
    count_applications,
    describe_trust,
    get_application,
    get_registered_node,
    list_applications,
    list_registered_nodes,
    status_of,
)
from lienthong.platform.exchange.queries.letters import (
    count_letters,
    count_waiting,
    get_letter,
    list_letters,
    list_outcomes,
)
from lienthong.platform.exchange.queries.log import verify_log
from lienthong.platform.exchange.queries.log_state import get_log_state, list_checkpoints, stamp_limit
from lienthong.platform.exchange.queries.looks import count_questions, list_looks, list_questions
from lienthong.platform.exchange.queries.post import count_post, get_post, list_post
from lienthong.platform.exchange.queries.proof import find_proofs

__all__ = [
    "AccessDecision",
    "ArchiveVerdict",
    "Calls",
    "DeadLetters",
    "compare_with_witness",
    "count_applications",
    "count_letters",
    "count_post",
    "count_questions",
    "count_waiting",
    "describe_trust",
    "find_node",
    "find_proofs",
    "forget_directory",
    "get_application",
    "get_call",
    "get_directory",
    "get_directory_state",
    "get_letter",
    "get_log_state",
    "get_post",
    "get_registered_node",
    "list_applications",
    "list_call_choices",
    "list_certificates",
    "list_checkpoints",
    "list_dead_choices",
    "list_grants",
    "list_letters",
    "list_lines",
    "list_looks",
    "list_nodes",
    "list_outcomes",
    "list_post",
    "list_questions",
    "list_registered_nodes",
    "node_for",
    "nodes_for",
    "recall_directory",
    "stamp_limit",
    "status_of",
    "verify_archive",
    "verify_log",
]
