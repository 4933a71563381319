"""Contents: raw mails and documents, whole, found by their hash."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from mailagent.store.repository import Repository
from mailagent.store.tables import ContentKind, contents


class Contents(Repository):
    """Bytes are stored once and never change."""

    async def put(self, content: bytes, kind: ContentKind) -> str:
        """Keep the bytes; their sha256."""
        digest = hashlib.sha256(content).hexdigest()
        kept = self._insert(contents, {"sha256": digest, "kind": kind.value, "content": content})
        await self._run(kept.on_conflict_do_nothing())
        return digest

    async def get(self, sha256: str) -> bytes | None:
        """The bytes of that hash, or None."""
        found = select(contents.c.content).where(self._own(contents), contents.c.sha256 == sha256)
        content: bytes | None = await self._scalar(found)
        return content
