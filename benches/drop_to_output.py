#!/usr/bin/env python3
"""From a file in 受付 to the finished sheet in 出力, and what the program costs while nothing happens.

Starts `run --workspace … --no-open` on a new workspace of 見本県 みほん市, drops one file of the dashboard at a time, and
waits until the journal says that it is filed away. The wait for the file to settle is subtracted. Then it counts the
processor ticks and the memory of the idle program.

    python3 benches/drop_to_output.py [target/release/chiiki-sheet] [--drops 30] [--formats xlsx,pdf] [--idle 60]
"""

import argparse
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
SETTLE = 1.0


def settings(formats):
    listed = ", ".join(f'"{one}"' for one in formats.split(","))
    return (
        f'"自地域" = "見本県みほん市"\n"比較地域" = ["見本県みなと市"]\n"地域一覧" = "areas.csv"\n'
        f'"作るもの" = [{listed}]\n"安定待ち" = {SETTLE}\n'
    )


def filed(journal, count):
    """Whether so many drops are filed away."""
    try:
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM dropped WHERE state = 'filed'").fetchone()[0] >= count
    except sqlite3.OperationalError:
        return False


def until(what, condition, patience=120):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"in vain for {what}")
        time.sleep(0.002)


def processor(process):
    """Ticks of the process and of children that ended."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return [int(one) for one in fields[11:15]]


def memory(process):
    """KiB: resident, of it without a file behind (heap, stacks), proportional share."""
    rollup = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) for line in rollup[1:]}
    return {name: found[name] for name in ("Rss", "Pss", "Anonymous", "Private_Dirty") if name in found}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program", nargs="?", default=str(PACKAGE / "target/release/chiiki-sheet"))
    arguments.add_argument("--drops", type=int, default=30)
    arguments.add_argument("--formats", default="xlsx,pdf")
    arguments.add_argument("--idle", type=int, default=60)
    given = arguments.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp())
    root = folder / "作業"
    subprocess.run([given.program, "init", str(root)], check=True, stdout=subprocess.DEVNULL)
    (root / "設定.toml").write_text(settings(given.formats), encoding="utf-8")
    shutil.copy(PACKAGE / "examples/mihon/areas.csv", root / "areas.csv")
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "user")}
    command = [given.program, "run", "--no-open", "--workspace", str(root)]
    running = subprocess.Popen(command, env=environment, stdout=(folder / "said").open("w"))
    journal = root / "台帳/journal.sqlite"
    try:
        until("the start", lambda: (root / "状態.txt").exists())
        time.sleep(2)
        print("before the first file:", memory(running.pid))
        sheets = sorted((PACKAGE / "examples/mihon/受付").glob("*_時系列*.xlsx"))[: given.drops]
        waits, before = [], processor(running.pid)
        for number, sheet in enumerate(sheets, 1):
            part = root / "受付" / f"{sheet.name}.part"
            shutil.copyfile(sheet, part)
            part.rename(root / "受付" / sheet.name)
            begin = time.monotonic()
            until(sheet.name, lambda: filed(journal, number))
            waits.append((time.monotonic() - begin - SETTLE) * 1000)
        after = processor(running.pid)
        made = sorted(path.name for path in (root / "出力").iterdir())
        tick = 1000 / os.sysconf("SC_CLK_TCK")
        own = (after[0] + after[1] - before[0] - before[1]) * tick / len(waits)
        children = (after[2] + after[3] - before[2] - before[3]) * tick / len(waits)
        ordered = sorted(waits)
        at = lambda part: ordered[min(len(ordered) - 1, int(part * len(ordered)))]
        print(f"{len(waits)} drops, {given.formats}, {len(made)} files in 出力")
        print(f"beyond the wait of {SETTLE:g} s, ms: p50 {statistics.median(waits):.0f}, p95 {at(0.95):.0f}, most {ordered[-1]:.0f}")
        print(f"processor, ms a drop: {own:.0f} of the program, {children:.0f} of its readers; load {os.getloadavg()[0]:.1f}")
        time.sleep(3)
        print("after the last file:", memory(running.pid))
        before = processor(running.pid)
        time.sleep(given.idle)
        after = processor(running.pid)
        ticks = sum(after) - sum(before)
        print(f"idle: {ticks} ticks in {given.idle} s: {ticks * tick / 10 / given.idle:.2f} % of a core", memory(running.pid))
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(folder)


main()
