import pytest

from tests import samples
from tests.conftest import Village


@pytest.fixture
def busy(transactional_db: None) -> Village:
    """A village with a second supervisor, for threads of their own."""
    village = Village()
    assert village.house
    samples.make_user("shi", role="supervisor")
    return village
