from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="daysum", name="day_sum_of_agency"),
        migrations.AddIndex(
            model_name="daysum",
            index=models.Index(
                fields=["agency_code", "day"],
                name="day_sum_of_agency_by_bytes",
                opclasses=["varchar_pattern_ops", "date_ops"],
            ),
        ),
    ]
