"""Writes addin-manifest/openapi.json, the description of the local service's interface.

    python3 tests/support/openapi.py          writes it
    python3 tests/support/openapi.py --check  tells whether the committed file is what this writes

The suite compares the routes with the service's own table and its answers with the schemas.
"""

import json
import pathlib
import sys

TARGET = pathlib.Path(__file__).parents[2] / "addin-manifest" / "openapi.json"


def text(**more):
    return {"type": "string", **more}


def whole(**more):
    return {"type": "integer", **more}


def number(**more):
    return {"type": "number", **more}


def flag():
    return {"type": "boolean"}


def many(items, **more):
    return {"type": "array", "items": items, **more}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(schema):
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def thing(required, optional=None, closed=True):
    """An object; names in `optional` may be left out."""
    properties = {**required, **(optional or {})}
    made = {"type": "object", "properties": properties, "required": sorted(required)}
    if closed:
        made["additionalProperties"] = False
    return made


def free():
    """An object of another part of the product, described there."""
    return {"type": "object"}


YEAR = whole(minimum=2000, maximum=2100)
KEY = text(minLength=1, maxLength=200)

wish = thing(
    {"own": KEY},
    {
        "compare": many(KEY, maxItems=60),
        "from": maybe(YEAR),
        "to": maybe(YEAR),
        "add": many(KEY, maxItems=60),
    },
)

# The sample's insurer, so that whoever asks by this description gets past the first question.
wish["examples"] = [{"own": "見本県みほん市", "compare": ["見本県みなと市"], "from": 2023, "to": 2025}]

schemas = {
    "Problem": thing({"code": text(), "message": text(), "hint": text()}),
    "Wish": wish,
    "Diagnostic": thing(
        {
            "severity": text(enum=["error", "warning", "info"]),
            "code": text(),
            "message": text(),
            "hint": maybe(text()),
            "place": thing({"file": maybe(text()), "sheet": maybe(text()), "cell": maybe(text())}),
        }
    ),
    "Workspace": thing({"name": text(), "path_shown": text()}),
    "Area": thing(
        {
            "code": text(),
            "name": text(),
            "kana": text(),
            "prefecture": maybe(text()),
            "level": text(enum=["nation", "prefecture", "insurer", "municipality", "ward", "other"]),
            "has_data": flag(),
        },
        {"insurer": text()},
    ),
    "Job": thing(
        {
            "id": text(),
            "kind": text(enum=["fill", "refill", "handout"]),
            "state": text(enum=["queued", "running", "done", "failed", "cancelled"]),
            "step": text(),
            "done": whole(minimum=0),
            "total": whole(minimum=0),
            "started": text(),
            "error": maybe(ref("Problem")),
            "report": maybe(ref("Report")),
        }
    ),
    "Report": thing(
        {
            "outputs": many(
                thing({"kind": text(enum=["xlsx", "pdf"]), "name": text(), "sheet_id": maybe(text())})
            ),
            "ledger": free(),
            "changes": free(),
            "diagnostics": many(ref("Diagnostic")),
        }
    ),
    "Drop": thing(
        {
            "id": text(),
            "name": text(),
            "at": text(),
            "outcome": text(
                enum=[
                    "read",
                    "refused",
                    "empty",
                    "waiting",
                    "settling",
                    "doing",
                    "failed",
                    "duplicate",
                    "answered",
                    "gone",
                    "declined",
                ]
            ),
            "layout": maybe(text()),
            "code": maybe(text()),
            "message": text(),
            "hint": text(),
            "filed_to": maybe(text()),
            "diagnostics": many(ref("Diagnostic")),
            "duplicate_of": maybe(text()),
            "sheets_made": many(text()),
            "question": maybe(ref("Question")),
        }
    ),
    "Question": thing(
        {"kind": text(enum=["table", "year"]), "message": text(), "sheet": text()},
        {
            "confidence": number(minimum=0, maximum=1),
            "preview": many(text()),
            "mapping": free(),
            "figures": whole(minimum=0),
            "problem": maybe(text()),
        },
    ),
    "Handout": thing({"id": text(), "kind": text(), "name": text()}),
    "SheetItem": thing(
        {
            "id": text(),
            "name": text(),
            "file": text(),
            "insurer": text(),
            "code": text(),
            "prefecture": text(),
            "years": many(whole()),
            "changed": text(),
            "made": text(),
            "status": text(enum=["private", "shared"]),
            "handouts": many(ref("Handout")),
            "texts_filled": whole(minimum=0, maximum=15),
            "cautions": whole(minimum=0),
            "locked": flag(),
            "read": flag(),
        }
    ),
    "Settings": thing(
        {
            "own": many(text()),
            "compare": many(text()),
            "from": maybe(whole()),
            "to": maybe(whole()),
            "add": many(text()),
            "formats": many(text()),
            "handout": many(text()),
            "above": number(),
            "below": number(),
        }
    ),
    "Figure": {
        "oneOf": [
            number(),
            thing({"missing": text(enum=["not_applicable", "unknown", "suppressed", "blank"])}),
        ]
    },
    "Indicator": thing(
        {
            "id": text(),
            "name": text(),
            "unit": text(),
            "decimals": whole(minimum=0),
            "adjusted": flag(),
            "unstable": flag(),
            "doubtful": flag(),
            "cautions": many(text()),
            "values": many(many(ref("Figure"))),
            "difference": maybe(number()),
            "ratio": maybe(number()),
            "ratio_decimals": whole(minimum=2),
            "verdict": maybe(text()),
            "rank": maybe(text()),
        },
        {
            "sources": many(
                many(
                    maybe(
                        thing({"file": text(), "sheet": text(), "cell": text(), "note": maybe(text())})
                    )
                )
            ),
            "cells": many(many(maybe(text()))),
        },
    ),
    "Preview": thing(
        {
            "title": text(),
            "insurer": text(),
            "prefecture": text(),
            "own": thing({"code": text(), "name": text()}),
            "years": many(
                thing(
                    {"form_year": whole(), "wareki": text(), "part_year": flag(), "months": maybe(whole())}
                )
            ),
            "main_year": maybe(whole()),
            "made_on": text(),
            "areas": many(
                thing(
                    {
                        "role": text(enum=["own", "prefecture", "nation", "other"]),
                        "name": text(),
                        "code": text(),
                        "full_name": text(),
                    }
                )
            ),
            "thresholds": thing({"above": number(), "below": number()}),
            "blocks": many(
                thing(
                    {
                        "name": text(),
                        "indicators": many(ref("Indicator")),
                        "texts": many(free()),
                        "trends": many(free()),
                    }
                )
            ),
            "scatters": many(free()),
            "main_points": many(thing({"label": text(), "text": text()})),
            "topics": many(thing({"text": text(), "check": many(text())})),
            "credit": text(),
            "sources": many(free()),
            "cautions": many(thing({"text": text(), "place": maybe(text()), "detail": flag(), "pointer": flag()})),
            "missing": thing(
                {"wanted": whole(minimum=0), "present": whole(minimum=0), "gaps": whole(minimum=0)}
            ),
            "diagnostics": many(ref("Diagnostic")),
        },
        {},
        closed=False,
    ),
    "Text": thing(
        {
            "block": text(),
            "field": text(enum=["comparison", "hypothesis", "verification", "measures", "free_text"]),
            "heading": text(),
            "text": text(),
            "draft": flag(),
            "rich": flag(),
            "place": thing({"sheet": text(), "cell": text()}),
            "hash": text(),
        }
    ),
    "History": thing(
        {
            "at": text(),
            "kind": text(enum=["made", "refilled", "text", "status", "paper", "copied"]),
            "added": whole(minimum=0),
            "revised": whole(minimum=0),
            "gone": whole(minimum=0),
        }
    ),
}

schemas["Sheet"] = thing(
    {
        **schemas["SheetItem"]["properties"],
        "selection": wish,
        "form_sheet": text(),
        "comparison": maybe(ref("Preview")),
        "texts": many(ref("Text")),
        "comments": many(thing({"sheet": text(), "cell": text(), "author": text(), "text": text()})),
        "cautions": many(
            thing(
                {
                    "text": text(),
                    "level": text(),
                    "kind": text(),
                    "hint": text(),
                    "place": {"anyOf": [thing({"sheet": text(), "cell": text()}), text()]},
                }
            )
        ),
        "memo": many(
            thing(
                {
                    "block": text(),
                    "cell": text(),
                    "fact": text(),
                    "candidates": text(),
                    "checks": text(),
                    "question": text(),
                }
            )
        ),
        "history": many(ref("History")),
    }
)

# --- addresses ------------------------------------------------------------------------------------------------------

PROBLEMS = {
    "400": "not to be understood",
    "401": "key or token missing or wrong",
    "403": "asked from elsewhere",
    "404": "not there",
    "405": "not this method",
    "408": "too slow",
    "409": "not now: no workspace yet, open in Excel, …",
    "413": "too large",
    "415": "not JSON",
    "422": "a value that cannot be",
    "429": "too many jobs waiting",
    "431": "head too large",
    "500": "a fault of the product",
    "503": "the PC does not do it: disk full, …",
}

paths = {}


def answer(schema, kind="application/json"):
    answers = {"200": {"description": "done", "content": {kind: {"schema": schema}}}}
    return answers | {status: {"$ref": f"#/components/responses/{status}"} for status in PROBLEMS}


def add(method, path, summary, schema, body=None, query=(), key=True, kind="application/json"):
    operation = {"summary": summary, "responses": answer(schema, kind)}
    parameters = [
        {"name": name, "in": "query", "required": required, "schema": of} for name, required, of in query
    ]
    if "{id}" in path:
        parameters.insert(0, {"name": "id", "in": "path", "required": True, "schema": text(minLength=1, maxLength=100)})
    if parameters:
        operation["parameters"] = parameters
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    operation["security"] = [{"key": []}] if key else []
    paths.setdefault("/api/v1" + path, {})[method] = operation


empty = thing({})

add(
    "get", "/ping", "Shows that this is the service of whoever knows the key",
    thing({"product": text(), "api": whole(), "proof": text()}),
    query=[("nonce", False, text(maxLength=64))], key=False,
)
add("post", "/launch", "A launch link's token becomes the key", thing({"key": text()}), thing({"token": text()}), key=False)
add("post", "/launch-link", "A new address that opens the page once", thing({"url": text()}), empty)
add(
    "get", "/hello", "What runs here",
    thing({
        "product": text(), "version": text(), "api": whole(), "workspace": maybe(ref("Workspace")),
        "setup": flag(), "demo": flag(), "own": flag(), "today": text(),
        "features": thing({"tls": flag(), "addin": flag(), "officejs": flag(), "powerquery": flag()}),
    }),
)
add("get", "/openapi.json", "This description", free())
add(
    "get", "/setup", "Places for a workspace",
    thing({"candidates": many(thing({"id": text(), "label": text(), "path_shown": text(), "exists": flag()}))}),
)
add("post", "/setup", "Makes or opens a workspace at one of the places", thing({"workspace": ref("Workspace")}), thing({"candidate": text()}))
add("post", "/setup/sample", "Makes the sample workspace", thing({"workspace": ref("Workspace")}), empty)
add(
    "get", "/state", "How things stand; ask again and again",
    thing({
        "generation": whole(minimum=0), "watching": text(enum=["running", "polling", "stopped"]), "folder_ok": flag(),
        "inbox": thing({"waiting": whole(minimum=0), "settling": whole(minimum=0)}),
        "work": maybe(thing({"step": text(), "done": whole(), "total": whole()})),
        "paused": flag(), "jobs": many(ref("Job")), "last_drops": many(ref("Drop")), "notices": many(ref("Problem")),
        "disk_ok": flag(), "sheets_pending": whole(minimum=0),
    }),
    query=[("since", False, whole(minimum=0))],
)
add(
    "get", "/areas", "Areas by name, reading or code", thing({"areas": many(ref("Area"))}),
    query=[
        ("q", False, text(maxLength=100)), ("prefecture", False, text(maxLength=20)),
        ("with_data", False, text(enum=["0", "1"])), ("limit", False, whole(minimum=0, maximum=100)),
    ],
)
suggested = {"code": text(), "name": text(), "insured": maybe(number()), "share75": maybe(number())}
add(
    "get", "/areas/suggest", "Areas to compare with, and the rule",
    thing({
        "rule": text(), "own": thing(suggested), "areas": many(thing({**suggested, "why": text()})),
        "remembered": many(ref("Area")),
    }),
    query=[("own", True, KEY)],
)
add("get", "/prefectures", "All prefectures", thing({"prefectures": many(thing({"code": text(), "name": text()}))}))
add(
    "get", "/indicators", "Indicators by purpose",
    thing({"purposes": many(thing({"name": text(), "children": many(thing({"name": text(), "indicators": many(thing({
        "id": text(), "name": text(), "unit": text(), "on_form": flag(), "block": maybe(text()), "has_data": flag(),
        "restricted": flag(), "note": text(),
    }))}))}))}),
)
add("get", "/settings", "The workspace's settings", thing({"settings": ref("Settings")}))
add(
    "post", "/settings", "Changes settings; what is left out stays", thing({"settings": ref("Settings")}),
    thing({}, {
        "own": many(KEY), "compare": many(KEY), "from": maybe(YEAR), "to": maybe(YEAR), "add": many(KEY),
        "formats": many(text(enum=["xlsx", "pdf"])), "handout": many(text(enum=["配布資料", "1枚もの", "記入用"])),
        "above": maybe(number(exclusiveMinimum=0)), "below": maybe(number(exclusiveMinimum=0)),
    }),
)
add(
    "get", "/sheets", "The sheets of 出力",
    thing({
        "total": whole(minimum=0), "page": whole(minimum=1), "size": whole(minimum=1), "pending": whole(minimum=0),
        "items": many(ref("SheetItem")),
    }),
    query=[
        ("q", False, text(maxLength=100)), ("status", False, text(enum=["private", "shared", "all"])),
        ("insurer", False, text(maxLength=100)), ("changed_since", False, text(format="date")),
        ("sort", False, text(enum=["name", "insurer", "changed"])), ("order", False, text(enum=["asc", "desc"])),
        ("page", False, whole(minimum=0, maximum=100000)), ("size", False, whole(minimum=0, maximum=200)),
    ],
)
add("get", "/sheets/{id}", "One sheet with its figures and texts", ref("Sheet"))
add("post", "/sheets/{id}/status", "未公開 or 共有済み, as a note of this PC", ref("SheetItem"), thing({"shared": flag()}))
add(
    "post", "/sheets/{id}/texts", "Saves texts into the workbook",
    thing({
        "saved": many(thing({"block": text(), "field": text(), "hash": text()})),
        "conflicts": many(thing({"block": text(), "field": text(), "now": text(), "hash": text()})),
        "copy": maybe(text()),
    }),
    thing({"changes": many(thing({
        "block": text(), "field": schemas["Text"]["properties"]["field"], "hash": text(), "text": text(),
    }))}),
)
job = thing({"job": ref("Job")})
add("post", "/sheets/{id}/refill", "Fills the sheet anew, keeping what people wrote", job, thing({}, {"selection": maybe(ref("Wish")), "adopt": flag()}))
add("post", "/sheets/{id}/handout", "Prints papers of the sheet", job, thing({}, {"kinds": many(text(enum=["配布資料", "1枚もの", "記入用"]))}))
add("post", "/sheets/{id}/copy", "Copies the sheet under another name", thing({"id": text(), "name": text()}), thing({"name": text()}))
add(
    "post", "/sheets/{id}/open", "Opens the sheet, a paper or the folder on this PC", thing({"opened": flag()}),
    thing({"what": text(enum=["xlsx", "pdf", "folder"])}, {"handout": maybe(text()), "old": flag()}),
)
add(
    "get", "/sheets/{id}/file", "The bytes", text(format="binary"), kind="*/*",
    query=[("kind", False, text(enum=["xlsx", "pdf"])), ("handout", False, text(maxLength=100))],
)
add(
    "get", "/sheets/{id}/source", "Where a figure came from", thing({"explain": free(), "text": text()}),
    query=[("sheet", False, text(maxLength=100)), ("cell", True, text(maxLength=20))],
)
add(
    "get", "/sheets/{id}/changes", "What the last refill changed",
    thing({"line": maybe(text()), "changes": many(thing({
        "kind": text(enum=["new", "revised", "gone", "kept", "mention"]), "indicator": text(), "name": text(),
        "area": text(), "year": maybe(whole()), "old": text(), "new": text(), "cell": text(), "source_old": text(),
        "source_new": text(),
    }))}),
)
add("post", "/preview", "Figures and sentences before anything is made", ref("Preview"), ref("Wish"))
add(
    "post", "/update-plan", "New figures for the sheet that is open in Excel; the pane decides which cells get them",
    thing(
        {
            "areas": many(thing({"role": text(), "key": text(), "name": text()})),
            "indicators": many(thing({"id": text(), "name": text(), "unit": text()})),
            "figures": many(
                thing(
                    {
                        "indicator": text(),
                        "area": text(),
                        "year": YEAR,
                        "number": maybe(number()),
                        "mark": maybe(text()),
                        "record": many(text()),
                    }
                )
            ),
            "diagnostics": many(ref("Diagnostic")),
        }
    ),
    thing({"own": text(), "years": many(YEAR)}, {"compare": many(text()), "add": many(text())}),
)
add(
    "post", "/missing", "What is missing, and the downloads that bring it",
    thing({
        "areas": many(text()), "years": many(whole()), "main_year": maybe(whole()), "wanted": whole(), "present": whole(),
        "none": whole(), "not_yet": whole(), "gaps": many(free()), "downloads": many(free()), "under_way": many(free()),
        "diagnostics": many(ref("Diagnostic")), "text": text(), "notes": many(ref("Diagnostic")),
    }),
    ref("Wish"),
)
add(
    "post", "/jobs", "Makes a sheet", job,
    thing(
        {"kind": text(enum=["fill"]), "own": KEY},
        {
            **{name: of for name, of in wish["properties"].items() if name != "own"},
            "formats": many(text(enum=["xlsx", "pdf"])), "handout": many(text(enum=["配布資料", "1枚もの", "記入用"])),
        },
    ),
)
add("get", "/jobs/{id}", "How a job stands", ref("Job"))
add("post", "/jobs/{id}/cancel", "Ends a job before its next step", ref("Job"), empty)
add("get", "/jobs/{id}/sheet", "The made workbook, for insertWorksheetsFromBase64", thing({"name": text(), "base64": text(), "sheets": many(text())}))
add("post", "/drops", "Drops a file into 受付", thing({"drop": ref("Drop")}), thing({"name": text(minLength=1, maxLength=200), "base64": text()}))
add(
    "get", "/drops", "What became of files", thing({"items": many(ref("Drop")), "page": whole(), "more": flag()}),
    query=[("page", False, whole(minimum=0, maximum=1000))],
)
add("get", "/drops/{id}", "One file, with its question", thing({"drop": ref("Drop")}))
add(
    "post", "/drops/{id}/answer", "Answers the question of a waiting file", thing({"drop": ref("Drop"), "saved": maybe(text())}),
    thing({"accept": flag()}, {"corrections": free(), "save_as": maybe(text())}),
)
add("post", "/intake", "The reading of files rests after the file it is at, or goes on", thing({"paused": flag()}), thing({"paused": flag()}))
add("get", "/log", "The last lines of the log", thing({"lines": many(thing({"at": text(), "level": text(), "text": text()}))}))
add("get", "/licences", "Whose work is in the program", thing({"text": text()}))
add(
    "get", "/doctor", "Whether all is well",
    thing({"checks": many(thing({"id": text(), "name": text(), "ok": maybe(flag()), "message": text(), "hint": maybe(text())}))}),
)
add("post", "/stop", "Ends the service", thing({"stopping": flag()}), empty)
add(
    "post", "/table-token", "Switches tables for Excel's data connection on or off",
    thing({"url": maybe(text()), "m_code": maybe(text()), "steps": many(text())}),
    thing({"on": flag()}, {"sheet": maybe(text())}),
)
table = [("token", True, text(maxLength=100)), ("sheet", True, text(maxLength=100))]
add("get", "/table.csv", "A sheet's figures as CSV", text(), query=table, key=False, kind="text/csv")
add("get", "/table.json", "A sheet's figures as JSON", thing({"rows": many(free())}), query=table, key=False)

document = {
    "openapi": "3.1.0",
    "info": {
        "title": "chiiki-sheet local service",
        "version": "1",
        "description": "Listens on 127.0.0.1 only. Every change is a POST of JSON with the key in X-Chiiki-Key. "
        "Mistakes are {code, message, hint}, the sentences in Japanese.",
    },
    "servers": [{"url": "http://127.0.0.1:{port}", "variables": {"port": {"default": "49152"}}}],
    "paths": paths,
    "components": {
        "schemas": schemas,
        "responses": {
            status: {"description": meaning, "content": {"application/json": {"schema": ref("Problem")}}}
            for status, meaning in PROBLEMS.items()
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Chiiki-Key"}},
    },
}

if __name__ == "__main__":
    made = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == made else f"{TARGET} is not what this writes")
    TARGET.write_text(made, encoding="utf-8")
