"""Contents: raw mails and documents, whole, found by their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from mailagent.store.repository import Repository, in_chunks, insert_into
from mailagent.store.tables import ContentKind, contents


class Contents(Repository):
    """Bytes are stored once and never change."""

    async def put(self, content: bytes, kind: ContentKind) -> str:
        """Keep the bytes; their sha256."""
        (digest,) = await self.put_all((content,), kind)
        return digest

    async def put_all(self, given: Sequence[bytes], kind: ContentKind) -> tuple[str, ...]:
        """Keep them all; the sha256 of each."""
        digests = tuple(hashlib.sha256(content).hexdigest() for content in given)
        rows = [
            {"company": self._company, "sha256": digest, "kind": kind.value, "content": content}
            for digest, content in zip(digests, given, strict=True)
        ]
        kept = insert_into(self._connection, contents).on_conflict_do_nothing()
        await self._connection.execute(kept, rows)
        return digests

    async def get_many(self, digests: Iterable[str]) -> dict[str, bytes]:
        """Those of these hashes that are kept."""
        found: dict[str, bytes] = {}
        for chunk in in_chunks(digests):
            of = select(contents.c.sha256, contents.c.content).where(self._own(contents))
            rows = await self._all(of.where(contents.c.sha256.in_(chunk)))
            found |= {row.sha256: row.content for row in rows}
        return found

    async def get(self, sha256: str) -> bytes | None:
        """The bytes of that hash, or None."""
        found = select(contents.c.content).where(self._own(contents), contents.c.sha256 == sha256)
        content: bytes | None = await self._scalar(found)
        return content
