from django.db import migrations, models


def since_they_began(apps, schema_editor):
    apps.get_model("sync", "Upload").objects.update(touched_at=models.F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial")]

    operations = [
        migrations.AddField(model_name="upload", name="touched_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(since_they_began, migrations.RunPython.noop),
        migrations.AlterField(model_name="upload", name="touched_at", field=models.DateTimeField(db_index=True)),
    ]
