"""An invoice on paper: the smallest PDF that a reader opens (ISO 32000-1, 7.5), one page of plain text."""

from __future__ import annotations

from collections.abc import Iterable

from mailagent.core.company import Company
from mailagent.sandbox.story import Bill, Debtor, amount_text


def invoice_pdf(company: Company, debtor: Debtor, bill: Bill) -> bytes:
    """The invoice as it is attached to reminders."""
    legal = company.legal
    return _pdf((
        f"{legal.name}, {legal.legal_form} au capital de {legal.capital}",
        *legal.address,
        f"{legal.registry} {legal.registration}",
        "",
        f"FACTURE {bill.number}",
        "",
        f"Client : {debtor.name} ({debtor.ref})",
        f"Date : {bill.issued:%d/%m/%Y}",
        f"Échéance : {bill.due:%d/%m/%Y}",
        "",
        f"Montant TTC : {amount_text(bill.amount)} EUR",
        "",
        f"IBAN : {company.bank.iban}",
    ))  # fmt: skip


def _pdf(lines: Iterable[str]) -> bytes:
    """One page of Helvetica in WinAnsi, one text line each."""
    shown = b"\n".join(b"(" + _escaped(line) + b") '" for line in lines)
    stream = b"BT /F1 12 Tf 18 TL 72 770 Td\n" + shown + b"\nET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    written = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n" % count
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))
    )


def _escaped(text: str) -> bytes:
    """A PDF string: Windows Latin, with its own brackets escaped."""
    raw = text.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
