"""Tests of what lies around the messages: directory, own entry, clocks, TLS."""

from email.utils import parsedate_to_datetime

from lienthong.kernel import clock, http
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.exchange import directory_form
from lienthong.platform.exchange.queries.directory import get_directory, get_directory_state
from lienthong.platform.exchange.services.directory import directory_sources
from lienthong.platform.exchange.services.probes.trial import TIMEOUT, Failed, Skipped, Trial
from lienthong.platform.signing import queries as signing_queries

_MOST_SKEW = 60.0
_WARN_SHARE = 0.75


def directory(trial: Trial) -> Bilingual:
    state = get_directory_state()
    if state.state != "good" or state.trouble:
        raise Failed(
            tr(
                f"Danh bạ số {state.serial}: {state.state}, trục trặc: {state.trouble or 'không'}.",
                f"Directory {state.serial}: {state.state}, trouble: {state.trouble or 'none'}.",
            )
        )
    return tr(
        f"Danh bạ số {state.serial}, có hiệu lực đến {show_moment(state.expires_at)}.",
        f"Directory {state.serial}, in force until {show_moment(state.expires_at)}.",
    )


def listing(trial: Trial) -> Bilingual:
    me = node()
    entry = get_directory().nodes.get(me.agency_code)
    if entry is None:
        raise Failed(tr(f"Danh bạ không có {me.agency_code}.", f"The directory does not list {me.agency_code}."))
    own = signing_queries.get_certificate("node")
    if own.thumbprint not in {directory_form.thumbprint(pem) for pem in entry.certificates}:
        raise Failed(
            tr(
                "Chứng thư nút này đang dùng để ký không có trong danh bạ.",
                "The certificate that this node signs with is not in the directory.",
            )
        )
    share = (clock.now() - own.not_before) / (own.not_after - own.not_before)
    if share >= _WARN_SHARE:
        raise Failed(
            tr(
                f"Chứng thư đã dùng {share:.0%} thời hạn, hết hạn {show_moment(own.not_after)}.",
                f"The certificate has lived {share:.0%} of its life; it ends {show_moment(own.not_after)}.",
            )
        )
    return tr(
        f"Nút {me.agency_code} có trong danh bạ, chứng thư còn hạn đến {show_moment(own.not_after)}.",
        f"{me.agency_code} is listed; its certificate is good until {show_moment(own.not_after)}.",
    )


def clocks(trial: Trial) -> Bilingual:
    places = [("hub", source) for source in directory_sources()[:1]]
    if trial.peer.address not in dict(places).values():
        places.append((trial.peer.agency_code, trial.peer.address))
    told, wrong = [], False
    for name, address in places:
        if address:
            skew = _skew(address)
            wrong = wrong or abs(skew) > _MOST_SKEW
            told.append(f"{name}: {round(skew):+d} s")
    sentence = tr(f"Chênh lệch đồng hồ: {', '.join(told)}.", f"Clocks differ by: {', '.join(told)}.")
    if wrong:
        raise Failed(sentence)
    return sentence


def _skew(address: str) -> float:
    answer = http.request("GET", f"{address}/exchange/directory?version=2", timeout=TIMEOUT, peer=True)
    told = answer.headers.get("date", "")
    if not told:
        raise Failed(tr("Bên kia không cho biết giờ.", "The other side does not tell the time."))
    # The header has whole seconds; half of one is the fairest guess.
    return (clock.now() - parsedate_to_datetime(told)).total_seconds() - 0.5


def transport(trial: Trial) -> Bilingual:
    if not trial.peer.exchange_url.startswith("https://"):
        raise Skipped(
            tr("Nút này chưa công bố địa chỉ https cho trao đổi.", "The peer lists no https address for the exchange.")
        )
    if not trial.peer.tls_certificates:
        raise Failed(tr("Danh bạ không có chứng thư TLS của nút này.", "Its TLS certificates are not listed."))
    answer = http.request("GET", f"{trial.peer.exchange_url}/exchange/directory?version=2", timeout=TIMEOUT, peer=True)
    if answer.status != 200:
        raise Failed(tr(f"HTTP {answer.status} qua TLS hai chiều.", f"HTTP {answer.status} over mutual TLS."))
    return tr("TLS hai chiều hoạt động.", "Mutual TLS works.")
