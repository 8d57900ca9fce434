"""The trail of a decision (vì sao): each step in sentences, with what to do where it does not hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.catalogue.queries.index import ServiceFacts, SystemFacts
from lienthong.platform.catalogue.states import CALLABLE, PURPOSE_STATES, SERVICE_STATES, SHOWN_STATES
from lienthong.platform.catalogue.types import (
    AccessRequest,
    AgreementEntry,
    Endpoint,
    Explanation,
    PurposeEntry,
    ServiceEntry,
    ServiceRef,
    Step,
    SystemRef,
)


class Trail:
    """What a decision saw on its way."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def steps(self) -> tuple[Step, ...]:
        return tuple(self._steps)

    def ended(self, refusal: Refused) -> tuple[Step, ...]:
        """The steps, with one for the refusal if the way ended before its first step."""
        if not self._steps:
            self._say(tr("Đường dẫn", "Path"), refusal.message, False, _WRITE_PATH)
        return self.steps()

    def _say(self, title: Bilingual, found: Bilingual, good: bool, advice: Bilingual | None = None) -> None:
        self._steps.append(Step(title, found, good, None if good else advice))

    def path(self, path: str) -> None:
        self._say(
            tr("Đường dẫn", "Path"),
            tr(f"Đường dẫn {path} viết đúng và chỉ hiểu theo một cách.", f"{path} is well written."),
            True,
        )

    def client(self, client: SystemRef, facts: SystemFacts | None) -> None:
        if facts is None:
            found = tr(f"Danh mục không có hệ thống {client}.", f"The catalogue has no system {client}.")
        elif not facts.active:
            found = tr(f"Hệ thống {client} đã ngừng.", f"The system {client} is closed.")
        else:
            found = tr(f"Hệ thống {client} đã đăng ký.", f"The system {client} is registered.")
        self._say(tr("Hệ thống gọi", "Client"), found, facts is not None and facts.active, _REGISTER)

    def service(self, service: ServiceRef, versions: Mapping[int, ServiceFacts]) -> None:
        have = ", ".join(f"v{number}" for number in sorted(versions))
        good = bool(versions) and (not service.version or service.version in versions)
        if not versions:
            found = tr(f"Danh mục không có dịch vụ {service}.", f"The catalogue has no service {service}.")
        elif good:
            found = tr(f"Tìm thấy {service}; các phiên bản: {have}.", f"Found {service}; versions: {have}.")
        else:
            found = tr(
                f"Dịch vụ có các phiên bản {have}, không có v{service.version}.",
                f"The service has the versions {have}, not v{service.version}.",
            )
        self._say(tr("Dịch vụ", "Service"), found, good, _LOOK_FOR_SERVICE)

    def agreements(self, request: AccessRequest, listed: Sequence[AgreementEntry], states: Sequence[str]) -> None:
        good = "active" in states
        if not listed:
            found = tr(
                f"Không có thỏa thuận nào được chấp thuận giữa {request.client} và {request.service}.",
                f"There is no accepted agreement between {request.client} and {request.service}.",
            )
        else:
            told = [_agreement(one, state) for one, state in zip(listed, states, strict=True)]
            found = Bilingual("; ".join(one.vi for one in told) + ".", "; ".join(one.en for one in told) + ".")
        advice = _RESUME if "suspended" in states else _REQUEST
        self._say(tr("Thỏa thuận", "Agreement"), found, good, advice)

    def state(self, entry: ServiceEntry) -> None:
        state = SERVICE_STATES[entry.shown_state]
        reason = entry.platform_reason or entry.state_reason
        tail = f": {reason}" if reason and entry.shown_state not in CALLABLE else ""
        found = tr("{ref}: {label}{tail}.", "{ref}: {label}{tail}.").format(ref=entry.ref, label=state.label, tail=tail)
        self._say(tr("Trạng thái dịch vụ", "State of the service"), found, entry.shown_state in CALLABLE, _WAIT)

    def endpoint(
        self,
        call: str,
        offered: Endpoint | None,
        agreed: Endpoint | None,
        listed: Sequence[Endpoint],
        narrowed: Sequence[Endpoint],
    ) -> None:
        if offered is None:
            have = _some(listed)
            found = tr(
                f"Dịch vụ không có điểm truy cập cho {call}. Có: {have}.", f"No endpoint for {call}. It has: {have}."
            )
        elif agreed is None:
            have = _some(narrowed)
            found = tr(
                f"Dịch vụ có {offered}, nhưng thỏa thuận chỉ cho: {have}.",
                f"The service has {offered}, but the agreement covers only: {have}.",
            )
        else:
            found = tr(f"{call} khớp với {agreed}.", f"{call} fits {agreed}.")
        self._say(tr("Điểm truy cập", "Endpoint"), found, agreed is not None, _ENDPOINT)

    def purpose(self, asked: str, listed: Sequence[PurposeEntry], found: Sequence[PurposeEntry]) -> None:
        have = "; ".join(f"{one.title} ({PURPOSE_STATES[one.state].label.vi}, {one.id})" for one in listed)
        have_en = "; ".join(f"{one.title} ({PURPOSE_STATES[one.state].label.en}, {one.id})" for one in listed)
        if len(found) == 1:
            one = found[0]
            said = tr(
                f"Mục đích “{one.title}”, căn cứ “{one.legal_ground}”.",
                f"Purpose “{one.title}”, legal ground “{one.legal_ground}”.",
            )
        elif found:
            said = tr(f"Chưa nêu mục đích nào trong: {have}.", f"None of these was named: {have_en}.")
        elif asked:
            said = tr(
                f"Không có mục đích “{asked}” được chấp thuận. Có: {have}.",
                f"No accepted purpose “{asked}”. Known: {have_en}.",
            )
        else:
            said = tr(
                f"Không có mục đích nào được chấp thuận. Có: {have or '–'}.",
                f"None is accepted. Known: {have_en or '–'}.",
            )
        self._say(tr("Mục đích", "Purpose"), said, len(found) == 1, _NAME_PURPOSE if found else _ASK_PURPOSE)

    def limits(self, quota: int | None, used: int, rate: float | None) -> None:
        vi = (
            f"hôm nay đã gọi {used}/{quota} lượt" if quota is not None else f"hôm nay đã gọi {used} lượt, không hạn mức"
        )
        en = f"{used} of {quota} calls used today" if quota is not None else f"{used} calls today, no quota"
        if rate:
            vi, en = f"{vi}; tối đa {rate:g} lượt/giây", f"{en}; at most {rate:g} calls a second"
        good = quota is None or used < quota
        self._say(
            tr("Hạn mức", "Limits"), Bilingual(f"{vi[0].upper()}{vi[1:]}.", f"{en[0].upper()}{en[1:]}."), good, _MORE
        )


def _agreement(one: AgreementEntry, state: str) -> Bilingual:
    label = SHOWN_STATES[state].label
    why = "; ".join(reason for _, reason in one.suspension.sides())
    tail = f" ({why})" if state == "suspended" else ""
    return tr(f"v{one.service.version}: {label.vi}{tail}", f"v{one.service.version}: {label.en}{tail}")


def _some(endpoints: Sequence[Endpoint], limit: int = 5) -> str:
    told = ", ".join(str(one) for one in endpoints[:limit])
    return f"{told}, …" if len(endpoints) > limit else told


_WRITE_PATH = tr(
    "Viết đường dẫn không có “..”, “//”, %2F và mã hóa đúng UTF-8.",
    "Write the path without “..”, “//”, %2F, escaped as UTF-8.",
)
_REGISTER = tr(
    "Cơ quan chủ quản đăng ký hệ thống ở mục “Hệ thống” trên nút của mình và đợi danh mục quốc gia cập nhật.",
    "Its agency registers the system under “Systems” on its own node; then wait for the national list.",
)
_LOOK_FOR_SERVICE = tr(
    "Tìm tên đúng trong danh mục dịch vụ; nếu mới công bố, đợi danh mục quốc gia cập nhật.",
    "Look up the right name in the catalogue; if it was published just now, wait for the national list.",
)
_REQUEST = tr(
    "Bên khai thác gửi đề nghị khai thác; bên cung cấp trả lời ở mục “Thỏa thuận”.",
    "The consumer requests an agreement; the provider answers it under “Agreements”.",
)
_RESUME = tr(
    "Bên đã tạm dừng cho tiếp tục ở trang của thỏa thuận.", "The side that suspended it resumes it on its page."
)
_WAIT = tr(
    "Hỏi bên cung cấp khi nào dịch vụ hoạt động lại, hoặc dùng phiên bản khác.",
    "Ask the provider when it comes back, or use another version.",
)
_ENDPOINT = tr(
    "So lại phương thức và đường dẫn với trang của dịch vụ, hoặc xin mở rộng thỏa thuận.",
    "Compare method and path with the service's page, or ask for a wider agreement.",
)
_NAME_PURPOSE = tr("Gửi mã mục đích cùng lượt gọi.", "Send the id of the purpose with the call.")
_ASK_PURPOSE = tr("Đề nghị thêm mục đích ở trang của thỏa thuận.", "Ask for the purpose on the agreement's page.")
_MORE = tr("Đợi sang ngày mới, hoặc đề nghị hạn mức lớn hơn.", "Wait for the next day, or ask for a larger quota.")


def explanation_facts(explained: Explanation) -> dict[str, Any]:
    """An explanation as JSON, for programs."""
    request = explained.request
    return {
        "client": str(request.client),
        "service": str(request.service),
        "method": request.method,
        "path": request.path,
        "purpose_id": request.purpose_id,
        "allowed": explained.allowed,
        "code": explained.code,
        "message": explained.message.as_dict() if explained.message else None,
        "steps": [
            {
                "title": step.title.as_dict(),
                "found": step.found.as_dict(),
                "good": step.good,
                "advice": step.advice.as_dict() if step.advice else None,
            }
            for step in explained.steps
        ],
    }
