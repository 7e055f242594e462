#!/usr/bin/env python3
"""Writes tests/data/crosstab: look-alikes of L3, L5, L6, L7 and of tables of no known layout, with damage of every kind.

The numbers are the tables below, kept by hand and importing nothing of the product; `expected.csv` lists what must be read
of each file: file, indicator, area, sex, age, service, period, value, cell. Areas are those of examples/mihon/areas.csv.
Run from anywhere; the outputs are committed.
"""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter

OUT = Path(__file__).resolve().parents[1] / "data" / "crosstab"
EXPECTED = []

# code, prefecture, name; both みなと市 and both 緑町 are there.
TOWNS = [
    ("901008", "見本県", "みほん市"),
    ("902012", "見本県", "みなと市"),
    ("912026", "例示県", "みなと市"),
    ("903019", "見本県", "緑町"),
    ("913014", "例示県", "緑町"),
]
SHOWN = {code: f"{prefecture} {name}" for code, prefecture, name in TOWNS} | {"910007": "例示県", "900001": "見本県"}
# 男, 女 at 0–64, 65–74, 75+
PEOPLE = {
    "901008": ((41210, 6120, 5230), (42130, 6890, 8410)),
    "902012": ((11310, 2020, 1930), (11020, 2110, 2740)),
    "912026": ((21550, 3050, 2870), (22040, 3340, 4120)),
    "903019": ((2110, 560, 610), (2050, 590, 880)),
    "913014": ((3120, 710, 700), (3090, 740, 1010)),
}
AGES = ("0歳～64歳", "65歳～74歳", "75歳以上")
AGES_READ = ("0~64歳", "65~74歳", "75歳以上")


def expect(file, indicator, area, period, value, cell, sex="", age="", service=""):
    EXPECTED.append((file, indicator, area, sex, age, service, period, repr(float(value)), cell))


def save(book, name):
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = io.BytesIO()
    book.save(raw)
    # The same bytes every time: fixed times, in the archive and in the properties.
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for item in sorted(source.namelist()):
            data = source.read(item)
            if item == "docProps/core.xml":
                continue
            if item == "[Content_Types].xml":
                data = data.replace(b'<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>', b"").replace(b'<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml" />', b"")
            if item == "_rels/.rels":
                data = b"".join(part for part in data.replace(b"/>", b"/>\n").splitlines(True) if b"core.xml" not in part).replace(b"/>\n", b"/>")
            target.writestr(zipfile.ZipInfo(item, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def sheet_of(rows, title="Sheet1"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return book, sheet


def put(sheet, row, column, value):
    sheet.cell(row, column, value)
    return f"{get_column_letter(column)}{row}"


def juki(name, *, order=(0, 1, 2, 3), blank_after=None, note=False, wrong_total=None, swapped_code=None, shifted=None):
    """`order`: places of 総数 and the ages; the areas whose rows must not be read are left out of the expectation."""
    book, sheet = sheet_of([], "年齢別人口（市区町村別）【総計】")
    put(sheet, 1, 1, "令和7年1月1日住民基本台帳年齢階級別人口（市区町村別）（総計）")
    row = 2
    if note:
        put(sheet, 2, 1, "※速報値です。")
        row = 3
    heads = ("総数", *AGES)
    for place, index in enumerate(order):
        put(sheet, row, 5 + place, heads[index])
        put(sheet, row + 1, 5 + place, "人")
    for column, head in enumerate(("団体コード", "都道府県名", "市区町村名", "性別"), start=1):
        put(sheet, row + 1, column, head)
    row += 2
    for code, prefecture, town in TOWNS:
        men, women = PEOPLE[code]
        both = tuple(a + b for a, b in zip(men, women))
        for sex, figures in (("計", both), ("男", men), ("女", women)):
            written = swapped_code.get(code, code) if swapped_code else code
            for column, text in enumerate((written, prefecture, "何々郡" + town if town == "緑町" else town, sex), start=1):
                put(sheet, row, column, text)
            total = sum(figures) + (1 if wrong_total == (code, sex) else 0)
            values = (total, *figures)
            for place, index in enumerate(order):
                at = 5 + place + (1 if shifted == (code, sex) else 0)
                cell = put(sheet, row, at, values[index])
                if swapped_code and code in swapped_code or shifted == (code, sex):
                    continue
                age = "" if index == 0 else AGES_READ[index - 1]
                expect(name, "X-juki-population", SHOWN[code], "2025-01-01", values[index], cell, "" if sex == "計" else sex, age)
            row += 1
        if blank_after == code:
            row += 1
    put(sheet, row, 1, "注1：この表は見本です。")
    save(book, name)


def estat(name, *, reverse=False, renamed=None):
    ages = [("001", "65～74歳", 1), ("002", "75歳以上", 2)]
    if reverse:
        ages.reverse()
    rows = [
        ["統計名：", "令和２年国勢調査 人口等基本集計"],
        ["表番号：", "9-9-9"],
        ["実施年月：", "2020年", "10月"],
        [],
        ["***", "当該数値がないもの"],
        ["X", "数値が秘匿されているもの"],
        [],
        [""] * 9 + ["/表章事項 コード"] + ["2020_01"] * 2,
        [""] * 9 + ["/表章事項"] + ["人口【人】"] * 2,
        [""] * 9 + ["/年齢 コード"] + [code for code, _, _ in ages],
        ["時間軸（年次） コード", "時間軸（年次） 補助コード", "時間軸（年次）", "男女 コード", "男女 補助コード", "男女",
         "地域 コード", "地域 補助コード", "地域", "/年齢"] + [age for _, age, _ in ages],
    ]
    for code, prefecture, town in TOWNS:
        for sex, which in (("男", 0), ("女", 1)):
            values = [PEOPLE[code][which][index] for _, _, index in ages]
            texts = [f"{value:,}" for value in values]
            if (code, sex) == ("913014", "女"):
                texts[0] = "***"
            label = renamed.get(code, town) if renamed else town
            rows.append(["2020000000", "", "2020年", "1", "", sex, code[:5], "", label, "", *texts])
            for place, (_, age, _) in enumerate(ages):
                if texts[place] != "***" and not (renamed and code in renamed):
                    cell = f"{get_column_letter(11 + place)}{len(rows)}"
                    expect(name, "X-kokusei-population", SHOWN[code], "2020-12-31", values[place], cell, sex, age.replace("～", "~"))
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)


PROVIDERS = [
    # code, prefecture, town, number, 定員
    ("901016", "見本県", "みほん市北区", "9070000001", "18"),
    ("901024", "見本県", "みほん市南区", "9070000002", "9"),
    ("901008", "見本県", "みほん市", "9070000003", "27"),
    ("902012", "見本県", "みなと市", "9070000004", "10"),
    ("912026", "例示県", "みなと市", "9170000001", ""),
    ("912026", "例示県", "みなと市", "9170000002", "12"),
    ("913014", "例示県", "緑町", "9170000003", "6"),
]


def facility(name, *, head_order=None, doubled=False, wrong_code=False):
    head = ["都道府県コード又は市町村コード", "No", "都道府県名", "市区町村名", "事業所名", "サービスの種類", "電話番号", "事業所番号", "定員"]
    order = head_order or list(range(len(head)))
    service = "地域密着型通所介護"
    rows = []
    for code, prefecture, town, number, capacity in PROVIDERS:
        code = "902012" if wrong_code and number == "9170000003" else code
        rows.append([code, number, prefecture, town, f"見本事業所{number[-4:]}", service, "000-000-0000", number, capacity])
    if doubled:
        rows.append(list(rows[3]))
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([head[index] for index in order])
        writer.writerows([[row[index] for index in order] for row in rows])
    service_column = get_column_letter(order.index(5) + 1)
    capacity_column = get_column_letter(order.index(8) + 1)
    # By hand: みほん市 with both wards 3 and 54; 例示県 みなと市 has a blank 定員.
    truth = [("901008", 3, 54, 2), ("902012", 1, 10, 5), ("912026", 2, None, 6), ("913014", 1, 6, 8)]
    for code, count, capacity, row in truth:
        if wrong_code and code in ("902012", "913014"):
            continue  # the row may be of either place
        expect(name, "X-jigyosho-count", SHOWN[code], "FY2024", count, f"{service_column}{row}", service=service)
        if capacity is not None:
            expect(name, "X-jigyosho-capacity", SHOWN[code], "FY2024", capacity, f"{capacity_column}{row}", service=service)


def region(name, *, years=("令和4年度", "令和5年度", "令和6年度"), blank=False, note=False, unknown=False):
    book, sheet = sheet_of([], "地域分析")
    put(sheet, 1, 2, "確認している地域：例示県緑町")
    row = 3
    put(sheet, row, 2, "指標")
    put(sheet, row, 4, "単位")
    for place, year in enumerate(years):
        put(sheet, row, 5 + place, year)
    truth = [
        ("高齢化率", "％", "A2", "例示県 緑町", (31.2, 31.9, 32.4)),
        ("高齢化率（例示県）", "％", "A2", "例示県", (28.1, 28.4, 28.8)),
        ("高齢化率（全国）", "％", "A2", "全国", (29.0, 29.1, 29.3)),
        ("第１号被保険者数", "人", "B1", "例示県 緑町", (3100, 3140, 3160)),
    ]
    for label, unit, indicator, area, values in truth:
        row += 1
        if blank and indicator == "B1":
            row += 1
        if note and label == "高齢化率（全国）":
            put(sheet, row, 2, "（出典）見本の統計")
            row += 1
        put(sheet, row, 2, label)
        put(sheet, row, 4, unit)
        for place, value in enumerate(values):
            cell = put(sheet, row, 5 + place, value)
            expect(name, indicator, area, f"FY{2022 + place}" if indicator == "B1" or "年度" in years[0] else "", value, cell)
    if unknown:
        row += 1
        put(sheet, row, 2, "住みよさの点数（全国）")
        for place in range(3):
            put(sheet, row, 5 + place, 77)
    save(book, name)


# Tables of no known layout: recipients by town and 年度, in 人.
YEARS = ("平成30年度", "平成31年度/令和元年度", "令和2年度")
FORM_YEARS = (2018, 2019, 2020)
RECIPIENTS = {"901008": (2410, 2480, 2520), "902012": (610, 640, 655), "912026": (820, 850, 905), "903019": (130, 128, 131)}
CHANGE = {"901008": (10, -12, 5), "902012": (-3, 0, 4), "912026": (7, 8, -9), "903019": (1, -1, 0)}


def by_town(name, *, order=("area", 0, 1, 2), blank=False, note=False, thousand=False, doubled=None, marks=False, contradiction=False):
    """Areas down, 年度 across under one merged head."""
    book, sheet = sheet_of([], "受給者")
    put(sheet, 1, 1, "介護サービス受給者数" + ("（単位：千人）" if thousand else "（単位：人）"))
    row = 2
    if note:
        put(sheet, 2, 1, "※この表は見本です。")
        row = 3
    first = 3
    for place, what in enumerate(order):
        column = 1 if what == "area" else None
        if what == "area":
            put(sheet, row + 1, 2, "市町村")
            put(sheet, row + 1, 1, "都道府県")
        else:
            put(sheet, row + 1, 2 + place, YEARS[what])
        del column
    put(sheet, row, first, "受給者数")
    sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=first + 2)
    row += 2
    for code, prefecture, town in TOWNS:
        if code not in RECIPIENTS:
            continue
        if blank and code == "912026":
            row += 1
        times = 2 if doubled == code else 1
        for time in range(times):
            put(sheet, row, 1, prefecture)
            put(sheet, row, 2, town)
            for place, what in enumerate(order):
                if what == "area":
                    continue
                value = RECIPIENTS[code][what]
                shown = value / 1000 if thousand else value
                if marks and (code, what) == ("903019", 0):
                    shown = "x"
                if contradiction and time == 1:
                    shown += 1
                cell = put(sheet, row, 2 + place, shown)
                if isinstance(shown, str) or time == 1 or contradiction and doubled == code:
                    continue
                expect(name, "X-jukyusha", SHOWN[code], f"FY{FORM_YEARS[what]}", value, cell)
            row += 1
    save(book, name)


def changes(name):
    """▲ as text, and a total that says not of what."""
    book, sheet = sheet_of([], "増減")
    put(sheet, 1, 1, "受給者数の増減（単位：人）")
    for column, head in enumerate(("都道府県", "市町村", "令和4年度", "令和5年度", "令和6年度"), start=1):
        put(sheet, 2, column, head)
    row = 3
    for code, prefecture, town in TOWNS:
        if code not in CHANGE:
            continue
        put(sheet, row, 1, prefecture)
        put(sheet, row, 2, town)
        for place, value in enumerate(CHANGE[code]):
            cell = put(sheet, row, 3 + place, f"▲ {-value}" if value < 0 else value)
            expect(name, "X-jukyusha", SHOWN[code], f"FY{2022 + place}", value, cell)
        row += 1
    put(sheet, row, 2, "合計")
    for place in range(3):
        put(sheet, row, 3 + place, sum(values[place] for values in CHANGE.values()))
    save(book, name)


def main():
    juki("L6/住民基本台帳.xlsx")
    juki("L6/列の入れ替え.xlsx", order=(2, 0, 3, 1))
    juki("L6/空の行と注記.xlsx", blank_after="902012", note=True)
    juki("L6/合計違い.xlsx", wrong_total=("912026", "男"))
    juki("L6/コードと名前の不一致.xlsx", swapped_code={"902012": "912026"})
    juki("L6/右へずれた行.xlsx", shifted=("903019", "計"))
    estat("L5/国勢調査.csv")
    estat("L5/列の入れ替え.csv", reverse=True)
    estat("L5/名前の不一致.csv", renamed={"902012": "はまかぜ市"})
    facility("L7/事業所.csv")
    facility("L7/列の入れ替え.csv", head_order=[8, 3, 2, 0, 5, 4, 6, 7, 1])
    facility("L7/同じ行.csv", doubled=True)
    facility("L7/コード違い.csv", wrong_code=True)
    region("L3/緑町.xlsx")
    region("L3/空の行と注記.xlsx", blank=True, note=True)
    region("L3/知らない指標.xlsx", unknown=True)
    by_town("表/年度が横.xlsx")
    by_town("表/列の入れ替え.xlsx", order=("area", 2, 0, 1))
    by_town("表/空の行.xlsx", blank=True)
    by_town("表/千人.xlsx", thousand=True)
    by_town("表/秘匿.xlsx", marks=True)
    by_town("表/同じ行.xlsx", doubled="902012")
    by_town("表/食い違う行.xlsx", doubled="902012", contradiction=True)
    by_town("表/注記の行.xlsx", note=True)
    changes("表/増減.xlsx")
    with open(OUT / "expected.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "indicator", "area", "sex", "age", "service", "period", "value", "cell"))
        writer.writerows(sorted(EXPECTED))


if __name__ == "__main__":
    main()
