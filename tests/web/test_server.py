from pathlib import Path

import pytest

from farm.model.errors import UsageError
from farm.web.server import Address, check_address

_PEM = Path("x.pem")
_ALL = "0.0.0.0"  # noqa: S104 - what is to be refused


@pytest.mark.parametrize(
    ("address", "exposed"),
    [
        (Address(host=_ALL, port=1), False),
        (Address(host=_ALL, port=1), True),
        (Address(host="192.0.2.1", port=1, certificate=_PEM, key=_PEM), False),
        (Address(host="127.0.0.1", port=1, certificate=_PEM), False),
    ],
)
def test_nothing_is_shown_to_others_by_accident_or_in_the_clear(
    address: Address, exposed: bool
) -> None:
    with pytest.raises(UsageError):
        check_address(address, exposed=exposed)


@pytest.mark.parametrize(
    ("address", "exposed"),
    [
        (Address(host="127.0.0.1", port=1), False),
        (Address(host="::1", port=1), False),
        (Address(host=_ALL, port=1, certificate=_PEM, key=_PEM), True),
        (Address(host=_ALL, port=1, proxy="192.0.2.9"), True),
    ],
)
def test_loopback_and_tls_are_fine(address: Address, exposed: bool) -> None:
    assert check_address(address, exposed=exposed) == address
