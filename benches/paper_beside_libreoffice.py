"""Times making the paper of one filled sheet beside LibreOffice converting that sheet to PDF, in turn, in one run.

    cargo build --release
    python3 benches/paper_beside_libreoffice.py [RUNS]

Both are whole processes from start to exit. The paper's process also reads the store and fills the sheet anew, which
LibreOffice need not. LibreOffice converts the one sheet alone (its start counts), then twenty copies in one call, whose
share a sheet is what a batch costs. Needs soffice.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "chiiki-sheet"
BATCH = 20


def timed(command):
    """Wall and CPU seconds and the peak memory in MB of a command that must succeed."""
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def row(name, samples, share=1):
    walls, cpus, peaks = ([sample[at] / (share if at < 2 else 1) * (1000 if at < 2 else 1) for sample in samples] for at in range(3))
    spread = lambda values: f"{min(values):7.0f} {statistics.median(values):7.0f} {max(values):7.0f}"
    print(f"{name:<34} wall {spread(walls)} ms   CPU {spread(cpus)} ms   peak {max(peaks):5.0f} MB")
    return statistics.median(walls), statistics.median(cpus)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    if not PROGRAM.exists() or not shutil.which("soffice"):
        raise SystemExit("needs target/release/chiiki-sheet (cargo build --release) and soffice")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        timed([PROGRAM, "demo", "--dir", work / "demo"])
        book = next((work / "demo" / "出力").glob("*.xlsx"))
        sheet = shutil.copy(book, work / "sheet.xlsx")
        many = work / "many"
        many.mkdir()
        copies = [shutil.copy(book, many / f"sheet{number}.xlsx") for number in range(BATCH)]
        paper = [PROGRAM, "fill", "--own", "見本県 みほん市", "--workspace", work / "demo", "--out", work / "out"]
        paper += ["--formats", "pdf", "--date", "2026-11-22"]
        office = ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", "--convert-to", "pdf"]
        office += ["--outdir", work / "pdf"]
        timed(paper), timed([*office, sheet])
        ours, one, batch = [], [], []
        for _ in range(runs):
            ours.append(timed(paper))
            one.append(timed([*office, sheet]))
            batch.append(timed([*office, *copies]))
        print(f"{runs} runs in turn; minimum, median, maximum")
        mine = row("chiiki-sheet fill --formats pdf", ours)
        alone = row("LibreOffice, one sheet", one)
        shared = row(f"LibreOffice, a sheet of {BATCH} in a call", batch, BATCH)
        for name, other in (("one sheet", alone), (f"a sheet of {BATCH}", shared)):
            print(f"LibreOffice ({name}) takes {other[0] / mine[0]:.1f} times the wall time, {other[1] / mine[1]:.1f} times the CPU time")


if __name__ == "__main__":
    main()
