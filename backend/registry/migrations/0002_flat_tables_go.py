"""The first communes and licences had no dates and no versions. They held illustration only and are loaded again by
their commands, so they are replaced, not converted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [migrations.DeleteModel(name="Commune"), migrations.DeleteModel(name="Licence")]
