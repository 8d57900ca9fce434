from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="examined_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(
                condition=models.Q(("examined_at__isnull", True)), fields=["stored_at"], name="stored_file_unexamined"
            ),
        ),
    ]
