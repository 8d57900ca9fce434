"""Access: who acts, and the rule that every route must carry."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode

from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.text import tr

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

SIGN_IN_PATH = "/dang-nhap/"


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting person, node or the system itself; named in every deed and on every ledger.

    `duties` are the duties held at `agency_code`; `level` is the assurance level of the sign-in (0–2).
    """

    kind: Literal["person", "officer", "node", "system"]
    name: str
    account_id: int | None = None
    personal_number: str = ""
    agency_code: str = ""
    duties: frozenset[str] = field(default_factory=frozenset)
    level: int = 0

    @property
    def label(self) -> str:
        """How ledgers name the actor: never more than an identifier."""
        if self.kind == "person":
            return f"person:{self.account_id}"
        if self.kind == "officer":
            return f"officer:{self.account_id}@{self.agency_code}"
        return f"{self.kind}:{self.agency_code or self.name}"

    def has(self, *duties: str) -> bool:
        """Does the actor hold at least one of these duties?"""
        return bool(self.duties.intersection(duties))

    def serves(self, agency_code: str) -> bool:
        """Does the actor work for this agency, or for one that contains it (H36 contains H36.101)?"""
        return bool(self.agency_code) and (agency_code + ".").startswith(self.agency_code + ".")


SYSTEM = Actor(kind="system", name="lienthong")


def require(actor: Actor | None, *duties: str, agency_code: str = "") -> None:
    """Raise NotAllowed unless the actor holds one of the duties and, if named, serves the agency."""
    if actor is not None and actor.kind == "system":
        return
    if actor is None or not actor.has(*duties) or (agency_code and not actor.serves(agency_code)):
        raise NotAllowed(
            "access.not-allowed",
            tr("Bạn không có quyền làm việc này.", "You are not allowed to do this."),
        )


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor that the sign-in room attached to the request; None for a stranger."""
    return cast("Actor | None", getattr(request, "actor", None))


def acting(request: HttpRequest) -> Actor:
    """The actor of a request behind a rule that guarantees one."""
    actor = actor_of(request)
    if actor is None:
        raise NotAllowed("access.sign-in", tr("Bạn cần đăng nhập.", "Please sign in."), status=401)
    return actor


def guarded(view: View[P], rule: str, allows: Callable[[HttpRequest], HttpResponse | None]) -> View[P]:
    """A view behind a rule: `allows` gives None, another answer (to sign in), or raises NotAllowed."""

    @wraps(view)
    def behind(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return allows(request) or view(request, *args, **kwargs)

    cast("Any", behind).access_rule = rule
    return cast("View[P]", behind)


def public(view: View[P]) -> View[P]:
    """Anyone may come here."""
    return guarded(view, "public", lambda _request: None)


def signed_node(view: View[P]) -> View[P]:
    """Only signed messages of other nodes; the exchange verifies the signature inside."""
    return guarded(view, "signed_node", lambda _request: None)


def door(rule: str) -> Callable[[T], T]:
    """A door before Django (`Role.doors`): it makes the named check by itself, e.g. `signed_node`, `client_system`."""

    def mark(callable_: T) -> T:
        cast("Any", callable_).access_rule = rule
        return callable_

    return mark


def signed_in(level: int = 1) -> Callable[[View[P]], View[P]]:
    """A signed-in person or officer, at this assurance level or above."""

    def allows(request: HttpRequest) -> HttpResponse | None:
        actor = actor_of(request)
        if actor is None:
            return _to_sign_in(request)
        if actor.level < level:
            raise NotAllowed(
                "access.level",
                tr(
                    f"Việc này cần tài khoản định danh mức {level}.",
                    f"This needs an e-identity account of level {level}.",
                ),
            )
        return None

    return lambda view: guarded(view, f"signed_in:{level}", allows)


def duty(*duties: str) -> Callable[[View[P]], View[P]]:
    """An officer who holds at least one of the duties."""

    def allows(request: HttpRequest) -> HttpResponse | None:
        actor = actor_of(request)
        if actor is None:
            return _to_sign_in(request)
        require(actor, *duties)
        return None

    return lambda view: guarded(view, "duty:" + ",".join(duties), allows)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect(f"{SIGN_IN_PATH}?{urlencode({'next': request.get_full_path()})}")
