"""Payments from CSV: the same file gives the same keys."""

from mailagent.documents.payments_csv import read_payments

DATA = """Facture;Montant;Date de paiement;Libellé
FA-1;100,00;05/03/2026;VIR DURAND
FA-1;100,00;05/03/2026;VIR DURAND
FA-2;-5,00;06/03/2026;retour
"""


def test_payments_are_read():
    found = read_payments("p.csv", DATA.encode(), "EUR")

    assert [(r.invoice, r.amount) for r in found.rows] == [
        ("FA-1", 10000),
        ("FA-1", 10000),
        ("FA-2", -500),
    ]
    assert found.problems == ()


def test_reading_again_gives_the_same_keys_and_equal_lines_are_two_payments():
    first = [r.key for r in read_payments("p.csv", DATA.encode(), "EUR").rows]
    again = [r.key for r in read_payments("other.csv", DATA.encode("cp1252"), "EUR").rows]

    assert first == again
    assert len(set(first)) == 3


def test_credit_notes_are_told_apart():
    data = b"invoice,amount,date,kind\nFA-1,10,2026-03-05,avoir\nFA-1,10,2026-03-05,\n"

    assert [r.is_credit_note for r in read_payments("p.csv", data, "EUR").rows] == [True, False]


def test_a_zero_and_a_wrong_date_are_told_by_line_and_column():
    data = b"invoice,amount,date\nFA-1,0,2026-03-05\nFA-1,5,tomorrow\n"

    found = read_payments("p.csv", data, "EUR")

    assert [(p.where, p.what) for p in found.problems] == [
        ("p.csv, line 2", "amount"),
        ("p.csv, line 3", "date"),
    ]
