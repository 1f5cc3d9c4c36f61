"""What people say and what phones see: read from a folder of real data, or invented."""

import csv
import io
from itertools import islice, product
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

PLACES = ("村口", "河边", "学校旁", "老水井", "三组", "五组", "公路弯道", "晒谷场", "卫生室门口")
THINGS = ("路灯", "水管", "路面", "排水沟", "护栏", "电线", "垃圾池", "公厕", "广播")
TROUBLES = ("坏了三个月没人修", "夜里不安全", "一下雨就出问题", "希望尽快处理", "请求补上", "不知道该找谁")
PICTURES = 15
UNITS = Path(__file__).resolve().parents[2] / "demo" / "units.csv"


def opinions(data: Path | None, number: int) -> list[str]:
    """`number` texts: titles with details of real messages, or invented ones."""
    if data is None:
        told = ("".join(parts) for parts in product(PLACES, THINGS, TROUBLES))
        return list(islice(told, number))
    with (data / "opinions" / "messages.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = islice(csv.DictReader(file), number)
        return [f"{row['title']} {row['detail']}".strip()[:10_000] for row in rows]


def pictures(data: Path | None) -> list[bytes]:
    """Fifteen files as phones send them."""
    if data is not None:
        files = sorted(
            path for path in (data / "photos").iterdir() if path.suffix.lower() in (".jpg", ".heic", ".heif")
        )
        return [path.read_bytes() for path in files]
    return [_drawn(number) for number in range(PICTURES)]


def units(data: Path | None) -> Path:
    return data / "units" / "units.csv" if data is not None else UNITS


def _drawn(number: int) -> bytes:
    """A picture that is like no other: blocks of random colour."""
    chance, picture = Random(number), Image.new("RGB", (640, 480))
    draw = ImageDraw.Draw(picture)
    for x, y in product(range(0, 640, 40), range(0, 480, 40)):
        draw.rectangle((x, y, x + 40, y + 40), fill=tuple(chance.randrange(256) for _ in range(3)))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()
