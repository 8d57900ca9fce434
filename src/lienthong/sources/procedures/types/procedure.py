"""Administrative procedure (thủ tục hành chính): one dated version of one entry of the catalogue.

These models are at once the strict reading of a YAML definition, the stored form and what the room hands out.
"""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from lienthong.kernel.text import Bilingual
from lienthong.sources.procedures.types.form import Form, read_form

Channel = Literal["direct", "online", "postal"]
"""Channel of filing (kênh thực hiện): 1 trực tiếp, 2 trực tuyến, 3 bưu chính công ích."""
CHANNELS: tuple[Channel, ...] = ("direct", "online", "postal")
Level = Literal["ministry", "province", "commune", "other"]
"""Level of handling (cấp thực hiện): cấp bộ, cấp tỉnh, cấp xã, cơ quan khác."""
Duty = Literal["reception", "handling", "leader", "clerk"]
Audience = Literal["citizen", "business", "organisation", "foreigner", "overseas", "official"]
"""Whom a procedure is for (đối tượng thực hiện)."""


def _read_words(value: Any) -> Bilingual:
    if isinstance(value, Bilingual):
        return value
    if isinstance(value, dict) and set(value) == {"vi", "en"} and all(str(text).strip() for text in value.values()):
        return Bilingual(str(value["vi"]), str(value["en"]))
    raise ValueError("write both languages: {vi: …, en: …}")


Words = Annotated[
    InstanceOf[Bilingual],
    BeforeValidator(_read_words),
    PlainSerializer(lambda words: {"vi": words.vi, "en": words.en}, return_type=dict[str, str]),
    WithJsonSchema({"type": "object", "properties": {"vi": {"type": "string"}, "en": {"type": "string"}}}),
]
FormSchema = Annotated[
    InstanceOf[Form],
    BeforeValidator(lambda value: value if isinstance(value, Form) else read_form(value)),
    PlainSerializer(lambda form: form.schema, return_type=dict[str, Any]),
    WithJsonSchema({"type": "object"}),
]
RESULT_CODE = r"^(KQ\.[A-Z]\d{2}\.\d{6,7}|(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}-[A-Z0-9.]{4,20})?$"
Code = Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]
Money = Annotated[int, Field(ge=0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkingCalendar(Protocol):
    """The part of the agencies' Calendar that deadlines need."""

    def add_working_days(self, moment: datetime, n: int, /) -> datetime: ...

    def add_days(self, moment: datetime, n: int, /) -> datetime: ...

    def add_hours(self, moment: datetime, n: int, /) -> datetime: ...

    def same_day(self, moment: datetime, cutoff: time = ..., /) -> datetime: ...


class TimeLimit(_Frozen):
    """Time limit (thời hạn giải quyết). `same_day` means in the day; filed after `cutoff`, the next working day."""

    kind: Literal["working_days", "days", "hours", "same_day"]
    amount: Annotated[int, Field(ge=0, le=1000)] = 0
    cutoff: time | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "same_day":
            if self.amount:
                raise ValueError("same_day has no amount; give only `cutoff` if it is not 15:00")
        elif self.amount < 1 or self.cutoff is not None:
            raise ValueError(f"{self.kind} needs `amount` of at least 1 and no `cutoff`")
        return self

    def as_words(self) -> Bilingual:
        """How a page says it: 7 ngày làm việc."""
        n = self.amount
        if self.kind == "same_day":
            return Bilingual("Trong ngày làm việc", "Within the working day")
        vi = {"working_days": "ngày làm việc", "days": "ngày", "hours": "giờ làm việc"}[self.kind]
        en = {"working_days": "working day", "days": "day", "hours": "working hour"}[self.kind]
        return Bilingual(f"{n} {vi}", f"{n} {en}{'' if n == 1 else 's'}")


class FeeStep(_Frozen):
    """From the `from_unit`-th unit on, each costs `amount` đồng (trang thứ 3 trở đi)."""

    from_unit: Annotated[int, Field(ge=2)]
    amount: Money


class Fee(_Frozen):
    """Fee (phí, lệ phí) of one channel, in đồng. `amount` None: set by the province or not known; see `note`.

    `per` says what one amount pays for. For `copy` and `page` the number comes from the answers at `copies_path` and
    `pages_path`; `steps` lower the price of later pages, `maximum` caps the price of one copy.
    """

    amount: Money | None
    per: Literal["dossier", "copy", "page"] = "dossier"
    copies_path: str = ""
    pages_path: str = ""
    steps: tuple[FeeStep, ...] = ()
    maximum: Money | None = None
    note: Words | None = None


class Component(_Frozen):
    """Component of a dossier (thành phần hồ sơ): one paper. `register` names the register whose look-up replaces it."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9.\-]{2,40}$")]
    name: Words
    required: bool = True
    originals: Annotated[int, Field(ge=0, le=50)] = 0
    copies: Annotated[int, Field(ge=0, le=50)] = 0
    register_name: Annotated[str, Field(alias="register")] = ""
    note: Words | None = None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Result(_Frozen):
    """Result (kết quả) by its code: `KQ.G15.000031`; codes of before 2020 look like `000.00.00.G15-KQ0108`."""

    code: Annotated[str, StringConstraints(pattern=RESULT_CODE)] = ""
    name: Words


class Step(_Frozen):
    """Processing step (bước xử lý) and the duty of whoever does it."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9\-]*$")]
    name: Words
    duty: Duty


class Procedure(_Frozen):
    """Administrative procedure (thủ tục hành chính): the version in force for dossiers received in its validity.

    `receivers` and `deciders` are levels; `authority` says in words who decides. `form` is None for entries that are
    only listed. `online`: full (toàn trình), partial (một phần) or none.
    """

    code: Code
    version: Annotated[int, Field(ge=1)] = 1
    valid_from: date
    valid_to: date | None = None
    name: Words
    summary: Words | None = None
    field: Words
    kind: str = ""
    levels: tuple[Level, ...]
    owner_code: Annotated[str, StringConstraints(pattern=r"^([GH]\d{2})?$")] = ""
    owner_name: Words
    decision: str = ""
    receivers: tuple[Level, ...]
    deciders: tuple[Level, ...]
    authority: Words | None = None
    subjects: tuple[Audience, ...]
    components: tuple[Component, ...] = ()
    time_limit: TimeLimit | None
    time_limits: dict[Channel, TimeLimit] = {}
    fees: dict[Channel, Fee]
    result: Result | None
    other_results: tuple[Result, ...] = ()
    legal_basis: tuple[str, ...] = ()
    requirements: Words | None = None
    steps: tuple[Step, ...] = ()
    online: Literal["full", "partial", "none"]
    life_events: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    issues_personal_number: bool = False
    notes: Words | None = None
    form: FormSchema | None = None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels by which this can be filed, in the official order."""
        return tuple(channel for channel in CHANNELS if channel in self.fees)

    def time_limit_for(self, channel: Channel) -> TimeLimit | None:
        """The limit for one channel; most procedures have one for all."""
        return self.time_limits.get(channel, self.time_limit)

    def fee_for(self, channel: Channel) -> Fee | None:
        return self.fees.get(channel)

    def get_component(self, code: str) -> Component | None:
        return next((component for component in self.components if component.code == code), None)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to must be after valid_from (it is the first day no longer valid)")
        for what, keys in (
            ("components", [c.code for c in self.components]),
            ("steps", [s.key for s in self.steps]),
        ):
            if len(set(keys)) != len(keys):
                raise ValueError(f"{what}: a code or key is used twice")
        return self

    @model_validator(mode="after")
    def _form_fits(self) -> Self:
        if self.form is None:
            return self
        if not self.steps:
            raise ValueError("steps: a procedure with a form needs its processing steps")
        unknown = [
            one.path for one in self.form.fields() if one.component and self.get_component(one.component) is None
        ]
        if unknown:
            raise ValueError(f"form: {unknown} attach papers that are not among `components`")
        counted = {path for fee in self.fees.values() for path in (fee.copies_path, fee.pages_path) if path}
        missing = sorted(path for path in counted if self.form.get_field(path) is None)
        if missing:
            raise ValueError(f"fees: there are no questions {missing} in the form")
        return self
