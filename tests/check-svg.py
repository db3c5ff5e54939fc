# SPDX-License-Identifier: MIT
"""check-svg.py FILE...: is each well-formed, whole in itself, and its text inside the picture?"""
import re
import sys
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"
bad = 0


def complain(path, text):
    global bad
    bad = 1
    print(f"FAIL: {path}: {text}")


def check(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        root = tree.fromstring(text)
    except tree.ParseError as error:
        return complain(path, error)
    if root.tag != SVG + "svg":
        complain(path, f"is a {root.tag}")
    if not root.findtext(SVG + "title"):
        complain(path, "no title")
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name in ("script", "foreignObject", "image", "a"):
            complain(path, f"has a <{name}>")
        for attribute, value in element.attrib.items():
            attribute = attribute.rpartition("}")[2]
            if attribute.startswith("on"):
                complain(path, f"has {attribute}=")
            if attribute in ("href", "src") and not value.startswith(("#", "data:")):
                complain(path, f"refers to {value}")
            if attribute == "id" and text.count(f'id="{value}"') > 1:
                complain(path, f"has two of the id {value}")
    for link in re.findall(r"url\(\s*['\"]?([^)'\"]*)", text):
        if not link.startswith("#"):
            complain(path, f"refers to {link}")
        elif f'id="{link[1:]}"' not in text and f"id='{link[1:]}'" not in text:
            complain(path, f"refers to {link}, which is not there")
    if "@import" in text:
        complain(path, "has an @import")
    inside(path, root)


def inside(path, root):
    """Anchors of plain text: what is turned or grouped is looked at in a browser."""
    _, _, width, height = (float(n) for n in root.get("viewBox").split())
    for element in root.findall(SVG + "text"):
        x, y = float(element.get("x")), float(element.get("y"))
        if not (0 <= x <= width and 0 <= y <= height):
            complain(path, f"{element.text!r} is outside")


for name in sys.argv[1:]:
    check(name)
sys.exit(bad)
