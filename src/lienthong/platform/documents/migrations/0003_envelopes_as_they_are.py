from django.db import migrations


class Migration(migrations.Migration):
    """Room for time: an envelope takes 7.6 kB instead of 3.5, and 0.04 ms to store instead of 0.1, at both ends."""

    dependencies = [("documents", "0002_day_sums_by_bytes")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE documents_message ALTER COLUMN envelope SET STORAGE EXTERNAL",
            "ALTER TABLE documents_message ALTER COLUMN envelope SET STORAGE EXTENDED",
        ),
    ]
