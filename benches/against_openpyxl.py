#!/usr/bin/env python3
"""Times the program on workbooks against openpyxl on the same files, in one run, turn about.

    cargo build --release
    python3 benches/against_openpyxl.py target/release/chiiki-sheet FILE.xlsx...
    READER=target/release/deps/read_floor-… python3 benches/against_openpyxl.py …

With READER (the bench `read_floor`), its reading through a new child is timed as well: its own start, the child's start,
and every cell of every sheet in its hands. The program's time is that of the whole command `inspect`: its start, the reader child and its start, reading,
interpreting, settling, and telling. openpyxl's is that of load_workbook and one pass over the cells, in a process that
runs already and has the library loaded; both with all features (`values`) and in its faster streaming way.
"""

import os
import resource
import statistics
import subprocess
import sys
import time

import openpyxl

ROUNDS = 3


def spent():
    """Processor time of this process and of all children that ended, in seconds."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def timed(work):
    """Wall and processor time in ms; on a busy machine only the second means anything."""
    start, processor = time.perf_counter(), spent()
    work()
    return (time.perf_counter() - start) * 1000, (spent() - processor) * 1000


def load(paths, streaming):
    for path in paths:
        book = openpyxl.load_workbook(path, read_only=streaming, data_only=True)
        for sheet in book.worksheets:
            for row in sheet.iter_rows(values_only=True):
                for _ in row:
                    pass
        book.close()


def main():
    program, *paths = sys.argv[1:]
    command = [program, "inspect", "--year", "2023", *paths]
    kinds = {
        "chiiki-sheet inspect": lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
        "openpyxl": lambda: load(paths, False),
        "openpyxl, streaming": lambda: load(paths, True),
    }
    if reader := os.environ.get("READER"):
        kinds["reading, child included"] = lambda: subprocess.run([reader, "--once", *paths], check=True, stdout=subprocess.DEVNULL)
    times = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, work in kinds.items():
            times[name].append(timed(work))
    for at, what in enumerate(("wall", "processor")):
        ours = statistics.median(pair[at] for pair in times["chiiki-sheet inspect"])
        for name, pairs in times.items():
            all_times = [pair[at] for pair in pairs]
            median = statistics.median(all_times)
            spread = f"{min(all_times):.0f}-{max(all_times):.0f}"
            print(f"{what:9} {name}: {median:.0f} ms ({spread}), {median / ours:.1f} times inspect")


if __name__ == "__main__":
    main()
