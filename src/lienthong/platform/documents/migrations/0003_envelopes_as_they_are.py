from django.db import migrations


class Migration(migrations.Migration):
    """An envelope is base64 for the most part: pressing it took a third of storing a message and saved little."""

    dependencies = [("documents", "0002_day_sums_by_bytes")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE documents_message ALTER COLUMN envelope SET STORAGE EXTERNAL",
            "ALTER TABLE documents_message ALTER COLUMN envelope SET STORAGE EXTENDED",
        ),
    ]
