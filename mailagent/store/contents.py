"""Contents: raw mails and documents, whole, found by their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import select

from mailagent.store.repository import Repository, in_chunks
from mailagent.store.tables import ContentKind, contents


class Contents(Repository):
    """Bytes are stored once and never change."""

    async def put(self, content: bytes, kind: ContentKind) -> str:
        """Keep the bytes; their sha256."""
        digest = hashlib.sha256(content).hexdigest()
        kept = self._insert(contents, {"sha256": digest, "kind": kind.value, "content": content})
        await self._run(kept.on_conflict_do_nothing())
        return digest

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
