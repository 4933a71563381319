"""Customers that share an address, a domain, a number's beginning, or an address with us."""

from __future__ import annotations

import pytest

from mailagent.core.decisions import Filing
from mailagent.core.hold import HoldReason
from tests.house import House
from tests.letters import reply
from tests.threats.siege import ANNE, CLAIRE, US, active, questions, reasons, reminded

DUE = "2026-03-06;100,00"


async def test_two_customers_of_one_address_fall_silent_together(house: House):
    shared = "compta@groupe.example"
    await reminded(house, f"FA-1001;C1;Un;{shared};{DUE}", f"FA-2002;C2;Deux;{shared};{DUE}")

    filing = await house.receive(reply("C'est contesté.", sender=shared, subject="Bonjour"))

    assert filing is Filing.WAITING
    for ref in ("C1", "C2"):
        assert reasons(await house.account(ref), house) == {HoldReason.NOT_UNDERSTOOD}
    assert "C1 or C2" in (await questions(house))[0].question


async def test_two_customers_of_one_domain_fall_silent_together(house: House):
    await reminded(
        house, f"FA-1001;C1;Un;a@groupe.example;{DUE}", f"FA-2002;C2;Deux;b@groupe.example;{DUE}"
    )
    await house.receive(reply("C'est contesté.", sender="c@groupe.example", subject="Bonjour"))
    for ref in ("C1", "C2"):
        assert reasons(await house.account(ref), house)


async def test_a_freemail_domain_says_nothing(house: House):
    await reminded(house, f"FA-1001;C1;Un;a@gmail.com;{DUE}", f"FA-2002;C2;Deux;b@gmail.com;{DUE}")
    filing = await house.receive(reply("C'est contesté.", sender="c@gmail.com", subject="Bonjour"))
    assert filing is Filing.WAITING
    for ref in ("C1", "C2"):
        assert active(await house.account(ref), house) == []


async def test_no_question_or_mail_to_one_names_the_other(house: House):
    """P7: what is shown about one customer's mail never puts the other's figures into a mail."""
    shared = "compta@groupe.example"
    await reminded(
        house, f"FA-1001;C1;Un;{shared};{DUE}", f"FA-2002;C2;Deux;{shared};2026-03-06;777,77"
    )
    for mail in await house.outbox():
        raw = (await house.raw(mail)).decode()
        other = "FA-2002" if mail.customer == "C1" else "FA-1001"
        assert other not in raw
        assert mail.customer != "C1" or "777,77" not in raw


@pytest.mark.parametrize(
    ("numbers", "said", "about"),
    [
        (("FA-2026-001", "FA-2026-0012"), "FA-2026-0012", {"FA-2026-0012"}),
        (("FA-2026-001", "FA-2026-0012"), "FA-2026-001", {"FA-2026-001"}),
        (("FA-2026-001", "FA-2026-0012"), "FA 2026 0012", {"FA-2026-0012"}),
        (("100200", "1002003"), "1002003", {"1002003"}),
        (("100200", "1002003"), "n° 100200", {"100200"}),
        (("FA 2026 7", "FA 2026 77"), "fa2026/77", {"FA 2026 77"}),
        (("A-12345", "XA-12345"), "XA-12345", {"XA-12345"}),
        (
            ("FA-2026-001", "FA-2026-0012"),
            "FA-2026-001 et FA-2026-0012",
            {"FA-2026-001", "FA-2026-0012"},
        ),
    ],
)
async def test_a_number_that_begins_another_is_not_it(
    house: House, numbers: tuple[str, ...], said: str, about: set[str]
):
    await house.invoices(*(f"{n};C1;Petit;{ANNE};{DUE}" for n in numbers))

    await house.receive(reply(f"Nous contestons la facture {said}.", subject="Bonjour"))

    holds = active(await house.account("C1"), house)
    assert {h.invoice for h in holds if h.reason is HoldReason.DISPUTE} == about


async def test_a_customer_at_our_own_address_is_refused_at_import(house: House):
    done = await house.invoices(f"FA-1;C1;Erreur;{US};{DUE}", f"FA-2;C2;Bon;{ANNE};{DUE}")
    assert done.new == 2
    assert any(US in str(problem) for problem in done.problems)
    assert (await house.account("C1")).customer.contacts == ()
    await house.plan()
    assert {m.recipient for m in await house.outbox()} == {ANNE}


async def test_a_colleague_who_owes_is_heard_like_anybody(house: House):
    """A staff address may be a customer's contact: what comes from there may be either."""
    await reminded(house, f"FA-1001;C1;Claire;{CLAIRE};{DUE}", f"FA-2002;C2;Petit;{ANNE};{DUE}")

    await house.receive(reply("Je conteste la FA-1001.", sender=CLAIRE, to=US))

    assert reasons(await house.account("C1"), house)
    assert await questions(house)
    assert active(await house.account("C2"), house) == []


async def test_a_forward_to_us_with_a_contact_in_copy_still_holds_its_customer(house: House):
    await reminded(house, f"FA-1001;C1;Claire;{CLAIRE};{DUE}", f"FA-2002;C2;Petit;{ANNE};{DUE}")
    text = (
        "À traiter.\n\n---------- Forwarded message ---------\n"
        f"De : Anne <{ANNE}>\nDate: mar. 10 mars 2026 à 09:00\nSubject: litige\nTo: <{CLAIRE}>\n\n"
        "Nous contestons la FA-2002.\n"
    )
    await house.receive(
        reply(text, sender="jean@martin.example", to=US, cc=CLAIRE, subject="TR: litige")
    )
    await house.receive(reply(text, sender=CLAIRE, to=US, subject="TR: litige"))
    assert reasons(await house.account("C2"), house)
