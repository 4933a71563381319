"""The paper invoice is a PDF whose parts lie where its table says."""

import re

from mailagent.sandbox.paper import invoice_pdf
from mailagent.sandbox.story import build_story


def test_the_pdf_is_whole() -> None:
    story = build_story(1)
    debtor = story.debtor("C1003")
    pdf = invoice_pdf(story.company, debtor, debtor.bills[0])
    assert pdf.startswith(b"%PDF-1.4")
    assert debtor.bills[0].number.encode() in pdf
    table_at = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    assert pdf[table_at:].startswith(b"xref")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", pdf), start=1):
        assert pdf[int(place) :].startswith(b"%d 0 obj" % number)
    length, stream = re.findall(rb"/Length (\d+) >>\nstream\n(.*)\nendstream", pdf, re.DOTALL)[0]
    assert len(stream) == int(length)
