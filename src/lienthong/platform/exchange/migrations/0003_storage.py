"""Letters of a kilobyte with their signatures and receipts stay in their rows instead of being cut up and laid aside."""

from django.db import migrations

_TABLES = ("exchange_outgoingletter", "exchange_incomingletter")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_platform")]

    operations = [
        migrations.RunSQL(
            "; ".join(f"ALTER TABLE {table} SET (toast_tuple_target = 8160)" for table in _TABLES),
            "; ".join(f"ALTER TABLE {table} RESET (toast_tuple_target)" for table in _TABLES),
        ),
    ]
