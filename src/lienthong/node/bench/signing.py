"""bench signing: messages signed and verified a second, documents signed and sealed a second."""

from lienthong.node.bench.report import Measured


def measure(size: int | None = None) -> Measured:
    """Figures of the signing room on this machine; there is no goal to compare with."""
    from lienthong.platform.signing import bench

    rates = bench.measure(seconds=float(size or 1))
    return Measured("signing", {f"{rate.name}, /s": rate.per_second for rate in rates}, {}, {}, {}, met=True)
