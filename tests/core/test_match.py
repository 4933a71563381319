"""Whose mail it is: the ladder of evidence, from the signed address down to the sender."""

from __future__ import annotations

from typing import Any

import pytest

from mailagent.core.mail import Address, Attachment, Bounce, BounceRecipient, Forwarded, Machine
from mailagent.core.match import Candidates, Clues, Level, Match, SentMail, find_clues, match
from tests.core.make import make_company, make_mail

ONE, TWO = "FA-2026-0042", "FA-2026-0043"
TO_PETIT = SentMail(7, "<seven@martin.example>", "C1", (ONE, TWO), "anne@petit.example")
TO_DURAND = SentMail(8, "<eight@martin.example>", "C2", ("FA-2026-0099",), "bob@durand.example")
BOOKS = (
    ("FA20260042", ONE, "C1"),
    ("FA20260043", TWO, "C1"),
    ("FA20260099", "FA-2026-0099", "C2"),
)


def read_token(address: str) -> int | None:
    """Tokens of these tests: compta+7@martin.example proves mail 7."""
    local, _, domain = address.partition("@")
    _, plus, token = local.partition("+")
    return int(token) if plus and token.isdigit() and domain == "martin.example" else None


def clues_of(**mail: Any) -> Clues:
    return find_clues(make_mail(**mail), read_token, make_company())


def matched(candidates: dict[str, Any] | None = None, **mail: Any) -> Match:
    """The match of a mail from Anne Petit; only what the clues ask for is found in the books."""
    parsed = make_mail(**mail)
    clues = find_clues(parsed, read_token, make_company())
    numbers = {*clues.subject_numbers, *clues.new_text_numbers, *clues.quoted_numbers}
    sent = (TO_PETIT, TO_DURAND)
    contacts = {"anne@petit.example": ("C1",), "bob@durand.example": ("C2",)}
    domains = {"petit.example": ("C1",), "durand.example": ("C2",)}
    found: dict[str, Any] = {
        "by_token": tuple(s for s in sent if s.outbox_id in clues.tokens),
        "by_message_id": tuple(s for s in sent if s.message_id in clues.message_ids),
        "by_number": tuple(b for b in BOOKS if b[0] in numbers),
        "by_sender": contacts.get(clues.sender, ()),
        "by_domain": domains.get(clues.domain, ()),
        "open_numbers": {"C1": (ONE, TWO), "C2": ("FA-2026-0099",)},
    }
    return match(parsed, clues, Candidates(**found | (candidates or {})))


STRANGER = (Address("x@elsewhere.example"),)
COLLEAGUE = (Address("boss@petit.example"),)
BOB = (Address("bob@durand.example"),)
TOKEN = (Address("compta+7@martin.example"),)
NO_SUBJECT: dict[str, Any] = {"subject": "Bonjour"}


@pytest.mark.parametrize(
    "place",
    [
        {"to": TOKEN},
        {"cc": TOKEN},
        {"delivered_to": ("compta+7@martin.example",)},
        {"delivered_to": ("Compta+7@MARTIN.example",)},
    ],
)
def test_the_token_is_found_wherever_the_address_stands(place: dict[str, Any]) -> None:
    assert clues_of(**place).tokens == (7,)


def test_in_reply_to_is_looked_at_first_then_the_newest_reference() -> None:
    clues = clues_of(
        in_reply_to=("<b@Martin.Example>",), references=("<a@x>", "<b@martin.example>", "<c@x>")
    )
    assert clues.message_ids == ("<b@martin.example>", "<c@x>", "<a@x>")


def test_numbers_are_kept_apart_by_where_they_stand() -> None:
    clues = clues_of(
        subject="RE: TR: Facture FA 2026-0042",
        new_text="la FA-2026-0043 est payée",
        quoted_text="> Facture FA-2026-0044",
        attachments=(Attachment("avis_FA-2026-0045.pdf", "application/pdf", 1, "0"),),
    )
    assert "FA20260042" in clues.subject_numbers
    assert "FA20260043" in clues.new_text_numbers
    assert "FA20260044" in clues.quoted_numbers
    assert any(n.endswith("FA20260045") for n in clues.quoted_numbers)


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("anne@petit.example", "petit.example"),
        ("anne.petit@gmail.com", ""),
        ("anne.petit@orange.fr", ""),
        ("someone@martin.example", ""),  # our own domain
    ],
)
def test_only_a_companys_own_domain_is_a_clue(sender: str, domain: str) -> None:
    assert clues_of(from_=(Address(sender),)).domain == domain


def forwarded(sender: str = "anne@petit.example") -> Forwarded:
    return Forwarded((Address(sender),), (), (), "Facture FA-2026-0042", None, "payée", "fyi")


def test_a_forward_by_staff_is_a_clue_to_who_wrote_inside() -> None:
    staff = (Address("claire@martin.example"),)
    assert clues_of(from_=staff, forwarded=forwarded()).sender == "anne@petit.example"
    # A stranger who forwards something is himself the sender.
    assert clues_of(from_=STRANGER, forwarded=forwarded()).sender == "x@elsewhere.example"


@pytest.mark.parametrize(
    ("sender", "tokens"), [("claire@martin.example", (7,)), ("x@y.example", ())]
)
def test_a_token_inside_a_forward_counts_when_staff_forwarded_it(
    sender: str, tokens: tuple[int, ...]
) -> None:
    inner = Forwarded((Address("anne@petit.example"),), TOKEN, (), "", None, "", "")
    assert clues_of(from_=(Address(sender),), forwarded=inner).tokens == tokens


REPORT = Bounce((BounceRecipient("Anne@petit.example", "failed", "5.1.1", hard=True),), None)


def test_a_delivery_report_is_a_clue_to_the_address_it_speaks_of() -> None:
    daemon = (Address("mailer-daemon@mx.example"),)
    clues = clues_of(from_=daemon, bounce=REPORT, machine=Machine.BOUNCE)
    assert clues.sender == "anne@petit.example"


@pytest.mark.parametrize(
    ("mail", "level", "invoices"),
    [
        ({"to": TOKEN, "from_": STRANGER}, Level.TOKEN, (ONE, TWO)),
        ({"in_reply_to": ("<seven@martin.example>",)}, Level.REFERENCE, (ONE, TWO)),
        (
            {"references": ("<seven@martin.example>", "<z@petit.example>")},
            Level.REFERENCE,
            (ONE, TWO),
        ),
        ({"to": TOKEN, "bounce": REPORT}, Level.RETURN_PATH, (ONE, TWO)),
        (
            {"bounce": Bounce(REPORT.recipients, "<seven@martin.example>")},
            Level.RETURNED_MAIL,
            (ONE, TWO),
        ),
        ({}, Level.SUBJECT, (ONE,)),  # "Re: Facture FA-2026-0042"
        ({"from_": STRANGER}, Level.SUBJECT, (ONE,)),
        (NO_SUBJECT | {"new_text": "la FA 2026/0043"}, Level.NUMBER, (TWO,)),
        (NO_SUBJECT | {"quoted_text": "FA-2026-0043"}, Level.NUMBER, (TWO,)),
        (NO_SUBJECT, Level.SENDER, ()),  # two are open: which one, nobody knows
        (NO_SUBJECT | {"from_": COLLEAGUE}, Level.SENDER, ()),
    ],
)
def test_the_best_evidence_names_the_customer(
    mail: dict[str, Any], level: Level, invoices: tuple[str, ...]
) -> None:
    found = matched(**mail)
    assert (found.customer, found.level, found.invoices) == ("C1", level, invoices)
    assert found.rivals == ()
    assert found.evidence


@pytest.mark.parametrize(
    ("sender", "known"),
    [(STRANGER, False), (COLLEAGUE, False), ((Address("anne@petit.example"),), True)],
)
def test_only_a_contact_is_a_known_sender(sender: tuple[Address, ...], known: bool) -> None:
    assert matched(to=TOKEN, from_=sender).known_sender is known


def test_what_he_says_now_narrows_down_what_we_wrote() -> None:
    found = matched(in_reply_to=("<seven@martin.example>",), new_text="pour la FA-2026-0043")
    assert found.invoices == (TWO,)


def test_with_exactly_one_open_invoice_the_sender_is_enough() -> None:
    found = matched({"open_numbers": {"C1": (ONE,)}}, **NO_SUBJECT)
    assert (found.level, found.invoices) == (Level.SENDER, (ONE,))


def test_mails_it_cites_are_remembered_with_their_recipients() -> None:
    found = matched(to=TOKEN, in_reply_to=("<seven@martin.example>",))
    assert (found.outbox_ids, found.recipients) == ((7,), ("anne@petit.example",))


def test_a_message_id_counts_whatever_the_case_of_its_domain() -> None:
    sent = SentMail(9, "<nine@Martin.example>", "C1", (ONE,), "anne@petit.example")
    found = matched({"by_message_id": (sent,)}, in_reply_to=("<nine@MARTIN.EXAMPLE>",))
    assert found.level is Level.REFERENCE


@pytest.mark.parametrize(
    ("mail", "customer", "rivals"),
    [
        # token of one thread, reference to another
        ({"to": TOKEN, "in_reply_to": ("<eight@martin.example>",)}, "C1", ("C2",)),
        (
            {"references": ("<seven@martin.example>", "<eight@martin.example>")},
            "C1",
            ("C2",),
        ),
        # a contact of another customer writes in this thread
        ({"to": TOKEN, "from_": BOB}, "C1", ("C2",)),
        # a stranger names invoices of two customers
        ({"from_": STRANGER, "new_text": "FA-2026-0099"}, "C1", ("C2",)),
        # the domain of one and a number of another
        (NO_SUBJECT | {"from_": COLLEAGUE, "new_text": "FA-2026-0099"}, "C2", ("C1",)),
    ],
)
def test_evidence_that_disagrees_names_rivals(
    mail: dict[str, Any], customer: str, rivals: tuple[str, ...]
) -> None:
    found = matched(**mail)
    assert {found.customer, *found.rivals} == {customer, *rivals}
    assert len(found.rivals) == 1


def test_in_reply_to_goes_before_older_references() -> None:
    found = matched(in_reply_to=("<eight@martin.example>",), references=("<seven@martin.example>",))
    assert (found.customer, found.rivals) == ("C2", ("C1",))


def test_a_known_sender_who_names_someone_elses_number_is_himself() -> None:
    found = matched(**NO_SUBJECT, new_text="votre FA-2026-0099")
    assert (found.customer, found.rivals, found.invoices) == ("C1", (), ())


def test_a_contact_shared_by_customers_is_told_apart_by_the_number() -> None:
    shared = {"by_sender": ("C1", "C2")}
    found = matched(shared, **NO_SUBJECT, new_text="la FA-2026-0099")
    assert (found.customer, found.rivals, found.known_sender) == ("C2", (), True)
    unclear = matched(shared, **NO_SUBJECT)
    assert {unclear.customer, *unclear.rivals} == {"C1", "C2"}


def test_a_strangers_list_of_numbers_points_at_nobody() -> None:
    owners = tuple((f"FA{n:04}", f"FA-{n:04}", f"C{n}") for n in range(4))
    text = ", ".join(number for _, number, _ in owners)
    found = matched({"by_number": owners}, **NO_SUBJECT, from_=STRANGER, new_text=text)
    assert (found.customer, found.rivals, found.level) == (None, (), None)
    assert len(found.evidence) == 4  # but a person sees what was found


def test_up_to_three_customers_are_held_for_a_strangers_numbers() -> None:
    owners = tuple((f"FA{n:04}", f"FA-{n:04}", f"C{n}") for n in range(3))
    text = ", ".join(number for _, number, _ in owners)
    found = matched({"by_number": owners}, **NO_SUBJECT, from_=STRANGER, new_text=text)
    assert (found.customer, found.rivals) == ("C0", ("C1", "C2"))


def test_the_levels_are_those_of_the_journal() -> None:
    assert [int(level) for level in Level] == [1, 2, 3, 4, 6, 7, 8]


def test_a_mail_without_any_clue_is_nobodys() -> None:
    found = matched(**NO_SUBJECT, from_=STRANGER)
    assert found == Match(None, (), None, (), (), (), known_sender=False)


def test_a_mail_with_two_senders_is_nobodys() -> None:
    assert matched(**NO_SUBJECT, from_=(*STRANGER, *COLLEAGUE)).customer is None
