"""Reads a workbook with openpyxl and prints its cells as JSON: {"sheet": {"A1": [value, formula or null]}}."""
import json
import sys
import warnings

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula

warnings.simplefilter("ignore")
path = sys.argv[1]
values = openpyxl.load_workbook(path, data_only=True, keep_vba=path.endswith("m"))
formulas = openpyxl.load_workbook(path, keep_vba=path.endswith("m"))
book = {}
for sheet in formulas.worksheets:
    cells = book[sheet.title] = {}
    for row in sheet.iter_rows():
        for cell in row:
            value = values[sheet.title][cell.coordinate].value
            formula = cell.value
            if isinstance(formula, ArrayFormula):
                formula = formula.text
            elif cell.data_type != "f":
                formula = None
            if value is not None or formula is not None:
                if not isinstance(value, (int, float, str, bool, type(None))):
                    value = str(value)
                cells[cell.coordinate] = [value, formula]
print(json.dumps(book, ensure_ascii=False))
