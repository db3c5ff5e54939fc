# SPDX-License-Identifier: MIT
"""check-page.py PAGE: is it whole in itself, and does each figure say what it shows and how?"""
import os
import sys
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input", "path", "rect", "circle", "use", "line", "polygon",
        "polyline", "feflood", "fecomposite"}


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.path, self.bad, self.ids, self.open = path, 0, set(), []
        self.links, self.figures, self.figure = [], 0, None

    def complain(self, text):
        self.bad = 1
        print(f"FAIL: {self.path}:{self.getpos()[0]}: {text}")

    def link(self, value):
        if value.startswith("#"):
            self.links.append(value[1:])
        elif value.startswith("data:"):
            return
        elif ":" in value.split("/")[0] or value.startswith("//"):
            self.complain(f"refers to {value}")
        elif not os.path.exists(os.path.join(os.path.dirname(self.path), value)):
            self.complain(f"refers to {value}, which is not there")

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("script", "iframe", "object", "embed"):
            self.complain(f"has a <{tag}>")
        for name, value in attributes:
            if name.startswith("on"):
                self.complain(f"has {name}=")
            if name in ("href", "src", "xlink:href", "srcset"):
                self.link(value)
            if name == "id" and value in self.ids:
                self.complain(f"two have the id {value}")
            if name == "id":
                self.ids.add(value)
        if tag == "img" and not given.get("alt"):
            self.complain("an <img> without alt")
        if tag == "svg" and given.get("role") != "img":
            self.complain("an <svg> that is no image")
        if tag == "figure":
            self.figures += 1
            self.figure = set()
        if self.figure is not None:
            self.figure.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag == "figure":
            for part in {"svg", "title", "figcaption", "code", "p"} - self.figure:
                self.complain(f"a figure without <{part}>")
            self.figure = None
        # A paragraph may end without saying so.
        if tag != "p" and self.open and self.open[-1] == "p":
            self.open.pop()
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.complain(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
        else:
            self.open.pop()


page = Page(sys.argv[1])
with open(page.path, encoding="utf-8") as file:
    text = file.read()
page.feed(text)
for name in page.links:
    if name not in page.ids:
        page.complain(f"leads to #{name}, which is not there")
for word in ("http://", "https://", "@import"):
    rest = text.replace("http://www.w3.org/", "")
    if word in rest:
        page.complain(f"has {word}")
if page.open:
    page.complain(f"is not closed: {page.open}")
print(f"{page.figures} figures")
sys.exit(page.bad)
