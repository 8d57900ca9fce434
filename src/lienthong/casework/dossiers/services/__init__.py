"""What others may tell the room to do; by stage, one file each."""

from lienthong.casework.dossiers.services.assign import assign_dossier, look_up_person
from lienthong.casework.dossiers.services.charge import request_fee, settle_fee, take_payment
from lienthong.casework.dossiers.services.compare import compare_with_truth
from lienthong.casework.dossiers.services.decide import decide_dossier, draft_decision, return_draft
from lienthong.casework.dossiers.services.deliver import hand_over_result
from lienthong.casework.dossiers.services.issue import issue_result
from lienthong.casework.dossiers.services.number import request_number
from lienthong.casework.dossiers.services.receive import file_at_counter, receive_dossier, refuse_dossier
from lienthong.casework.dossiers.services.stop import record_withdrawal, stop_dossier, withdraw_dossier
from lienthong.casework.dossiers.services.submit import submit_dossier
from lienthong.casework.dossiers.services.supplement import ask_supplement, supplement_dossier, take_supplement

__all__ = [
    "ask_supplement",
    "assign_dossier",
    "compare_with_truth",
    "decide_dossier",
    "draft_decision",
    "file_at_counter",
    "hand_over_result",
    "issue_result",
    "look_up_person",
    "receive_dossier",
    "record_withdrawal",
    "refuse_dossier",
    "request_fee",
    "request_number",
    "return_draft",
    "settle_fee",
    "stop_dossier",
    "submit_dossier",
    "supplement_dossier",
    "take_payment",
    "take_supplement",
    "withdraw_dossier",
]
