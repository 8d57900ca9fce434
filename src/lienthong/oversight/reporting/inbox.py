"""Letters that reach the national level."""

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.oversight.reporting import services
from lienthong.oversight.reporting.letters import DayFigures
from lienthong.platform.exchange.types import Envelope


def on_day_figures(letter: DayFigures, envelope: Envelope) -> None:
    """A node reports only on its own agencies."""
    codes = [*(row.agency_code for row in letter.days), *(row.agency_code for row in letter.stock)]
    for place, code in enumerate(codes):
        if not f"{code}.".startswith(f"{envelope.sender}."):
            raise Refused(
                "reporting.foreign-agency",
                tr(
                    f"{envelope.sender} không được báo cáo thay {code}.",
                    f"{envelope.sender} may not report for {code}.",
                ),
                field=f"rows[{place}].agency_code",
            )
    services.take_in_report(reporter=envelope.sender, figures=letter)
