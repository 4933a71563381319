from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import INVOICES, Office

HEADER = "number;customer;email;due;amount\n"


def test_importing_again_changes_nothing(office: Office) -> None:
    file = office.file("f.csv", INVOICES)
    before = office("journal", "verify", "--json").json

    answer = office("import", "invoices", file, "--json")

    assert answer.code == 0
    assert (answer.json["new"], answer.json["same"]) == (0, 3)
    assert office("journal", "verify", "--json").json == before


def test_bad_lines_are_named_and_good_ones_taken(office: Office) -> None:
    file = office.file(
        "f.csv", f"{HEADER}FA-7;C7;a@client.example;2026-03-01;12\nFA-8;C7;nobody;31/02/2026;x\n"
    )

    answer = office("import", "invoices", file)

    assert answer.code == 1
    assert "New invoices: 1" in answer.out
    assert "problems: 3" in answer.out
    for words in ("f.csv, line 3: amount", "f.csv, line 3: due", "f.csv, line 3: email"):
        assert words in answer.err


def test_problems_as_json(office: Office) -> None:
    answer = office("import", "invoices", "--json", office.file("f.csv", "a,b\n1,2\n"))

    assert answer.code == 1
    assert [p["what"] for p in answer.json["problems"]] == ["number", "due", "amount"]
    assert all(p["where"] and p["why"] and p["hint"] for p in answer.json["problems"])


def test_columns_can_be_named(office: Office) -> None:
    file = office.file("f.csv", "Beleg,Kunde,fällig,Summe\nRE-1,C9,2026-03-01,5.00\n")
    columns = ("number=Beleg", "customer=Kunde", "due=fällig", "amount=Summe")

    answer = office("import", "invoices", file, *(f"--map={pair}" for pair in columns))

    assert answer.code == 0, answer.err
    assert "New invoices: 1" in answer.out
    assert "write --map COLUMN=HEADER" in office("import", "invoices", file, "--map", "x").err


def test_documents_are_attached_by_number(office: Office) -> None:
    pdfs = office.folder / "pdf"
    pdfs.mkdir()
    (pdfs / "fa 1.PDF").write_bytes(b"%PDF-1.7")

    answer = office(
        "import", "invoices", office.file("f.csv", INVOICES), "--documents", str(pdfs), "--json"
    )

    assert (answer.json["changed"], answer.json["same"]) == (1, 2)


def test_a_payment_settles_and_cancels(office: Office) -> None:
    file = office.file("p.csv", "invoice,amount,date\nFA-1,1234.50,2026-03-09\n")

    assert "New payments: 1" in office("import", "payments", file).out
    assert office("import", "payments", file, "--json").json["same"] == 1

    assert office("why", "--json", "FA-1").json["standing"] == "settled"
    assert office.mail(1).state == "cancelled"


def test_a_payment_for_an_unknown_invoice(office: Office) -> None:
    answer = office(
        "import", "payments", office.file("p.csv", "invoice,amount,date\nFA-9,1,2026-03-09\n")
    )

    assert answer.code == 1
    assert "p.csv, line 2: invoice: FA-9 is not known. Import its invoice first." in answer.err


def test_a_file_that_is_not_there(office: Office) -> None:
    answer = office("import", "invoices", str(Path("/nowhere/f.csv")))

    assert answer.code == 2
    assert "does not exist" in answer.err
