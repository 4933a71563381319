"""What was written this time: a reply without quoted mail, signature and footers.

Line by line and in linear time. Marked quotes ("> ") may be answered anywhere, so unquoted lines
between and below them are kept; below an unmarked quote (Outlook's header block) everything is old.
A wrong cut loses an answer, so in doubt a line counts as new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailagent.message import markers
from mailagent.message.markers import MAX_COMPARED

_ATTRIBUTION_LINES = 4  # "Le ... a écrit :" is wrapped over so many lines at most
_HEADER_BLOCK_LINES = 9  # a quoted header block shows itself within so many lines
_WRAPPED_QUOTE = 60  # a quoted line this long may have lost its end to the next line
_SIGNATURE_PROSE = 6  # words from which a line below the closing may be a sentence


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a text. Equal `new` and `quoted` mean: nobody can tell who wrote it."""

    new: str
    quoted: str
    signature: str


def split(text: str) -> Split:
    """The new text, the quoted text and the signature of a plain-text body."""
    lines = text.splitlines()
    own, unmarked_from = _own_lines(lines)
    segments = _segments(lines, own)
    new: list[str] = []
    signature: list[str] = []
    for segment in segments:
        body, rest = _split_signature(segment, written=any(line.strip() for line in new))
        new.extend(body)
        signature.extend(rest)
    quoted = _join(line for line, is_own in zip(lines, own, strict=True) if not is_own)
    written = _join(new)
    if not written:
        written = _join(line for segment in segments for line in segment if not _is_footer(line))
    if not written and unmarked_from is not None:
        # Only an unmarked quote: perhaps answered below it. Better too much than nothing.
        written = quoted
    return Split(written, quoted, _join(signature))


def _own_lines(lines: Sequence[str]) -> tuple[list[bool], int | None]:
    """For each line whether it was written now, and where an unmarked quote after an attribution begins."""
    own = [True] * len(lines)
    index = 0
    while index < len(lines):
        length = 1
        if _is_quoted(lines[index]) or _is_wrapped_quote(lines, index):
            own[index] = False
        elif count := quote_intro(lines, index):
            length = count
            own[index : index + count] = [False] * count
            if not _next_is_quoted(lines, index + count):
                own[index:] = [False] * (len(lines) - index)
                attribution = not _is_header_block(lines, index) and not _is_separator(lines[index])
                return own, index if attribution else None
        index += length
    return own, None


def quote_intro(lines: Sequence[str], index: int) -> int:
    """How many lines introduce quoted mail here: attribution, separator or header block; 0 for none."""
    line = lines[index][:MAX_COMPARED]
    if not line.strip():
        return 0
    if _is_separator(line):
        return 1
    if markers.RULE.match(line):
        start = _next_line(lines, index + 1)
        return start - index if start is not None and _is_header_block(lines, start) else 0
    if _is_header_block(lines, index):
        return 1
    return _attribution_length(lines, index)


def _is_separator(line: str) -> bool:
    return bool(markers.SEPARATOR.match(line[:MAX_COMPARED]))


def _is_header_block(lines: Sequence[str], index: int) -> bool:
    """True where "From:", and two of "Sent:", "To:", "Subject:" stand together."""
    if not markers.header_meaning(lines[index]):
        return False
    found = {markers.header_meaning(line) for line in lines[index : index + _HEADER_BLOCK_LINES]}
    return "from" in found and len(found & {"sent", "to", "subject"}) >= 2


def _attribution_length(lines: Sequence[str], index: int) -> int:
    opens = markers.ATTRIBUTION_OPENERS.match(lines[index][:MAX_COMPARED])
    joined = ""
    for count, line in enumerate(lines[index : index + _ATTRIBUTION_LINES], start=1):
        if not line.strip() or _is_quoted(line):
            return 0
        joined = f"{joined} {line.strip()[:MAX_COMPARED]}"
        if joined.endswith(":") and markers.ATTRIBUTION_ENDS.search(joined[-MAX_COMPARED:]):
            return count if opens or _next_is_quoted(lines, index + count) else 0
        if not opens:
            return 0
    return 0


def _is_quoted(line: str) -> bool:
    return line.lstrip()[:1] == ">"


def _is_wrapped_quote(lines: Sequence[str], index: int) -> bool:
    """True for the end of a long quoted line that a mail program broke without a new mark."""
    return (
        0 < index < len(lines) - 1
        and bool(lines[index].strip())
        and _is_quoted(lines[index - 1])
        and len(lines[index - 1]) >= _WRAPPED_QUOTE
        and _is_quoted(lines[index + 1])
    )


def _next_line(lines: Sequence[str], index: int) -> int | None:
    """The next line with text, within a few lines."""
    return next((i for i in range(index, min(index + 4, len(lines))) if lines[i].strip()), None)


def _next_is_quoted(lines: Sequence[str], index: int) -> bool:
    following = _next_line(lines, index)
    return following is not None and _is_quoted(lines[following])


def _segments(lines: Sequence[str], own: Sequence[bool]) -> list[list[str]]:
    """Runs of own lines; a quote ends one."""
    segments: list[list[str]] = [[]]
    for line, is_own in zip(lines, own, strict=True):
        if is_own:
            segments[-1].append(line)
        elif segments[-1]:
            segments.append([])
    return segments


def _split_signature(segment: Sequence[str], *, written: bool) -> tuple[list[str], list[str]]:
    """Body and signature of one run of own lines; `written`: there is text before it."""
    body: list[str] = []
    signature: list[str] = []
    target = body
    delimited = False
    for line in segment:
        seen = line.strip()[:MAX_COMPARED]
        if markers.BANNER.match(seen) and not written:
            continue
        if markers.DISCLAIMER.match(seen) or (written and markers.SIGNATURE_DELIMITER.match(line)):
            target, delimited = signature, True
        elif written and target is body and markers.CLOSING.match(seen):
            target = signature
        elif markers.POSTSCRIPT.match(seen) or (
            target is signature and not delimited and _is_prose(seen)
        ):
            target, delimited = body, False
        (signature if _is_footer(line) else target).append(line)
        written = written or bool(seen)
    return body, signature


def _is_prose(line: str) -> bool:
    """True for a sentence, as opposed to a name, a job or an address below the closing."""
    words = line.split()
    return (
        len(words) >= _SIGNATURE_PROSE
        and line[-1] in ".!?"
        and sum(word[:1].islower() for word in words) > len(words) // 2
    )


def _is_footer(line: str) -> bool:
    return bool(markers.FOOTER.match(line.strip()[:MAX_COMPARED]))


def _join(lines: Iterable[str]) -> str:
    """Lines as text, at most one blank line in a row and none outside."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    return "\n".join(kept).strip("\n \t")
