"""An independent reading of the two real tables of the 年報: 認定率 of every insurer, for tests to compare with.

Usage: read_annual.py 第2表.xlsx 第4-1-1表.xlsx → CSV on stdout: prefecture, insurer, insured, certified, rate
(with 全国 first, and a row for every prefecture as the sum of its insurers).
"""

import csv
import sys

from openpyxl import load_workbook


def squeeze(text):
    return "".join(str(text).split()) if text is not None else ""


def rows_of(sheet, label=None):
    """(prefecture, insurer) → first figure, or the last of the row's first eight; in the order of the sheet."""
    found, prefecture = {}, ""
    for row in sheet.iter_rows(values_only=True):
        head, insurer, figures = squeeze(row[0]), squeeze(row[1]), row[2:]
        if not isinstance(figures[0], (int, float)):
            continue
        if head == "全国":
            prefecture, insurer = "", "全国"
        elif head:
            prefecture = head
        if not insurer:
            continue
        key = (prefecture, insurer)
        if key in found:
            raise SystemExit(f"twice: {key}")
        found[key] = figures[7] if label else figures[0]
    return found


def main():
    insured = rows_of(load_workbook(sys.argv[1], data_only=True).worksheets[0])
    book = load_workbook(sys.argv[2], data_only=True)
    sheet = next(sheet for sheet in book.worksheets if "第１号" in squeeze(sheet["C5"].value))
    certified = rows_of(sheet, "合計")
    if insured.keys() != certified.keys():
        raise SystemExit("the two tables hold different insurers")
    out = csv.writer(sys.stdout)
    sums = {}
    for key, people in insured.items():
        prefecture, insurer = key
        out.writerow([prefecture, insurer, people, certified[key], repr(certified[key] / people * 100)])
        if prefecture:
            total = sums.setdefault(prefecture, [0, 0])
            total[0] += people
            total[1] += certified[key]
    for prefecture, (people, ill) in sums.items():
        out.writerow([prefecture, "", people, ill, repr(ill / people * 100)])


main()
