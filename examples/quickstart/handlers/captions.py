"""The actor with a GPU. Its model is so small that it needs none."""


class Captioner:
    def __init__(self, words=6):
        self.words = int(words)

    def caption(self, payload):
        return dict(payload, captions=[self.describe(picture) for picture in payload["pictures"]])

    def describe(self, picture):
        words = picture.split()
        shown = " ".join(words[: self.words])
        return "A picture of %s%s." % (shown or "nothing", "..." if len(words) > self.words else "")
