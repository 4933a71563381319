"""How well the rules read labelled mails: `python bench/reading.py FILE.jsonl...`.

Each line has `labels` (the first is what one acts on), `lang`, `subject`, `body`, `sent_at`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from mailagent.core.mail import Verdict
from mailagent.message.parse import as_mail
from mailagent.reading.understand import understand


def main(files: list[str]) -> None:
    right, found, labelled = Counter[str](), Counter[str](), Counter[str]()
    applied, rightly = Counter[str](), Counter[str]()
    for line in (line for file in files for line in Path(file).read_text().splitlines()):
        mail = json.loads(line)
        sent = datetime.fromisoformat(mail["sent_at"]).astimezone()
        parsed = as_mail(mail["subject"], mail["body"], sent)
        reading = understand(parsed, (), sent.date(), "Europe/Paris", "EUR")
        said = reading.intents[0].intent.value if reading.intents else "other"
        labelled[mail["labels"][0]] += 1
        found[said] += 1
        right[said] += said == mail["labels"][0]
        if reading.decision is Verdict.APPLY:
            applied[said] += 1
            rightly[said] += said in mail["labels"]
    for intent in sorted(labelled):
        precision = right[intent] / max(found[intent], 1)
        recall = right[intent] / labelled[intent]
        print(
            f"{intent:22} {labelled[intent]:5}  precision {precision:.2f}  recall {recall:.2f}"
            f"  applied {applied[intent]:4}, rightly {rightly[intent]:4}"
        )
    total = sum(labelled.values())
    print(
        f"first intent right {sum(right.values()) / total:.3f}; applied {sum(applied.values()) / total:.3f}"
        f" of all, {sum(rightly.values()) / max(sum(applied.values()), 1):.3f} of these rightly"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
