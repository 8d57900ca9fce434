"""When a leader gave the PIN for a batch, and the batch of a phone that it went out to."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("office", "0001_initial")]

    operations = [
        migrations.AddField("signingbatch", "proved_at", models.DateTimeField(null=True)),
        migrations.AddField("signingbatch", "remote_id", models.UUIDField(null=True, unique=True)),
    ]
