"""Many documents signed remotely at one consent, and the demo's phone that asks for it."""

from django.db import migrations, models
from django.db.models import Q

_STATES = ["waiting", "signed", "done", "refused", "expired", "failed"]


class Migration(migrations.Migration):

    dependencies = [("signing", "0003_credentials")]

    operations = [
        migrations.AddField("remotesigningrequest", "batch", models.UUIDField(null=True)),
        migrations.AddIndex(
            "remotesigningrequest",
            models.Index(condition=Q(("batch__isnull", False)), fields=["batch"], name="signing_remote_of_batch"),
        ),
        migrations.CreateModel(
            name="RemoteSigningBatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("officer", models.CharField(max_length=200)),
                ("credential", models.CharField(max_length=500)),
                ("about", models.CharField(blank=True, max_length=200)),
                ("title", models.CharField(max_length=300)),
                ("handle", models.CharField(blank=True, max_length=500)),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("trouble", models.CharField(blank=True, max_length=60)),
                ("count", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(("state__in", _STATES)), name="signing_remote_batch_state")
                ],
                "indexes": [
                    models.Index(
                        condition=Q(("state__in", ["waiting", "signed"])),
                        fields=["created_at"],
                        name="signing_remote_open",
                    ),
                    models.Index(fields=["expires_at"], name="signing_remote_batch_ends"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhoneConsent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("credential", models.CharField(max_length=200)),
                ("reference", models.CharField(max_length=100)),
                ("words", models.CharField(max_length=500)),
                ("digests", models.JSONField()),
                ("answer", models.CharField(blank=True, max_length=7)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("credential", "reference"), name="signing_phone_asked_once"),
                    models.CheckConstraint(
                        condition=Q(("answer__in", ["", "agreed", "refused"])), name="signing_phone_answer"
                    ),
                ],
                "indexes": [models.Index(fields=["expires_at"], name="signing_phone_ends")],
            },
        ),
    ]
