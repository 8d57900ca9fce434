"""Parts that a node can play in the catalogue."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.catalogue import inbox, jobs
from lienthong.platform.catalogue.adapters.decision import AgreedQuestions
from lienthong.platform.catalogue.letters import (
    AgreementAnswered,
    AgreementEnded,
    AgreementNoted,
    AgreementRequested,
    AgreementSuspended,
    PurposeAnswered,
    PurposeEnded,
    PurposeRequested,
    ServicePublished,
    ServiceSuspended,
    SystemRegistered,
)
from lienthong.platform.exchange.queries import AccessDecision

ROLES: tuple[Role, ...] = (
    Role(
        name="catalogue.member",
        title=tr(
            "Danh mục dịch vụ dữ liệu: công bố, thỏa thuận, hạn mức",
            "Catalogue of data services: publishes, agrees, keeps quotas",
        ),
        needs=("exchange.member",),
        urls=(
            ("van-hanh/trao-doi/", "lienthong.platform.catalogue.urls"),
            ("catalogue/v1/", "lienthong.platform.catalogue.urls_api"),
        ),
        tabs=(
            ("exchange", "/van-hanh/trao-doi/dich-vu/", tr("Danh mục dịch vụ", "Catalogue of services"), 40),
            ("exchange", "/van-hanh/trao-doi/dich-vu-cua-toi/", tr("Dịch vụ của chúng tôi", "Our services"), 41),
            ("exchange", "/van-hanh/trao-doi/he-thong/", tr("Hệ thống", "Systems"), 42),
            ("exchange", "/van-hanh/trao-doi/thoa-thuan/", tr("Thỏa thuận", "Agreements"), 50),
            ("exchange", "/van-hanh/trao-doi/quyen/", tr("Quyền và hạn mức", "Permissions, quotas"), 51),
            ("exchange", "/van-hanh/trao-doi/vi-sao/", tr("Vì sao?", "Why?"), 52),
        ),
        inbox=(
            (ServiceSuspended, inbox.on_service_suspended),
            (AgreementRequested, inbox.on_agreement_requested),
            (AgreementAnswered, inbox.on_agreement_answered),
            (AgreementSuspended, inbox.on_agreement_suspended),
            (AgreementEnded, inbox.on_agreement_ended),
            (PurposeRequested, inbox.on_purpose_requested),
            (PurposeAnswered, inbox.on_purpose_answered),
            (PurposeEnded, inbox.on_purpose_ended),
        ),
        periodic=((5.0, jobs.refresh_catalogue), (30.0, jobs.tend_services)),
        ports=((AccessDecision, AgreedQuestions),),
    ),
    Role(
        name="catalogue.national",
        title=tr("Phát hành danh mục dịch vụ dữ liệu quốc gia", "Publisher of the national list of data services"),
        needs=("catalogue.member", "exchange.hub"),
        urls=(("catalogue/", "lienthong.platform.catalogue.urls_national"),),
        inbox=(
            (SystemRegistered, inbox.on_system_registered),
            (ServicePublished, inbox.on_service_published),
            (AgreementNoted, inbox.on_agreement_noted),
        ),
    ),
)
