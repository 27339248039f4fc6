"""What stands in addresses of the administration is looked for as it is: what no row can have is not there."""

import pytest
from django.test import Client

from tests.factories import make_administrator

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin/accounts/user/?role=%00", 404),
        ("/admin/accounts/event/?action=a%00b", 404),
        ("/admin/accounts/user/?role=reader", 200),
        ("/admin/meetings/focalpoint/add/?party=%0A&user=x", 200),
    ],
)
def test_no_words_in_an_address_break_a_page(path, status):
    client = Client()
    client.force_login(make_administrator())
    assert client.get(path).status_code == status
