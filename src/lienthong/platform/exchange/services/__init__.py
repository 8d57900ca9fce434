"""Telling the exchange: post and resend letters, ask questions, keep the directory and the grants."""

from lienthong.platform.exchange.contracts import check_contracts, write_contracts
from lienthong.platform.exchange.services.delivery import Postman, deliver_due
from lienthong.platform.exchange.services.directory import (
    accept_directory,
    directory_sources,
    issue_directory,
    refresh_directory,
)
from lienthong.platform.exchange.services.grants import grant_access, withdraw_access
from lienthong.platform.exchange.services.letters import post_letter, resend_letter
from lienthong.platform.exchange.services.log import seal_log
from lienthong.platform.exchange.services.nodes import register_node, set_node_state, withdraw_certificate
from lienthong.platform.exchange.services.questions import answer_question, ask
from lienthong.platform.exchange.services.reception import Reply, receive_letter
from lienthong.platform.exchange.services.together import GroupCommit, log_together

__all__ = [
    "GroupCommit",
    "Postman",
    "Reply",
    "accept_directory",
    "answer_question",
    "ask",
    "check_contracts",
    "deliver_due",
    "directory_sources",
    "grant_access",
    "issue_directory",
    "log_together",
    "post_letter",
    "receive_letter",
    "refresh_directory",
    "register_node",
    "resend_letter",
    "seal_log",
    "set_node_state",
    "withdraw_access",
    "withdraw_certificate",
    "write_contracts",
]
