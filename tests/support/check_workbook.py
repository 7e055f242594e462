"""Checks the demo's workbook by openpyxl, which shares no code with the product.

    figures BOOK EXPECTED.csv        every figure of the form against the table of truth
    readers BOOK CELLS.tsv           openpyxl against the cells calamine reads (examples/list_cells.rs)
    without-results BOOK COPY        a copy whose formulas carry no results
    computed BOOK COPY               results written by us against those a spreadsheet program computed in a copy
"""

import csv
import math
import re
import sys
import warnings
import zipfile
from collections import Counter

import openpyxl
from openpyxl.utils import get_column_letter

warnings.simplefilter("ignore")

FORM = "地域分析・検討シート"
COMPARISON = "比較と判定"
ID_COLUMN = 2
NAME_ROW, YEAR_ROW = 4, 6
MARKS = {"not_applicable": "―", "unknown": "－", "suppressed": "－"}


def close(a, b):
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)


def places(sheet):
    """(area, year) → columns and 指標ID → rows, by what a person reads in the headings."""
    columns, area = {}, None
    for column in range(ID_COLUMN + 1, sheet.max_column + 1):
        area = sheet.cell(NAME_ROW, column).value or area
        year = sheet.cell(YEAR_ROW, column).value
        if area and isinstance(year, (int, float)):
            columns.setdefault((area, int(year)), column)
    rows = {}
    for row in range(YEAR_ROW + 1, sheet.max_row + 1):
        if sheet.cell(row, ID_COLUMN).value:
            rows.setdefault(sheet.cell(row, ID_COLUMN).value, row)
    return columns, rows


def figures(book, expected):
    sheet = openpyxl.load_workbook(book, data_only=True)[FORM]
    columns, rows = places(sheet)
    kinds = Counter()
    with open(expected, encoding="utf-8", newline="") as file:
        for want in csv.DictReader(file):
            column, row = columns.get((want["area"], int(want["year"]))), rows.get(want["indicator"])
            if column is None or row is None:
                yield f"no place for {want['indicator']} {want['area']} {want['year']}"
                continue
            found = sheet.cell(row, column).value
            place = f"{get_column_letter(column)}{row} {want['indicator']} {want['area']} {want['year']}"
            if want["value"]:
                kinds["figures"] += 1
                if isinstance(found, bool) or not isinstance(found, (int, float)) or not close(found, float(want["value"])):
                    yield f"{place}: {found!r}, should be {want['value']}"
            elif want["missing"] == "no_data":
                kinds["empty places"] += 1
                if found is not None:
                    yield f"{place}: {found!r}, should be empty"
            else:
                kinds["marks"] += 1
                if found != MARKS[want["missing"]]:
                    yield f"{place}: {found!r}, should be {MARKS[want['missing']]}"
    numbers = sum(
        isinstance(sheet.cell(row, column).value, (int, float)) for row in rows.values() for column in columns.values()
    )
    if numbers != kinds["figures"]:
        yield f"{numbers} numbers on the form, {kinds['figures']} expected"
    if kinds["figures"] < 39 * 3 * 3:
        yield f"only {kinds['figures']} figures were expected: the table of truth is cut short"
    print("note: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))


def readers(book, cells):
    by_openpyxl = {
        (sheet.title, cell.coordinate): cell.value
        for sheet in openpyxl.load_workbook(book, data_only=True)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    by_calamine = {}
    with open(cells, encoding="utf-8", newline="") as file:
        for line in file.read().split("\n")[:-1]:
            # A text may hold tabs and other kinds of line ends.
            sheet, at, kind, value = line.split("\t", 3)
            by_calamine[sheet, at] = float(value) if kind == "number" else value
    for place in sorted(by_openpyxl.keys() | by_calamine.keys()):
        one, other = by_openpyxl.get(place), by_calamine.get(place)
        if isinstance(one, (int, float)) and isinstance(other, float):
            same = one == other
        else:
            same = isinstance(one, str) and isinstance(other, str) and one.replace("\n", "\\n") == other
        if not same:
            yield f"{place[0]} {place[1]}: openpyxl {one!r}, calamine {other!r}"
    if len(by_openpyxl) < 1000:
        yield f"only {len(by_openpyxl)} cells"
    print(f"note: {len(by_openpyxl)} cells read alike")


def without_results(book, copy):
    removed = 0
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content, count = re.subn(rb"(</f>|<f[^>]*/>)<v>[^<]*</v>", rb"\1", content)
                removed += count
            target.writestr(name, content)
    if removed < 100:
        yield f"only {removed} results of formulas found"


def computed(book, copy):
    formulas = openpyxl.load_workbook(book)[COMPARISON]
    ours = openpyxl.load_workbook(book, data_only=True)[COMPARISON]
    theirs = openpyxl.load_workbook(copy, data_only=True)[COMPARISON]
    count = 0
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type != "f":
                continue
            count += 1
            one, other = ours[cell.coordinate].value, theirs[cell.coordinate].value
            # An empty text is read back as no value at all.
            one, other = ("" if value is None else value for value in (one, other))
            numbers = isinstance(one, (int, float)) and isinstance(other, (int, float))
            if not (close(one, other) if numbers else one == other):
                yield f"{COMPARISON} {cell.coordinate}: written {one!r}, computed {other!r}"
    if count < 100:
        yield f"only {count} formulas"
    print(f"note: {count} results of formulas equal those computed by LibreOffice")


COMMANDS = {"figures": figures, "readers": readers, "without-results": without_results, "computed": computed}


def main():
    command, *arguments = sys.argv[1:]
    wrong = list(COMMANDS[command](*arguments))
    for line in wrong[:50]:
        print(line)
    if wrong:
        print(f"{len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
