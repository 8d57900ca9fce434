"""Upgrade: bring the database to this version's tables and the country's code tables; safe to repeat."""

from collections.abc import Callable

from django.core.management import call_command

from lienthong.platform.agencies import services as agencies


def upgrade(say: Callable[[str], object]) -> None:
    """Migrate, then load the state's code tables (agencies, units, calendar)."""
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    say("The tables are up to date.")
    agencies.load_facts()
    say("The code tables of agencies, units and the calendar are loaded.")
