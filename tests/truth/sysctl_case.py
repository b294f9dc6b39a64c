# SPDX-License-Identifier: Apache-2.0
"""A tree of files that set sysctls, as a value that can be written down and run again."""

import base64
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A file of the tree. Content is bytes, of any kind; a link has its target instead; a directory has neither."""

    path: str
    content: bytes | None = None
    target: str | None = None

    def make(self):
        path = Path(self.path)
        if self.target is not None:
            path.symlink_to(self.target)
        elif self.content is None:
            path.mkdir()
        else:
            path.write_bytes(self.content)


@dataclass(frozen=True)
class SysctlCase:
    entries: tuple[Entry, ...]


def save(case, path):
    def plain(value):
        return {"base64": base64.b64encode(value).decode()}

    Path(path).write_text(json.dumps(asdict(case), indent=1, default=plain) + "\n", encoding="utf-8")


def load(path):
    """The case of a file that `save` wrote."""

    def entry(value):
        content = value["content"]
        return Entry(value["path"], base64.b64decode(content["base64"]) if content else None, value["target"])

    return SysctlCase(tuple(entry(each) for each in json.loads(Path(path).read_text(encoding="utf-8"))["entries"]))


def text_of(case):
    """For people."""
    pieces = []
    for each in case.entries:
        kind = f"-> {each.target}" if each.target is not None else "directory" if each.content is None else ""
        pieces.append(f"{each.path} {kind}\n")
        lines = (each.content or b"").split(b"\n") if len(each.content or b"") < 5000 else [b"(long)"]
        pieces.extend(f"    {repr(line)[2:-1]}\n" for line in lines)
    return "".join(pieces)
