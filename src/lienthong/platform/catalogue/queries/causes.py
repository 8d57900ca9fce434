"""Causes (lý do từ chối): one code and one sentence for each reason why a call is not let through."""

from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.catalogue.states import SIDES
from lienthong.platform.catalogue.types import AccessRequest, PurposeEntry, ServiceRef, Suspension, SystemRef


def unknown_client(client: SystemRef) -> Refused:
    return NotAllowed(
        "catalogue.unknown-client",
        tr(
            f"Hệ thống {client} chưa được đăng ký trong danh mục hoặc đã ngừng.",
            f"The system {client} is not registered in the catalogue, or closed.",
        ),
        field="client",
    )


def unknown_service(service: ServiceRef) -> Refused:
    return NotFound(
        "catalogue.unknown-service",
        tr(f"Danh mục không có dịch vụ {service}.", f"The catalogue has no service {service}."),
        field="service",
    )


def no_agreement(request: AccessRequest) -> Refused:
    return NotAllowed(
        "catalogue.no-agreement",
        tr(
            f"{request.client} không có thỏa thuận đang hiệu lực để khai thác {request.service}.",
            f"{request.client} has no agreement in force for {request.service}.",
        ),
        field="service",
    )


def suspended(suspension: Suspension) -> Refused:
    told = [SIDES[side].format() for side, _ in suspension.sides()]
    reasons = "; ".join(reason for _, reason in suspension.sides())
    vi, en = ", ".join(one.vi for one in told), ", ".join(one.en for one in told)
    return NotAllowed(
        "catalogue.suspended",
        tr(f"Thỏa thuận đang tạm dừng ({vi}): {reasons}", f"The agreement is suspended ({en}): {reasons}"),
        field="service",
    )


def service_disabled(service: ServiceRef, label: Bilingual, reason: str) -> Refused:
    tail = f": {reason}" if reason else "."
    return NotAllowed(
        "catalogue.service-disabled",
        tr("Dịch vụ {service} không nhận lượt gọi ({label}){tail}", "{service} takes no calls ({label}){tail}").format(
            service=service, label=label, tail=tail
        ),
        field="service",
    )


def endpoint_denied(request: AccessRequest) -> Refused:
    call = f"{request.method} {request.path}"
    return NotAllowed(
        "catalogue.endpoint-denied",
        tr(
            f"Dịch vụ hoặc thỏa thuận không có điểm truy cập cho {call}.",
            f"Neither service nor agreement has an endpoint for {call}.",
        ),
        field="path",
    )


def no_purpose(asked: str) -> Refused:
    return NotAllowed(
        "catalogue.no-purpose",
        tr(
            f"Mục đích “{asked}” không được chấp thuận trong thỏa thuận."
            if asked
            else "Thỏa thuận chưa có mục đích nào được chấp thuận.",
            f"The purpose “{asked}” is not accepted under the agreement."
            if asked
            else "No purpose is accepted under the agreement.",
        ),
        field="purpose",
    )


def ambiguous_purpose(purposes: list[PurposeEntry]) -> Refused:
    return Refused(
        "catalogue.ambiguous-purpose",
        tr(
            f"Thỏa thuận có {len(purposes)} mục đích: hãy nêu mã mục đích của lượt gọi này.",
            f"The agreement has {len(purposes)} purposes: name the id of the one this call is for.",
        ),
        field="purpose",
        status=400,
        details={"purposes": [str(purpose.id) for purpose in purposes]},
    )


def quota_used(quota: int, retry_after: int) -> Refused:
    return Refused(
        "catalogue.quota-used",
        tr(
            f"Đã dùng hết {quota} lượt gọi của hôm nay cho mục đích này.",
            f"All {quota} calls of today for this purpose are used.",
        ),
        status=429,
        details={"retry_after": retry_after, "quota": quota},
    )


def too_fast(rate: float, retry_after: float) -> Refused:
    return Refused(
        "catalogue.too-fast",
        tr(f"Quá {rate:g} lượt gọi một giây.", f"More than {rate:g} calls a second."),
        status=429,
        details={"retry_after": max(1, round(retry_after + 0.5)), "rate": rate},
    )
