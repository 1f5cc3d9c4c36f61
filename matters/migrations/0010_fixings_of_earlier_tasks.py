# Tasks of before: what their acts set, and what must have been set when they were opened.

from django.db import migrations

COLUMNS = {"office": "office_id", "handler": "handler_id", "plan": "plan", "due_on": "due_on",
           "closing_standard": "closing_standard"}


def keep(apps, schema_editor):
    Task = apps.get_model("matters", "Task")
    Fixing = apps.get_model("matters", "Fixing")
    rows = []
    for task in Task.objects.prefetch_related("actions").iterator(chunk_size=500):
        rows += [Fixing(task=task, **one) for one in fixings_of(task)]
        if len(rows) > 2000:
            Fixing.objects.bulk_create(rows)
            rows = []
    Fixing.objects.bulk_create(rows)


def fixings_of(task):
    opened = {"verb": "open", "by_id": task.opened_by_id, "set_at": task.opened_at}
    last, told = {}, []
    for action in sorted(task.actions.all(), key=lambda action: (action.received_at, action.id)):
        acted = {"verb": action.verb, "by_id": action.by_id, "set_at": action.made_at}
        said = action.args if action.verb in ("assign", "start") else {}
        now = {name: said[name] for name in COLUMNS if name != "due_on" and said.get(name)}
        if action.due_on:
            now["due_on"] = str(action.due_on)
        for name, value in now.items():
            if value != last.get(name):
                first = name == "due_on" and name not in last and not action.args.get("due_on")
                told.append({"name": name, "value": value, **(opened if first else acted)})
                last[name] = value
    for name, column in COLUMNS.items():
        value = getattr(task, column)
        if value and name not in last:
            told.insert(0, {"name": name, "value": str(value), **opened})
    return told


def forget(apps, schema_editor):
    apps.get_model("matters", "Fixing").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [("matters", "0009_fixings_kept")]

    operations = [migrations.RunPython(keep, forget)]
