"""Telling the exchange: post and resend letters, ask questions, keep the directory and the grants."""

from lienthong.platform.exchange.contracts import check_contracts, write_contracts
from lienthong.platform.exchange.services.batch_reception import receive_letters
from lienthong.platform.exchange.services.delivery import Postman, deliver_due
from lienthong.platform.exchange.services.directory import (
    accept_directory,
    directory_sources,
    issue_directory,
    refresh_directory,
)
from lienthong.platform.exchange.services.fetching import Fetcher, give_letters, take_receipts
from lienthong.platform.exchange.services.grants import grant_access, withdraw_access
from lienthong.platform.exchange.services.letters import (
    discard_letter,
    post_letter,
    post_letters,
    resend_all,
    resend_letter,
)
from lienthong.platform.exchange.services.log import seal_log
from lienthong.platform.exchange.services.nodes import register_node, set_node_state, withdraw_certificate
from lienthong.platform.exchange.services.questions import answer_question, ask
from lienthong.platform.exchange.services.reception import Reply, failed, receive_letter
from lienthong.platform.exchange.services.together import GroupCommit, log_together

__all__ = [
    "Fetcher",
    "GroupCommit",
    "Postman",
    "Reply",
    "accept_directory",
    "answer_question",
    "ask",
    "check_contracts",
    "deliver_due",
    "directory_sources",
    "discard_letter",
    "failed",
    "give_letters",
    "grant_access",
    "issue_directory",
    "log_together",
    "post_letter",
    "post_letters",
    "receive_letter",
    "receive_letters",
    "refresh_directory",
    "register_node",
    "resend_all",
    "resend_letter",
    "seal_log",
    "set_node_state",
    "take_receipts",
    "withdraw_access",
    "withdraw_certificate",
    "write_contracts",
]
