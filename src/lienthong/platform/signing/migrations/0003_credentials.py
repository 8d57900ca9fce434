"""Where an officer's signature is made, and the PIN that it asks for."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("signing", "0002_documents")]

    operations = [
        migrations.CreateModel(
            name="SigningCredential",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("place", models.CharField(blank=True, max_length=6)),
                ("pin", models.CharField(blank=True, max_length=200)),
                ("pin_set_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("locked_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("place__in", ["", "here", "remote"])), name="signing_credential_place"
                    )
                ],
            },
        ),
    ]
