"""Scanned signatures, signatures made elsewhere, documents whose level is still to be reached."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("signing", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RemoteSigningRequest",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("officer", models.CharField(max_length=200)),
                ("title", models.CharField(max_length=300)),
                ("about", models.CharField(blank=True, max_length=200)),
                ("return_to", models.CharField(blank=True, max_length=300)),
                ("document_sha256", models.CharField(max_length=64)),
                ("pem", models.TextField()),
                ("thumbprint", models.CharField(max_length=64)),
                ("attributes", models.BinaryField()),
                ("digest", models.BinaryField()),
                ("body", models.BinaryField()),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("level", models.CharField(max_length=5)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("signature", models.BinaryField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
                ("result_sha256", models.CharField(blank=True, max_length=64)),
                ("reached", models.CharField(blank=True, max_length=5)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["officer", "-created_at"], name="signing_remote_of_officer"),
                    models.Index(fields=["expires_at"], name="signing_remote_ends"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signature__isnull", True), ("signed_at__isnull", True)),
                            models.Q(("signature__isnull", False), ("signed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="signing_remote_signed_at_a_moment",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignatureImage",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("png", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("uploaded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="UnfinishedDocument",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("wanted", models.CharField(max_length=5)),
                ("about", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("due_at", models.DateTimeField(null=True)),
                ("reached", models.CharField(blank=True, max_length=5)),
                ("finished_sha256", models.CharField(blank=True, max_length=64)),
            ],
            options={"indexes": [models.Index(fields=["due_at"], name="signing_unfinished_due")]},
        ),
    ]
