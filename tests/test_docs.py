"""What the docs say is what the code does."""

import pytest
from django.conf import settings

from fieldapi.management.commands.write_docs import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_written_from_the_code_is_current(name):
    assert (settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), (
        "run manage.py write_docs"
    )
