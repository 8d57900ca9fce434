from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_envelopes_as_they_are")]

    operations = [
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("replaced_by", ""), _negated=True),
                fields=["agency_code", "replaced_by"],
                name="document_replaced_by",
            ),
        ),
    ]
