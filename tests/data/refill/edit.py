"""Edits a filled sheet the way staff do, through openpyxl: edit.py IN OUT"""
import sys
import warnings

import openpyxl
from openpyxl.styles import Font

warnings.simplefilter("ignore")
book = openpyxl.load_workbook(sys.argv[1])
form = book.worksheets[0]
form.title = "検討（変更後）"
rows = [row for row in range(81, 113) if form.cell(row, 2).value]
content = [[form.cell(row, col).value for col in range(1, 85)] for row in rows]
for row, values in zip(rows, reversed(content)):
    for col, value in enumerate(values, start=1):
        form.cell(row, col).value = value
form["A14"] = "openpyxlで書いた文章"
form["A14"].font = Font(color="FFFF0000")
form.column_dimensions["A"].width = 60
extra = book.create_sheet("会議メモ", 0)
extra["A1"] = "会議のメモ"
book.save(sys.argv[2])
