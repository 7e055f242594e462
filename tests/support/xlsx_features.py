"""Counts what a workbook consists of, to see that a fill lost nothing.

    python3 xlsx_features.py FILE...      one JSON object a file: {"sheet/mergeCell": 13, ...}

Every element of every XML part is counted under the part's kind (its content type's last word), besides the
attributes that switch a feature on; parts that are not XML are counted by kind. Cell contents are not counted: they
are what a fill changes.
"""
import json
import sys
import zipfile
from collections import Counter
from xml.etree import ElementTree

CELL = {"c", "v", "t", "is", "row"}
SWITCHES = {
    "outlineLevel", "collapsed", "shrinkToFit", "quotePrefix", "justifyLastLine", "readingOrder", "fullCalcOnLoad",
    "tabSelected", "state", "cm", "customFormat", "thickBot", "password", "filterMode",
}


def local(name):
    return name.rsplit("}", 1)[-1]


def kinds(archive):
    """Content type of every part: by its own entry, else by its extension."""
    root = ElementTree.fromstring(archive.read("[Content_Types].xml"))
    own = {e.get("PartName").lstrip("/").lower(): e.get("ContentType") for e in root if local(e.tag) == "Override"}
    ext = {e.get("Extension").lower(): e.get("ContentType") for e in root if local(e.tag) == "Default"}
    return lambda name: own.get(name.lower()) or ext.get(name.rsplit(".", 1)[-1].lower(), "unknown")


def features(path):
    counts = Counter()
    with zipfile.ZipFile(path) as archive:
        kind_of = kinds(archive)
        for name in archive.namelist():
            content_type = kind_of(name)
            kind = content_type.replace("+xml", "").rsplit(".", 1)[-1].rsplit("/", 1)[-1]
            counts["part " + content_type] += 1
            if not (content_type.endswith("xml") or name.endswith((".xml", ".rels", ".vml"))):
                continue
            for element in ElementTree.fromstring(archive.read(name)).iter():
                tag = local(element.tag)
                if kind != "worksheet" or tag not in CELL:
                    counts[f"{kind}/{tag}"] += 1
                for attribute, value in element.attrib.items():
                    if local(attribute) in SWITCHES and value not in ("0", "false"):
                        counts[f"{kind}/{tag}@{local(attribute)}"] += 1
    return counts


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(json.dumps(features(path), ensure_ascii=False, sort_keys=True))
