"""Categories to begin with; admins add their own and put away what they do not need."""

from django.db import migrations
from django.utils import timezone

STARTER = (
    ("lighting", "路灯照明", "Lighting"),
    ("water", "饮水供水", "Drinking water"),
    ("electricity", "供电用电", "Electricity"),
    ("roads", "道路交通", "Roads and transport"),
    ("telecom", "通信网络", "Telephone and internet"),
    ("irrigation", "农田水利", "Irrigation and flood control"),
    ("housing", "住房危房", "Housing and unsafe houses"),
    ("land_requisition", "征地拆迁", "Land requisition and relocation"),
    ("land_disputes", "土地山林权属", "Land and forest tenure"),
    ("rural_consolidation", "农村土地整治", "Rural land consolidation"),
    ("mining", "矿山开采", "Mining"),
    ("environment", "环境保护", "Environment and pollution"),
    ("sanitation", "垃圾污水", "Waste and sewage"),
    ("farming", "农业生产", "Farming and animal husbandry"),
    ("agricultural_subsidy", "惠农补贴", "Farm subsidies"),
    ("employment", "就业务工", "Employment"),
    ("wages", "工资劳资", "Wages and labour disputes"),
    ("social_security", "社会保险", "Social insurance"),
    ("subsistence", "低保救助", "Subsistence allowance and relief"),
    ("elderly_care", "养老服务", "Care for the elderly"),
    ("disability", "残疾人服务", "Services for the disabled"),
    ("health", "医疗卫生", "Health care"),
    ("education", "教育", "Education"),
    ("culture", "文化体育", "Culture and sport"),
    ("public_safety", "治安消防", "Public safety and fire"),
    ("disputes", "邻里纠纷", "Disputes among neighbours"),
    ("village_affairs", "村务公开", "Village affairs and accounts"),
    ("official_conduct", "干部作风", "Conduct of officials"),
    ("documents", "证照办理", "Certificates and documents"),
    ("other", "其他", "Other"),
)


def add(apps, schema_editor):
    category = apps.get_model("opinions", "Category")
    category.objects.bulk_create(
        (category(code=code, name=name, name_en=name_en, changed_at=timezone.now()) for code, name, name_en in STARTER),
        ignore_conflicts=True,
    )


def take_back(apps, schema_editor):
    """Refused by the database while an opinion, a group or a task still names one."""
    apps.get_model("opinions", "Category").objects.filter(code__in=[code for code, _, _ in STARTER]).delete()


class Migration(migrations.Migration):
    dependencies = [("opinions", "0002_counted")]

    operations = [migrations.RunPython(add, take_back)]
