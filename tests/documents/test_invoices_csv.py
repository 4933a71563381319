"""Invoices from CSV: good lines beside bad ones, each bad one named by line and column."""

from datetime import date

import pytest

from mailagent.core.money import Money
from mailagent.documents.invoices_csv import read_invoices

GOOD = """N° facture;Code client;Nom client;E-mail;Date facture;Échéance;Montant TTC
FA-2026-0042;C01;Menuiserie Durand;compta@durand.test;01/02/2026;03/03/2026;1 234,56
FA-2026-0043;C01;Menuiserie Durand;compta@durand.test;02/02/2026;04/03/2026;10
"""


def test_usual_french_headers_are_understood():
    found = read_invoices("f.csv", GOOD.encode(), "acme", "EUR")

    assert found.problems == ()
    first = found.rows[0]
    assert first.invoice.number == "FA-2026-0042"
    assert first.invoice.total == Money(123456, "EUR")
    assert first.invoice.due_on == date(2026, 3, 3)
    assert first.customer.ref == "C01"
    assert [c.address for c in first.customer.contacts] == ["compta@durand.test"]


def test_windows_1252_with_tabs_and_byte_order_marks_are_read():
    tabs = GOOD.replace(";", "\t")

    for data in (tabs.encode("cp1252"), GOOD.encode("utf-8-sig"), GOOD.encode("utf-16")):
        assert [r.invoice.number for r in read_invoices("f.csv", data, "acme", "EUR").rows] == [
            "FA-2026-0042",
            "FA-2026-0043",
        ]


def test_a_mapping_names_other_headers():
    data = b"piece,tiers,limite,solde\nF1,C1,2026-01-31,12.00\n"
    mapping = {"number": "piece", "customer": "tiers", "due": "limite", "amount": "solde"}

    found = read_invoices("f.csv", data, "acme", "EUR", mapping)

    assert [r.invoice.number for r in found.rows] == ["F1"]


def test_one_bad_line_never_hides_the_others():
    data = (
        GOOD
        + "FA-9;C02;X;pas une adresse;01/02/2026;31/02/2026;abc\nFA-10;C02;X;x@y.test;;01/04/2026;5\n"
    )

    found = read_invoices("f.csv", data.encode(), "acme", "EUR")

    assert [r.invoice.number for r in found.rows] == ["FA-2026-0042", "FA-2026-0043", "FA-10"]
    assert {(p.where, p.what) for p in found.problems} == {
        ("f.csv, line 4", "amount"),
        ("f.csv, line 4", "due"),
        ("f.csv, line 4", "email"),
    }
    assert all(p.hint for p in found.problems)


def test_a_number_twice_in_one_file_is_told():
    data = GOOD + "FA-2026-0042;C01;Menuiserie Durand;compta@durand.test;01/02/2026;03/03/2026;9\n"

    found = read_invoices("f.csv", data.encode(), "acme", "EUR")

    assert len(found.rows) == 2
    assert "line 2" in found.problems[0].why


def test_a_missing_column_names_the_columns_there_are():
    found = read_invoices("f.csv", b"foo;bar\n1;2\n", "acme", "EUR")

    assert found.rows == ()
    assert "foo, bar" in found.problems[0].why


def test_control_characters_cannot_reach_a_header():
    data = 'number,customer,due,amount\n"F1\nBcc: x@y.test",C1,2026-01-31,12.00\n'

    found = read_invoices("f.csv", data.encode(), "acme", "EUR")

    assert found.rows[0].invoice.number == "F1Bcc: x@y.test"


def test_a_due_date_before_the_invoice_date_is_a_mistake():
    data = b"number,customer,issued,due,amount\nF1,C1,2026-02-01,2026-01-31,12.00\n"

    assert read_invoices("f.csv", data, "acme", "EUR").problems[0].what == "due"


@pytest.mark.parametrize(
    ("due", "amount", "what"),
    [("2026-01-31", "-12.00", "amount"), ("0001-01-01", "12", "due"), ("31/12/9999", "12", "due")],
)
def test_what_no_invoice_can_be_is_told(due, amount, what):
    data = f"number,customer,due,amount\nF1,C1,{due},{amount}\n".encode()

    found = read_invoices("f.csv", data, "acme", "EUR")

    assert found.rows == ()
    assert [problem.what for problem in found.problems] == [what]


def test_an_invoice_may_be_for_nothing():
    data = b"number,customer,due,amount\nF1,C1,2026-01-31,0\n"

    assert read_invoices("f.csv", data, "acme", "EUR").rows[0].invoice.total.amount == 0


def test_columns_nobody_needs_are_named():
    data = b"number,customer,due,amount,mood\nF1,C1,2026-01-31,12.00,good\n"

    assert read_invoices("f.csv", data, "acme", "EUR").ignored == ("mood",)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf\r\n", "it is empty"),
        (b"PK\x03\x04\x14\x00", "it is a spreadsheet (XLSX, ODS)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "it is a spreadsheet (XLS)"),
        (b"%PDF-1.7", "it is a PDF"),
    ],
)
def test_what_is_no_table_is_named(data, why):
    (problem,) = read_invoices("f.csv", data, "acme", "EUR").problems

    assert (problem.where, problem.why) == ("f.csv", why)
