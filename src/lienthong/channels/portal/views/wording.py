"""Words of the catalogue for citizens: whom it is for, who receives, what it costs."""

from typing import Any

from lienthong.kernel.text import Bilingual, show_dong, tr
from lienthong.sources.procedures.types import Component, Fee, Hit, Procedure

AUDIENCES: dict[str, Bilingual] = {
    "citizen": tr("Công dân Việt Nam", "Vietnamese citizens"),
    "business": tr("Doanh nghiệp, hộ kinh doanh", "Businesses"),
    "organisation": tr("Tổ chức", "Organisations"),
    "foreigner": tr("Người nước ngoài", "Foreigners"),
    "overseas": tr("Người Việt Nam ở nước ngoài", "Vietnamese abroad"),
    "official": tr("Cán bộ, công chức, viên chức", "Officials"),
}
LEVELS: dict[str, Bilingual] = {
    "ministry": tr("Cấp bộ", "Ministries"),
    "province": tr("Cấp tỉnh", "Provinces"),
    "commune": tr("Cấp xã", "Communes"),
    "other": tr("Cơ quan khác", "Other bodies"),
}
PLACES: dict[str, Bilingual] = {
    "ministry": tr("Bộ phận Một cửa của bộ, cơ quan ngang bộ", "The one-stop desk of the ministry"),
    "province": tr("Trung tâm Phục vụ hành chính công của tỉnh, thành phố", "The province's public service centre"),
    "commune": tr(
        "Trung tâm Phục vụ hành chính công của xã, phường, đặc khu", "The commune's or ward's public service centre"
    ),
    "other": tr("Cơ quan giải quyết thủ tục", "The body that decides"),
}
CHANNELS: dict[str, Bilingual] = {
    "direct": tr("Tại quầy", "At the counter"),
    "online": tr("Trực tuyến", "Online"),
    "postal": tr("Qua bưu điện", "By post"),
}
ONLINE: dict[str, Bilingual] = {
    "full": tr("Trực tuyến toàn trình", "Wholly online"),
    "partial": tr("Trực tuyến một phần", "Partly online"),
    "none": tr("Không trực tuyến", "Not online"),
}
REGISTERS: dict[str, Bilingual] = {
    "population": tr("Cơ sở dữ liệu quốc gia về dân cư", "the National Population Database"),
    "civil-status": tr("Cơ sở dữ liệu hộ tịch điện tử", "the civil status database"),
    "medical-birth": tr("cơ sở dữ liệu giấy chứng sinh của ngành y tế", "the health sector's birth certificates"),
    "business": tr("Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp", "the National Business Register"),
    "land": tr("Cơ sở dữ liệu quốc gia về đất đai", "the National Land Database"),
    "insurance": tr("Cơ sở dữ liệu quốc gia về bảo hiểm", "the National Insurance Database"),
}
SOURCES: dict[str, Bilingual] = {
    "register": tr("Từ dữ liệu dân cư", "From the population register"),
    "account": tr("Từ tài khoản của bạn", "From your account"),
}
FREE = tr("Miễn phí", "Free of charge")
_PER = {
    "dossier": tr("mỗi hồ sơ", "a dossier"),
    "copy": tr("mỗi bản", "a copy"),
    "page": tr("mỗi trang", "a page"),
}


def register_name(key: str) -> Bilingual:
    """What a register is called; a register without a name of ours is simply a state database."""
    return REGISTERS.get(key, tr("cơ sở dữ liệu của Nhà nước", "a state database"))


def fee_words(fee: Fee | None) -> Bilingual:
    """A fee of one channel as a page says it."""
    if fee is None:
        return tr("Không nhận qua kênh này", "Not by this channel")
    if fee.amount == 0:
        return FREE
    if fee.amount is None:
        return fee.note or tr("Theo mức của nơi nhận hồ sơ", "As set where you file")
    per = _PER[fee.per]
    price = tr(f"{show_dong(fee.amount)} {per.vi}", f"{show_dong(fee.amount)} {per.en}")
    if fee.steps:
        step = fee.steps[0]
        price = tr(
            f"{price.vi}; từ trang thứ {step.from_unit}: {show_dong(step.amount)}",
            f"{price.en}; from page {step.from_unit} on: {show_dong(step.amount)}",
        )
    if fee.maximum is not None:
        most = show_dong(fee.maximum)
        price = tr(f"{price.vi}; nhiều nhất {most} mỗi bản", f"{price.en}; at most {most} a copy")
    return price


def hit_fee_words(hit: Hit) -> Bilingual | None:
    """The fee on a line of search results; None when the catalogue does not say one plain sum."""
    amount = hit.fee_online if hit.fee_online is not None else hit.fee_direct
    if amount is None:
        return None
    return FREE if amount == 0 else tr(f"Phí {show_dong(amount)}", f"Fee {show_dong(amount)}")


def due_words(amount: int | None) -> Bilingual:
    """The fee for given answers."""
    if amount is None:
        return tr("Nơi nhận hồ sơ sẽ thông báo mức phí", "The receiving office will tell you the fee")
    return FREE if amount == 0 else tr(show_dong(amount), show_dong(amount))


def channel_rows(procedure: Procedure) -> list[dict[str, Any]]:
    """One row per channel: how, how long, how much."""
    rows = []
    for channel in procedure.channels:
        limit = procedure.time_limit_for(channel)
        rows.append(
            {
                "channel": CHANNELS[channel],
                "time": limit.as_words() if limit else tr("Danh mục không ghi", "Not stated"),
                "fee": fee_words(procedure.fee_for(channel)),
            }
        )
    return rows


def paper_row(part: Component, *, attached: bool) -> dict[str, Any]:
    """One paper: what, how many, and whether the office finds it by itself."""
    counts = []
    if part.originals:
        counts.append(tr(f"{part.originals} bản chính", f"{part.originals} original"))
    if part.copies:
        counts.append(tr(f"{part.copies} bản sao", f"{part.copies} copies" if part.copies > 1 else "1 copy"))
    return {
        "name": part.name,
        "required": part.required,
        "note": part.note,
        "count": tr(", ".join(c.vi for c in counts), ", ".join(c.en for c in counts)) if counts else None,
        "register": register_name(part.register_name) if part.register_name else None,
        "attached": attached,
    }
