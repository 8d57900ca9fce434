"""Background of the portal."""

from lienthong.channels.portal import services


def remind_drafts() -> bool:
    """Half of all drafts are filed within an hour, a quarter never: remind before throwing away."""
    return services.remind_drafts() >= services.REMIND_AT_ONCE
