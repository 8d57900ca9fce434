"""What letters of the exchange itself do here."""

from lienthong.kernel.access import Actor
from lienthong.platform.exchange import services
from lienthong.platform.exchange.letters import FreeLetter, NodeChanged, SelfTest
from lienthong.platform.exchange.types import Envelope


def on_node_changed(letter: NodeChanged, envelope: Envelope) -> None:
    """Hub: a listed node has other addresses or certificates."""
    actor = Actor(kind="node", name=envelope.sender, agency_code=envelope.sender)
    services.change_node(envelope.sender, letter, actor=actor)


def on_self_test(letter: SelfTest, envelope: Envelope) -> None:
    """Accept, refuse or answer, as the test wishes."""
    services.take_self_test(letter, envelope)


def on_free_letter(letter: FreeLetter, envelope: Envelope) -> None:
    """Put a letter from people into the post of this agency."""
    services.keep_arrival(letter, envelope)
