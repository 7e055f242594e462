#!/usr/bin/env python3
"""Reads the official tables of tests/suite/layouts_official.rs without anything of the product.

Prints one line a figure: indicator, area code, sex, age, service, period, value, cell; sorted, tab-separated.
Usage: read_official.py {juki|estat|jigyosho|zaisei|ipss|gomi} FILE
"""

import csv
import sys

import openpyxl
import xlrd
from openpyxl.utils import get_column_letter


def emit(rows):
    for row in sorted(rows):
        print("\t".join(row))


def show(number):
    return repr(float(number))


def six(code):
    code = code.zfill(5)[:5]
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2)))
    return code + str((11 - total % 11) % 10)


def juki(path):
    sheet = openpyxl.load_workbook(path, read_only=True).active
    rows = list(sheet.iter_rows(values_only=True))
    ages = rows[1]
    for index, row in enumerate(rows[3:], start=4):
        if row[3] not in ("計", "男", "女"):
            continue
        area = "全国" if row[0] == "-" else row[0]
        for column in range(4, 26):
            age = "" if ages[column] == "総数" else ages[column].replace("歳～", "~")
            sex = "" if row[3] == "計" else row[3]
            cell = f"{get_column_letter(column + 1)}{index}"
            yield ("X-juki-population", area, sex, age, "", "2023-01-01", show(row[column]), cell)


def estat(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    start = next(i for i, row in enumerate(rows) if row and row[0] == "時間軸（年次） コード")
    head = rows[start]
    edge = head.index("/年齢")
    for index, row in enumerate(rows[start + 1 :], start=start + 2):
        code = row[head.index("全国～人口50万以上の市 コード")]
        area = "全国" if code == "00000" else six(code)
        sex = {"総数": ""}.get(row[head.index("男女")], row[head.index("男女")])
        for column in range(edge + 1, len(head)):
            value = show(row[column].replace(",", ""))
            cell = f"{get_column_letter(column + 1)}{index}"
            yield ("X-kokusei-population", area, sex, head[column], "", "2020-12-31", value, cell)


def jigyosho(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    head = rows[0]
    at = {name: head.index(name) for name in ("都道府県名", "市区町村名", "サービスの種類", "定員")}
    groups = {}
    for index, row in enumerate(rows[1:], start=2):
        name = row[at["市区町村名"]]
        # A ward of a designated city; 東京都's wards have no city before them.
        if name.endswith("区") and "市" in name:
            name = name[: name.index("市") + 1]
        key = (row[at["都道府県名"]] + " " + name, row[at["サービスの種類"]])
        groups.setdefault(key, []).append((index, row[at["定員"]]))
    service_column = get_column_letter(at["サービスの種類"] + 1)
    capacity_column = get_column_letter(at["定員"] + 1)
    for (area, service), found in groups.items():
        yield ("X-jigyosho-count", area, "", "", service, "FY2024", show(len(found)), f"{service_column}{found[0][0]}")
        if all(capacity.strip() for _, capacity in found):
            total = sum(int(capacity) for _, capacity in found)
            yield ("X-jigyosho-capacity", area, "", "", service, "FY2024", show(total), f"{capacity_column}{found[0][0]}")


def zaisei(path):
    sheet = openpyxl.load_workbook(path).active
    for index, row in enumerate(sheet.iter_rows(min_row=3, values_only=True), start=3):
        if row[1] is None:
            continue
        for column in range(3, 8):
            value = row[column]
            if isinstance(value, (int, float)):
                name = sheet.cell(2, column + 1).value
                yield ("X-" + name, str(row[0]).zfill(6), "", "", "", "FY2022", show(value), f"{get_column_letter(column + 1)}{index}")


def ipss(path):
    sheet = xlrd.open_workbook(path).sheet_by_index(0)
    for row in range(4, 55):
        # The western year stands beside the era year: the product reads the era, this reads the other.
        year = int(sheet.cell_value(row, 1))
        value = sheet.cell_value(row, 2) * 1000
        yield ("X-suikei-population", "全国", "", "", "", f"{year}-12-31", show(value), f"C{row + 1}")


def gomi(path):
    sheet = xlrd.open_workbook(path).sheet_by_index(0)
    eras = {"昭和": 1925, "平成": 1988}
    for row in range(3, sheet.nrows):
        label = sheet.cell_value(row, 0)
        year = eras[label[:2]] + int(label[2:-2].replace("元", "1"))
        yield ("X-suikei-population", "281000", "", "", "", f"FY{year}", show(sheet.cell_value(row, 9)), f"J{row + 1}")


if __name__ == "__main__":
    emit({"juki": juki, "estat": estat, "jigyosho": jigyosho, "zaisei": zaisei, "ipss": ipss, "gomi": gomi}[sys.argv[1]](sys.argv[2]))
