"""Telling the exchange: post and resend letters, ask questions, keep the directory and the grants."""

from lienthong.platform.exchange.contracts import check_contracts, write_contracts
from lienthong.platform.exchange.services.archive import Archived, archive_folder, run_archive, transfer_files
from lienthong.platform.exchange.services.batch_reception import receive_letters
from lienthong.platform.exchange.services.changing import activate_listed, announce_changes, change_node
from lienthong.platform.exchange.services.checkpoints import find_witness, make_checkpoint, stamp_checkpoints
from lienthong.platform.exchange.services.delivery import Postman, deliver_due
from lienthong.platform.exchange.services.directory import (
    accept_directory,
    directory_sources,
    issue_directory,
    read_directory,
    refresh_directory,
)
from lienthong.platform.exchange.services.examining import examine_log, examine_log_daily
from lienthong.platform.exchange.services.fetching import Fetcher, give_letters, take_receipts
from lienthong.platform.exchange.services.folder import work_folder
from lienthong.platform.exchange.services.gathering import Gathering
from lienthong.platform.exchange.services.grants import grant_access, withdraw_access
from lienthong.platform.exchange.services.joining import (
    approve_application,
    can_issue,
    compose_application,
    fingerprint_of_application,
    fingerprint_of_trust,
    forget_contacts,
    is_same_fingerprint,
    receive_application,
    refuse_application,
)
from lienthong.platform.exchange.services.letters import (
    discard_letter,
    post_letter,
    post_letters,
    resend_all,
    resend_letter,
)
from lienthong.platform.exchange.services.lines import try_line
from lienthong.platform.exchange.services.log import seal_log
from lienthong.platform.exchange.services.nodes import register_node, set_node_state, withdraw_certificate
from lienthong.platform.exchange.services.parts import clear_uploads
from lienthong.platform.exchange.services.post import keep_arrival, mark_read, send_post
from lienthong.platform.exchange.services.probes.run import run_self_test
from lienthong.platform.exchange.services.proof import Part, ProofFile, proof_of
from lienthong.platform.exchange.services.questions import answer_question, ask
from lienthong.platform.exchange.services.reception import Reply, failed, receive_letter
from lienthong.platform.exchange.services.self_test import answer_self_test, take_self_test
from lienthong.platform.exchange.services.together import GroupCommit, log_together
from lienthong.platform.exchange.services.witness import check_with_witness, keep_checkpoint, tell_checkpoints

__all__ = [
    "Archived",
    "Fetcher",
    "Gathering",
    "GroupCommit",
    "Part",
    "Postman",
    "ProofFile",
    "Reply",
    "accept_directory",
    "activate_listed",
    "announce_changes",
    "answer_question",
    "answer_self_test",
    "approve_application",
    "archive_folder",
    "ask",
    "can_issue",
    "change_node",
    "check_contracts",
    "check_with_witness",
    "clear_uploads",
    "compose_application",
    "deliver_due",
    "directory_sources",
    "discard_letter",
    "examine_log",
    "examine_log_daily",
    "failed",
    "find_witness",
    "fingerprint_of_application",
    "fingerprint_of_trust",
    "forget_contacts",
    "give_letters",
    "grant_access",
    "is_same_fingerprint",
    "issue_directory",
    "keep_arrival",
    "keep_checkpoint",
    "log_together",
    "make_checkpoint",
    "mark_read",
    "post_letter",
    "post_letters",
    "proof_of",
    "read_directory",
    "receive_application",
    "receive_letter",
    "receive_letters",
    "refresh_directory",
    "refuse_application",
    "register_node",
    "resend_all",
    "resend_letter",
    "run_archive",
    "run_self_test",
    "seal_log",
    "send_post",
    "set_node_state",
    "stamp_checkpoints",
    "take_receipts",
    "take_self_test",
    "tell_checkpoints",
    "transfer_files",
    "try_line",
    "withdraw_access",
    "withdraw_certificate",
    "work_folder",
    "write_contracts",
]
