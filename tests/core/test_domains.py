"""Freemail domains never tell a company."""

from __future__ import annotations

import pytest

from mailagent.core.domains import business_domain


@pytest.mark.parametrize(
    "address",
    [
        "a@gmail.com", "a@GMAIL.com", "a@googlemail.com", "a@orange.fr", "a@free.fr", "a@laposte.net",
        "a@gmx.de", "a@gmx.at", "a@web.de", "a@hotmail.fr", "a@hotmail.co.uk", "a@yahoo.com",
        "a@yahoo.co.jp", "a@outlook.be", "a@icloud.com", "a@sfr.fr", "a@wanadoo.fr", "a@bbox.fr",
        "", "nobody",
    ],
)  # fmt: skip
def test_a_shared_domain_is_nobodys(address: str) -> None:
    assert business_domain(address) == ""


@pytest.mark.parametrize("address", ["anne@petit.example", "Anne@Petit.Example"])
def test_a_companys_domain_is_its_own(address: str) -> None:
    assert business_domain(address) == "petit.example"
