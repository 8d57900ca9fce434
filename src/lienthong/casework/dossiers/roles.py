"""Roles of dossiers: the portal's copy, and the node that answers."""

from lienthong.casework.dossiers import inbox, jobs, letters, subscribers
from lienthong.casework.dossiers.services import compare
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange.events import LetterRefused
from lienthong.platform.payments.events import OrderSettled
from lienthong.sources.population.events import BirthRefused, PersonalNumberIssued

_OFFICERS = ("reception", "handling", "leader", "clerk")

ROLES: tuple[Role, ...] = (
    Role(
        name="dossiers.portal",
        title=tr("Nộp và theo dõi hồ sơ trên Cổng quốc gia", "Filing and following dossiers on the national portal"),
        needs=("exchange.member", "identity.accounts", "notices.inbox", "payments.platform"),
        excludes=("dossiers.handler",),
        listeners=((OrderSettled, subscribers.on_order_settled), (LetterRefused, subscribers.on_letter_refused)),
        inbox=(
            (letters.DossierStatus, inbox.mirror_status),
            (letters.FeeRequested, inbox.on_fee_requested),
            (letters.DossierResult, inbox.on_result),
        ),
    ),
    Role(
        name="dossiers.handler",
        title=tr("Tiếp nhận và giải quyết hồ sơ (một cửa)", "Receiving and handling dossiers (one-stop shop)"),
        needs=("exchange.member", "identity.accounts"),
        excludes=("dossiers.portal",),
        urls=(("mot-cua/", "lienthong.casework.dossiers.urls"),),
        listeners=(
            (PersonalNumberIssued, subscribers.on_number_issued),
            (BirthRefused, subscribers.on_birth_refused),
        ),
        inbox=(
            (letters.DossierSubmitted, inbox.on_submitted),
            (letters.DossierSupplemented, inbox.on_supplemented),
            (letters.DossierWithdrawn, inbox.on_withdrawn),
            (letters.FeePaid, inbox.on_fee_paid),
            (letters.ResultStored, inbox.on_result_stored),
        ),
        questions=((compare.SERVICE, inbox.answer_truth),),
        periodic=((0.3, jobs.send_status_letters),),
        menu=(
            ("/mot-cua/", tr("Hồ sơ", "Dossiers"), _OFFICERS),
            ("/mot-cua/tiep-nhan/", tr("Nhận tại quầy", "Counter"), ("reception",)),
            ("/mot-cua/ky/", tr("Chờ ký", "To sign"), ("leader",)),
        ),
    ),
)
