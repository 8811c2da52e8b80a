"""Handlers are plain functions and classes: no queue, no route, no retry in sight."""

import hashlib
import re

PICTURE = re.compile(r"\[picture: ([^\]]*)\]")


class Unreadable(Exception):
    """No second look will help."""


class Blurred(Exception):
    """A second look often helps."""


def split(payload):
    """A list is a fan-out: each page goes its own way from here."""
    pages = payload["pages"]
    return [
        {"document": payload["document"], "page": number, "of": len(pages), "scan": scan}
        for number, scan in enumerate(pages, 1)
    ]


class PageReader:
    def __init__(self):
        # A class is constructed once, when its pod starts: the place to load what takes long.
        self.looked_at = set()

    def read(self, payload):
        """What is raised is retried by the sidecar; after the last attempt the page goes to error-end."""
        scan, page = payload["scan"], (payload["document"], payload["page"])
        if scan.startswith("unreadable"):
            raise Unreadable("page %d of %s cannot be read" % (page[1], page[0]))
        if scan.startswith("blurred") and page not in self.looked_at:
            self.looked_at.add(page)
            raise Blurred("page %d of %s needs a second look" % (page[1], page[0]))
        self.looked_at.discard(page)
        text = PICTURE.sub("", scan).strip()
        return dict(payload, text=text, words=len(text.split()), pictures=PICTURE.findall(scan))


def store(payload):
    """The end of the route: what is returned goes to happy-end."""
    content = "\n".join([payload["text"]] + payload["captions"])
    key = "%s/%s.txt" % (payload["document"], hashlib.sha256(content.encode("utf-8")).hexdigest()[:12])
    kept = {name: payload[name] for name in ("document", "page", "of", "words", "captions")}
    return dict(kept, key=key)
