"""Wording: sizes and lengths of time as people read them."""

from lienthong.kernel.text import tr


def show_bytes(number: int) -> str:
    """1,5 MB."""
    size, unit = float(number), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}".replace(".", ",")


def show_milliseconds(length: float | None) -> str:
    """250 ms · 3,2 s · 5 phút · 2 giờ."""
    if length is None:
        return "–"
    if length < 1000:
        return f"{length:.0f} ms"
    if length < 120_000:
        return f"{length / 1000:.1f} s".replace(".", ",")
    if length < 7_200_000:
        return str(tr(f"{length / 60_000:.0f} phút", f"{length / 60_000:.0f} min"))
    return str(tr(f"{length / 3_600_000:.0f} giờ", f"{length / 3_600_000:.0f} h"))
