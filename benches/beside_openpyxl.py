"""Does by openpyxl what benches/beside_openpyxl.rs does: fills the template, refills a book; loads the file each time.

    beside_openpyxl.py FOLDER TIMES      prints milliseconds a file, wall and CPU, for the fill and the refill

FOLDER holds template.xlsx and fill.json, filled.xlsx and refill.json: {"sheet": {"A1": value}}.
"""
import json
import sys
import time
import warnings

import openpyxl

warnings.simplefilter("ignore")


def write(source, cells, target):
    book = openpyxl.load_workbook(source)
    for sheet, values in cells.items():
        page = book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
        merged = {area.coord: area for area in page.merged_cells.ranges}
        covered = {cell for area in merged.values() for row in area.rows for cell in list(row)[0:]}
        for at, value in values.items():
            cell = page[at]
            if (cell.row, cell.column) in covered and type(cell).__name__ == "MergedCell":
                continue
            cell.value = value
    book.save(target)


def main(folder, times):
    for source, cells in [("template.xlsx", "fill.json"), ("filled.xlsx", "refill.json")]:
        with open(f"{folder}/{cells}", encoding="utf-8") as file:
            values = json.load(file)
        write(f"{folder}/{source}", values, f"{folder}/openpyxl.xlsx")
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(times)):
            write(f"{folder}/{source}", values, f"{folder}/openpyxl.xlsx")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(wall / int(times) * 1000, cpu / int(times) * 1000)


main(*sys.argv[1:])
