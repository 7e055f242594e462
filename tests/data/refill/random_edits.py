"""Random edits of a filled sheet through openpyxl, many books in one process.

    random_edits.py BOOK FOLDER FIRST END

Writes FOLDER/N.xlsx and FOLDER/N.json for every number from FIRST to before END: the form's name and where its columns stand after the edits (from zero).
"""
import copy
import json
import random
import sys
import warnings

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.cell_range import CellRange

warnings.simplefilter("ignore")
FIRST = 8
BLOCKS = [5, 15, 25, 35]
FIELDS = ["全国平均等との比較", "設定した仮説の確認・検証方法", "問題を解決するための対応策（理想像でも可）", "自由記述"]


def ids(form):
    return [row for row in range(FIRST, form.max_row + 1) if form.cell(row, 2).value]


def entries(form):
    return [cell for row in form.iter_rows() for cell in row if cell.value in FIELDS]


def shift(form, at, by):
    """openpyxl moves cells, not what stands beside them."""
    merged = [CellRange(area.coord) for area in form.merged_cells.ranges]
    for area in merged:
        form.unmerge_cells(area.coord)
    heights = {row: copy.copy(size) for row, size in form.row_dimensions.items()}
    (form.insert_rows if by > 0 else form.delete_rows)(at)
    for area in merged:
        if area.min_row >= at:
            area.shift(row_shift=by)
        form.merge_cells(area.coord)
    for row in list(form.row_dimensions):
        del form.row_dimensions[row]
    for row, size in heights.items():
        new = row + by if row >= at else row
        if by < 0 and row == at:
            continue
        size.index = new
        form.row_dimensions[new] = size


def copy_cells(form, source, target):
    for col in range(1, 85):
        old, new = form.cell(source, col), form.cell(target, col)
        new.value, new._style = old.value, copy.copy(old._style)


def swap(form, a, b):
    left = [form.cell(a, col).value for col in range(1, 85)]
    for col in range(1, 85):
        form.cell(a, col).value = form.cell(b, col).value
    for col, value in enumerate(left, start=1):
        form.cell(b, col).value = value


def text(dice):
    words = ["独居高齢者が多い", "<通いの場> & 「サロン」", "事業所が2か所だけ\n会議で確かめる", "𠮷野地区 🙂", "  前後の空白  "]
    return f"{dice.choice(words)} {dice.randrange(10000)}"


def edit(dice, book, form, step):
    rows = ids(form)
    row = dice.choice(rows)
    kind = dice.randrange(13)
    if kind == 0:
        near = [other for other in rows if abs(rows.index(other) - rows.index(row)) == abs(other - row)]
        swap(form, row, dice.choice(near))
    elif kind == 1:
        shift(form, row, 1)
    elif kind == 2 and len(rows) > 30:
        shift(form, row, -1)
    elif kind == 3:
        shift(form, row + 1, 1)
        copy_cells(form, row, row + 1)
    elif kind == 4:
        form.column_dimensions[dice.choice("ABCD")].width = dice.randrange(8, 70)
    elif kind == 5:
        form.row_dimensions[row].hidden = True
        form.column_dimensions[dice.choice("CD")].hidden = True
    elif kind == 6:
        form.cell(row, dice.choice(BLOCKS) + dice.randrange(3)).value = 1000.5 + dice.randrange(1000)
    elif kind == 7:
        form.cell(row, dice.choice(BLOCKS) + dice.randrange(3)).value = "確認中"
    elif kind == 8:
        form.title = f"検討 {dice.randrange(100)}"
    elif kind == 9:
        extra = book.create_sheet(f"会議メモ{step}", dice.choice([0, None]))
        extra["A1"], extra["B2"] = text(dice), dice.random()
        if dice.randrange(2):
            chart = BarChart()
            chart.add_data(Reference(form, min_col=5, min_row=FIRST, max_col=7, max_row=FIRST + 3))
            extra.add_chart(chart, "D4")
    elif kind == 10:
        form.cell(row, dice.choice(BLOCKS)).comment = Comment(text(dice), "保険係")
    elif kind == 11:
        form.cell(row, 1).font = Font(color="FFFF0000", bold=True)
        form.cell(row, 90 + dice.randrange(5)).value = text(dice)
    else:
        form.cell(row, 3).fill = PatternFill("solid", fgColor="FFFFFF00")
    if dice.randrange(2):
        heading = dice.choice(entries(form))
        at = form.cell(heading.row + 1, heading.column)
        if dice.randrange(2):
            at.value = CellRichText("仮説：", TextBlock(InlineFont(color="FFFF0000", b=True), "赤い文字"), text(dice))
        else:
            at.value = text(dice)


def main(source, folder, first, end):
    for number in range(int(first), int(end)):
        dice = random.Random(number)
        book = openpyxl.load_workbook(source, rich_text=True)
        form = book.worksheets[0]
        for step in range(3 + dice.randrange(10)):
            edit(dice, book, form, step)
        book.save(f"{folder}/{number}.xlsx")
        with open(f"{folder}/{number}.json", "w", encoding="utf-8") as file:
            blocks = [col - 1 for col in BLOCKS]
            places = {"sheet": form.title, "id_col": 1, "blocks": blocks, "year_row": 5, "first": FIRST - 1}
            json.dump(places, file, ensure_ascii=False)


main(*sys.argv[1:])
