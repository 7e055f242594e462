#!/usr/bin/env python3
"""Writes tests/data/read/files: odd, damaged and hostile files of a made-up insurer, each as small as it can be.

Only the Python standard library; every byte is fixed, so a second run changes nothing:

    python3 tests/support/make_bad_files.py
"""
import io
import pathlib
import struct
import zipfile
import zlib

OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "read" / "files"
DATE = (2026, 1, 1, 0, 0, 0)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def save(name, data):
    if isinstance(data, str):
        data = data.encode()
    (OUT / name).write_bytes(data)


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts:
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = method
            archive.writestr(info, data, compresslevel=9 if method == zipfile.ZIP_DEFLATED else None)
    return out.getvalue()


SHEET = (
    f'{XML}<worksheet xmlns="{MAIN}"><dimension ref="A1:C3"/><sheetData>'
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2"><v>1234</v></c><c r="C2"><v>19.3712</v></c></row>'
    '<row r="3"><c r="A3" t="inlineStr"><is><t>あざみ町</t></is></c><c r="B3"><v>56</v></c><c r="C3" t="e"><v>#DIV/0!</v></c></row>'
    '</sheetData><mergeCells count="1"><mergeCell ref="B4:C4"/></mergeCells></worksheet>'
)
STRINGS = (
    f'{XML}<sst xmlns="{MAIN}" count="4" uniqueCount="4"><si><t>保険者</t></si><si><t>認定者数</t></si>'
    "<si><r><t>認定</t></r><r><t>率</t></r><rPh sb=\"0\" eb=\"2\"><t>ニンテイ</t></rPh></si><si><t>みほん市</t></si></sst>"
)


def sheet(rows, before="", after=""):
    return f'{XML}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts(**changes):
    """The parts of a small workbook; a part given as None is left out."""
    base = {
        "[Content_Types].xml": f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PKG}"><Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="認定" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PKG}"><Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": STRINGS,
        "xl/worksheets/sheet1.xml": SHEET,
    }
    names = {"types": "[Content_Types].xml", "rels": "_rels/.rels", "workbook": "xl/workbook.xml",
             "wbrels": "xl/_rels/workbook.xml.rels", "strings": "xl/sharedStrings.xml",
             "sheet1": "xl/worksheets/sheet1.xml", "styles": "xl/styles.xml", "sheet2": "xl/worksheets/sheet2.xml"}
    for key, data in changes.items():
        base[names[key]] = data
    return [(name, data) for name, data in base.items() if data is not None]


def book(**changes):
    return zipped(parts(**changes))


def two_sheets(names, types=("worksheet", "worksheet"), states=("", "")):
    tags = "".join(f'<sheet name="{n}" sheetId="{i}"{s} r:id="rId{i}"/>' for i, (n, s) in enumerate(zip(names, states), 1))
    rels = "".join(f'<Relationship Id="rId{i}" Type="{REL}/{t}" Target="worksheets/sheet{i}.xml"/>' for i, t in enumerate(types, 1))
    return {
        "workbook": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{tags}</sheets></workbook>',
        "wbrels": f'{XML}<Relationships xmlns="{PKG}">{rels}</Relationships>',
        "sheet2": sheet('<row r="2"><c r="B2"><v>2</v></c></row>'),
    }


# --- compound files (OLE) and BIFF -------------------------------------------------------------------------------

def compound(streams, loop=False):
    """A version 3 compound file; every stream is padded to 4096 bytes so that none is a mini stream."""
    end, free, fat_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    sectors, fat, entries = [], [], []
    for name, data in streams:
        size = max(len(data), 4096)
        data = data.ljust(-(-size // 512) * 512, b"\0")
        start, count = len(sectors), len(data) // 512
        sectors += [data[i * 512:(i + 1) * 512] for i in range(count)]
        fat += [start + i + 1 for i in range(count - 1)] + [start if loop else end]
        entries.append((name, 2, start, size))
    directory = b""
    table = [("Root Entry", 5, end, 0)] + entries
    for index, (name, kind, start, size) in enumerate(table):
        raw = name.encode("utf-16-le") + b"\0\0"
        child = 1 if index == 0 and entries else free
        right = index + 1 if 0 < index < len(table) - 1 else free
        directory += raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, free, right, child) + bytes(36) + struct.pack("<IQ", start, size)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    first_dir, dirs = len(sectors), len(directory) // 512
    sectors += [directory[i * 512:(i + 1) * 512] for i in range(dirs)]
    fat += [first_dir + i + 1 for i in range(dirs - 1)] + [end]
    fat_sector = len(sectors)
    fat.append(fat_mark)
    fat += [free] * (128 - len(fat))
    assert len(fat) == 128
    sectors.append(struct.pack("<128I", *fat))
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, first_dir, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", fat_sector, *([free] * 108))
    return header + b"".join(sectors)


def record(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def biff(cells, dimensions=None, globals_extra=b"", names=("認定",), position=None, tail=b"", eof=True):
    """A BIFF8 stream with the given cell records in every sheet."""
    bof = lambda kind: record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))
    head = bof(5) + globals_extra + record(0x0042, struct.pack("<H", 1200)) + record(0x00E0, bytes(20))
    sheets = [record(0x0085, struct.pack("<IBBBB", 0, 0, 0, len(n), 1) + n.encode("utf-16-le")) for n in names]
    start = len(head) + sum(map(len, sheets)) + 4
    body = bof(0x10) + record(0x0200, dimensions or struct.pack("<IIHHH", 0, 3, 0, 3, 0)) + b"".join(cells) + tail
    body += record(0x000A) if eof else b""
    out = head
    for index, name in enumerate(names):
        at = position if position is not None else start + index * len(body)
        out += record(0x0085, struct.pack("<IBBBB", at, 0, 0, len(name), 1) + name.encode("utf-16-le"))
    return out + record(0x000A) + body * len(names)


def number(row, col, value):
    return record(0x0203, struct.pack("<HHHd", row, col, 0, value))


def rk(row, col, value):
    return record(0x027E, struct.pack("<HHHi", row, col, 0, value << 2 | 2))


def label(row, col, text):
    return record(0x0204, struct.pack("<HHHHB", row, col, 0, len(text), 1) + text.encode("utf-16-le"))


CELLS = [label(0, 0, "保険者"), label(0, 1, "認定者数"), label(1, 0, "みほん市"), rk(1, 1, 1234), number(1, 2, 19.3712)]


def xls(*args, **kwargs):
    return compound([("Workbook", biff(*args, **kwargs))])


# --- other formats -----------------------------------------------------------------------------------------------

CSV = "保険者,認定者数,認定率\r\nみほん市,\"1,234\",19.4\r\n①髙﨑町,56,-\r\n"
HTML = ('<html><head><meta charset="{charset}"><title>出力</title></head><body><table border="1"><tr><th rowspan="2">保険者</th>'
        '<th colspan="2">認定</th></tr><tr><th>人数</th><th>率</th></tr><tr><td>みほん市</td><td x:num="1234.5">1,235</td><td>19.4&nbsp;</td></tr></table></body></html>')
ML = ('<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n{dtd}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
      'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">{body}</Workbook>')
ML_BODY = ('<Worksheet ss:Name="認定"><Table><Row><Cell ss:MergeAcross="1"><Data ss:Type="String">みほん市</Data></Cell><Cell><Data ss:Type="Number">19.3712</Data></Cell></Row>'
           '<Row ss:Index="4"><Cell ss:Index="3"><Data ss:Type="DateTime">2025-03-31T00:00:00.000</Data></Cell><Cell ss:Formula="=R1C3*2"/>'
           '<Cell><Comment><ss:Data>メモ</ss:Data></Comment><Data ss:Type="Boolean">1</Data></Cell></Row></Table></Worksheet>'
           '<Worksheet ss:Name="控え"><Table><Row><Cell><Data ss:Type="String">&lt;65歳&#x3042;</Data></Cell></Row></Table>'
           '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>')
ODS_HEAD = ('<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s">'
            '<office:automatic-styles><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>')
ODS_TABLE = ('<table:table table:name="認定"><table:table-column/><table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"/></table:table-row>'
             '<table:table-row><table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>みほん<text:s text:c="2"/>市</text:p></table:table-cell><table:covered-table-cell/>'
             '<table:table-cell office:value-type="float" office:value="19.3712"><text:p>19.4</text:p></table:table-cell>'
             '<table:table-cell office:value-type="date" office:date-value="2025-03-31"><text:p>R7.3.31</text:p></table:table-cell><table:table-cell table:formula="of:=1+1"/></table:table-row></table:table>'
             '<table:table table:name="控え" table:style-name="ta2"><table:table-row><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{repeat}"><text:p>1</text:p></table:table-cell></table:table-row></table:table>')
ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"


def ods(content=ODS_HEAD + ODS_TABLE.format(repeat=2) + ODS_TAIL, manifest="<manifest:manifest/>", kind="spreadsheet"):
    return zipped([("mimetype", f"application/vnd.oasis.opendocument.{kind}"), ("content.xml", content), ("META-INF/manifest.xml", manifest)])


def patched(data, old, new, count=1):
    assert data.count(old) >= 1, old
    return data.replace(old, new, count)


def sizes_changed(data, part, size):
    """Rewrites the declared inflated size of one part in its local header and in the directory."""
    data = bytearray(data)
    for signature, name_at, size_at in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            if data[at + name_at:at + name_at + len(part)] == part.encode():
                struct.pack_into("<I", data, at + size_at, size)
    return bytes(data)


def flagged(data, bit):
    """Sets a general purpose bit in every header."""
    data = bytearray(data)
    for signature, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data[at + flag_at] |= bit
    return bytes(data)


def cp932_zip(entries):
    """A zip as Windows folders write it: names in CP932 without the UTF-8 flag."""
    out, directory = b"", b""
    for name, data in entries:
        raw, crc = name.encode("cp932"), zlib.crc32(data)
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x5C21, crc, len(data), len(data), len(raw), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + raw
        out += b"PK\x03\x04" + common + raw + data
    return out + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(out), 0)


def make():
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    good = book()

    # read as they are
    save("良い.xlsx", good)
    save("良い.xls", xls(CELLS))
    save("良い.ods", ods())
    save("良い.xml", ML.format(dtd="", body=ML_BODY))
    save("中身はxlsx.xls", good)
    save("中身はxls.xlsx", xls(CELLS))
    save("中身はCSV.xlsx", CSV)
    save("中身はHTML.xls", HTML.format(charset="utf-8"))
    save("中身はHTML-CP932.xls", HTML.format(charset="Shift_JIS").encode("cp932"))
    save("中身はHTML-EUC.xls", HTML.format(charset="EUC-JP").encode("euc_jp"))
    save("中身はSpreadsheetML.xls", "\ufeff" + ML.format(dtd="", body=ML_BODY))
    save("端のセル.xlsx", book(sheet1=sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')))
    save("広い範囲を名乗る.xlsx", book(sheet1=sheet('<row r="2"><c r="B2"><v>2</v></c></row>', before='<dimension ref="A1:XFD1048576"/>')))
    save("同じ番地が2つ.xlsx", book(sheet1=sheet('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>')))
    prefixed = {key: data for key, data in parts()}
    for name in ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
        text = prefixed[name].replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
        prefixed[name] = "\ufeff" + text
    save("接頭辞つき（.NET）.xlsx", zipped(prefixed.items()))
    save("番地なし.xlsx", book(sheet1=sheet("<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>")))
    save("計算されていない式.xlsx", book(sheet1=sheet('<row r="1"><c r="A1"><v>5</v></c><c r="B1"><f>A1*2</f></c><c r="C1"><f>A1*3</f><v>15</v></c><c r="D1" t="str"><f>""</f><v></v></c></row>')))
    save("数でない数.xlsx", book(sheet1=sheet('<row r="1"><c r="A1"><v>NaN</v></c><c r="B1"><v>1e999</v></c><c r="C1"><v>-Infinity</v></c><c r="D1"><v>7</v></c></row>')))
    styles = (f'{XML}<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="[$-411]ggge&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="165" formatCode="#,##0&quot;人&quot;;&quot;▲&quot;#,##0"/></numFmts>'
              '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="46"/></cellXfs></styleSheet>')
    dates = sheet('<row r="1"><c r="A1" s="1"><v>45747</v></c><c r="B1" s="2"><v>-1234</v></c><c r="C1" s="3"><v>1.5</v></c><c r="D1" t="d"><v>2025-03-31</v></c><c r="E1" t="b"><v>1</v></c></row>')
    save("日付.xlsx", book(styles=styles, sheet1=dates))
    percent = styles.replace('<xf numFmtId="46"/>', '<xf numFmtId="10"/>').replace("#,##0&quot;人&quot;;", "0.0&quot;%&quot;;")
    save("パーセント表示.xlsx", book(styles=percent, sheet1=sheet('<row r="1"><c r="A1" s="3"><v>0.194</v></c><c r="B1" s="2"><v>19.4</v></c><c r="C1" s="3" t="inlineStr"><is><t>率</t></is></c><c r="D1" s="3"/></row>')))
    formats = record(0x041E, struct.pack("<HHB", 164, 4, 0) + b"0.0%") + record(0x041E, struct.pack("<HHB", 165, 6, 1) + '0.0"%"'.encode("utf-16-le"))
    formats += b"".join(record(0x00E0, struct.pack("<HH", 0, f) + bytes(16)) for f in (164, 165, 10))
    cells = [record(0x0203, struct.pack("<HHHd", 0, 0, 0, 0.194)), record(0x0203, struct.pack("<HHHd", 0, 1, 1, 19.4)),
             record(0x00BD, struct.pack("<HHHiHiH", 1, 0, 1, 3 << 2 | 2, 2, 1 << 2 | 2, 1))]
    save("パーセント表示.xls", xls(cells, globals_extra=formats))
    save("パーセント表示.ods", ods(ODS_HEAD + ODS_TABLE.format(repeat=2).replace('"float" office:value="19.3712"', '"percentage" office:value="0.193712"') + ODS_TAIL))
    ml_style = '<Styles><Style ss:ID="s1"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="s2"><NumberFormat ss:Format="0"/></Style></Styles>'
    save("パーセント表示.xml", ML.format(dtd="", body=ml_style + '<Worksheet ss:Name="率"><Table><Row><Cell ss:StyleID="s1"><Data ss:Type="Number">0.194</Data></Cell><Cell ss:StyleID="s2"><Data ss:Type="Number">19</Data></Cell></Row></Table></Worksheet>'))
    old = parts()[2][1].replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    save("日付1904.xlsx", book(styles=styles, sheet1=dates, workbook=old))
    save("隠しシート.xlsx", book(**two_sheets(("表紙", "控え"), states=("", ' state="veryHidden"'))))
    save("グラフシートつき.xlsx", book(**two_sheets(("表", "グラフ"), types=("worksheet", "chartsheet"))))
    save("とても大きな共有式番号.xlsx", book(sheet1=sheet('<row r="1"><c r="A1"><f t="shared" si="99999999999" ref="A1:A2">1+1</f><v>2</v></c></row>')))
    save("大きさを偽る.xls", xls(CELLS, dimensions=struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0)))
    save("CP932.csv", CSV.encode("cp932"))
    save("UTF8-BOM.csv", "\ufeff" + CSV)
    save("UTF16LE.csv", ("\ufeff" + CSV.replace(",", "\t").replace("1\t234", "1,234")).encode("utf-16-le"))
    save("UTF16BE.csv", ("\ufeff" + CSV).encode("utf-16-be"))
    save("EUC.csv", CSV.replace("①髙﨑町", "あざみ町").encode("euc_jp"))
    save("JIS.csv", CSV.replace("①髙﨑町", "あざみ町").encode("iso2022_jp"))
    save("タブ区切り.txt", "保険者\t認定者数\r\nみほん市\t1,234\r\n")
    save("空行と折り返し.csv", "題名\n\n\"みほん市\n（県央）\",1\n\n\nあざみ町,2\n")

    # zips of downloads
    save("まとめ.zip", cp932_zip([("令和7年度/認定.xlsx", good), ("令和7年度/人口.csv", CSV.encode("cp932")), ("__MACOSX/._認定.xlsx", b"x"), ("~$認定.xlsx", b"x"), (".DS_Store", b"x"), ("令和7年度/", b"")]))
    save("まとめ（UTF-8、壊れた1つ）.zip", zipped([("認定.xlsx", good[:300]), ("../../外へ/人口.csv", CSV.encode()), ("別/人口.csv", CSV.encode())]))
    save("zipの中のzip.zip", zipped([("中.zip", cp932_zip([("人口.csv", CSV.encode())])), ("人口.csv", CSV)]))
    save("パスワードつき.zip", flagged(zipped([("人口.csv", CSV)]), 1))
    save("空の.zip", b"PK\x05\x06" + bytes(18))
    save("表のない.zip", zipped([(".DS_Store", "x"), ("__MACOSX/a", "x")]))

    # not complete
    save("0バイト.xlsx", b"")
    save("~$良い.xlsx", b"\x06" + "見本".encode("utf-16-le").ljust(164, b"\0"))
    for part in (1, 5, 9):
        save(f"途中まで{part}割.xlsx", good[: len(good) * part // 10])
    save("最後だけない.xlsx", good[:-8])
    save("後ろが0の列.xlsx", good[: len(good) // 2] + bytes(len(good) - len(good) // 2))
    save("すべて0.xlsx", bytes(600))
    save("途中まで.xls", xls(CELLS)[:3000])
    save("先頭だけ.xls", xls(CELLS)[:520])
    save("途中まで.ods", ods()[:400])
    save("途中まで.html.xls", HTML.format(charset="utf-8")[:230])
    save("途中までSpreadsheetML.xls", ML.format(dtd="", body=ML_BODY)[:500])

    # locked
    save("パスワードつき.xlsx", compound([("EncryptionInfo", b"\x04\x00\x04\x00"), ("EncryptedPackage", bytes(64))]))
    save("パスワードつき.xls", xls(CELLS, globals_extra=record(0x002F, struct.pack("<H", 1) + bytes(50))))
    save("パスワードつき.ods", ods(manifest='<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'))

    # too large
    filler = sheet("<row>" + " " * 20_000_000 + "</row>")
    bomb = book(sheet1=filler)
    save("ふくらむ.xlsx", bomb)
    save("大きさを偽ってふくらむ.xlsx", sizes_changed(bomb, "xl/worksheets/sheet1.xml", 900))
    save("大きさを大きく偽る.xlsx", sizes_changed(good, "xl/worksheets/sheet1.xml", 0xFFFFFFF0))
    save("長すぎる文字.xlsx", book(sheet1=sheet('<row r="7"><c r="B7" t="inlineStr"><is><t>' + "あ" * 40_000 + "</t></is></c></row>")))
    save("列が多すぎる.csv", "a" + "," * 17_000 + "b\n")
    save("遠いセル.xls", xls(CELLS + [number(65535, 65535, 1.0)]))
    save("行番号あふれ.xlsx", book(sheet1=sheet('<row r="4294967297"><c r="A4294967297"><v>1</v></c></row>')))
    save("行番号が大きい.xlsx", book(sheet1=sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048577"><c r="A1048577"><v>1</v></c></row>')))
    save("くり返しの多い.ods", ods(ODS_HEAD + ODS_TABLE.format(repeat=4_000_000_000) + ODS_TAIL))

    # damaged
    save("CRC違い.xlsx", patched(zipped(parts(), zipfile.ZIP_STORED), b"<v>1234</v>", b"<v>1334</v>"))
    save("workbookなし.xlsx", book(workbook=None))
    save("relsなし.xlsx", book(rels=None))
    save("シートの部品なし.xlsx", book(sheet1=None))
    save("文字の番号違い.xlsx", book(sheet1=SHEET.replace("<v>3</v>", "<v>99</v>")))
    save("文字の表なし.xlsx", book(strings=None))
    save("文字の個数を偽る.xlsx", book(strings=STRINGS.replace('uniqueCount="4"', 'uniqueCount="99999999999999"')))
    save("XMLが途中まで.xlsx", book(sheet1=SHEET[:420]))
    save("XMLが壊れている.xlsx", book(sheet1=SHEET.replace("<v>1234</v></c>", "<v>1234<<</v></c>")))
    save("番地が変.xlsx", book(sheet1=SHEET.replace('r="B2"', 'r="22"')))
    save("真偽値が変.xlsx", book(sheet1=SHEET.replace('<c r="B2">', '<c r="B2" t="b">')))
    save("同じ名前のシート.xlsx", book(**two_sheets(("表", "表"))))
    save("同じ名前のシート.xls", xls(CELLS, names=("表", "表")))
    duplicate = zipped([("xl/worksheets/sheet9.xml", SHEET)] + parts())
    save("同じ名前の部品.xlsx", duplicate.replace(b"sheet9.xml", b"sheet1.xml"))
    save("圧縮方式が違う.xlsx", zipped(parts(), zipfile.ZIP_BZIP2))
    save("部品が暗号化.xlsx", flagged(good, 1))
    save("中身が空.xlsx", book(sheet1=sheet("")))
    save("FATが輪.xls", compound([("Workbook", biff(CELLS))], loop=True))
    save("Workbookなし.xls", compound([("Contents", b"x")]))
    save("シート位置が外.xls", xls(CELLS, position=0x00FFFFFF))
    save("シートが終わらない.xls", xls(CELLS, tail=record(0x0208, bytes(16)), eof=False))
    save("閉じない引用符.csv", "保険者,値\nみほん市,1\n\"あざみ町,2\nさざれ町,3\n")
    save("途中で閉じる引用符.csv", "保険者,値\nみほん市,\"1\nあざみ町,\"2\"\nさざれ町,3\n")
    save("文字化け.csv", CSV.encode("cp932") + b"\x81\x20\xff\xfd\xa0,1\n")
    save("途中からCP932.csv", CSV.encode() + "さざれ町,3\n".encode("cp932") + b"\x82\xff\xff,4\n")
    save("NULつき.csv", b"a,b\n1,\x00\x00\n")
    save("SpreadsheetMLの番号が変.xls", ML.format(dtd="", body=ML_BODY.replace('ss:Index="4"', 'ss:Index="0"')))
    save("SpreadsheetMLの文書型.xls", ML.format(dtd='<!DOCTYPE x [<!ENTITY a "b">]>', body=ML_BODY.replace("みほん市", "&a;")))
    save("SpreadsheetMLの実体.xls", ML.format(dtd="", body=ML_BODY.replace("みほん市", "&a;")))
    save("途中までcontent.ods", ods((ODS_HEAD + ODS_TABLE.format(repeat=2))[:-200]))
    save("外部実体.xlsx", book(strings=STRINGS.replace("<sst", '<!DOCTYPE sst [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n<sst').replace("みほん市", "&e;")))
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "笑"}">' for i in range(10))
    save("十億の笑い.xlsx", book(sheet1=SHEET.replace("<worksheet", f"<!DOCTYPE w [{laughs}]>\n<worksheet").replace("あざみ町", "&l9;")))
    save("宣言のない実体.xlsx", book(sheet1=SHEET.replace("あざみ町", "&e;")))

    # no tables
    save("PDF.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\n")
    save("Word.xlsx", zipped([("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")]))
    save("PowerPoint.xlsx", zipped([("[Content_Types].xml", "<Types/>"), ("ppt/presentation.xml", "<p/>")]))
    save("Word.xls", compound([("WordDocument", b"x")]))
    save("バイナリブック.xlsb", zipped([("[Content_Types].xml", "<Types/>"), ("xl/workbook.bin", b"\x83\x01\x00")]))
    save("文書.ods", ods(kind="text"))
    save("画像.csv", b"\x89PNG\r\n\x1a\n" + bytes(20))
    save("写真.xls", b"\xff\xd8\xff\xe0" + bytes(20))
    save("リッチテキスト.csv", b"{\\rtf1\\ansi test}")
    save("7z.zip", b"7z\xbc\xaf\x27\x1c" + bytes(20))
    save("lzh.xls", b"\x20\x00-lh5-" + bytes(20))
    save("単一ファイル.xls", "MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
    save("Excel4.xls", bytes.fromhex("09040600000410000000"))
    save("案内.html", "<!DOCTYPE html><html><body><p>ログインしてください</p></body></html>")
    save("図.svg.xml", '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')
    save("データ.json", '{"files":[]}')


make()
