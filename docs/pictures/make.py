"""Makes the pictures of docs/pictures again: sheet.png, pages 1 and 3 of the demo's sheet as LibreOffice prints them,
handout.png, the first two pages of its handout, and one-page.png, the first sheet of its 1枚もの.

Needs libreoffice-calc, poppler-utils and fonts-morisawa-bizud-gothic; run from anywhere in the project.
"""

import struct
import subprocess
import tempfile
import zlib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DPI = 80
HANDOUT_DPI = 75
# Page, and left, top, width and height of what is shown of it.
CROPS = [(1, (30, 30, 1260, 705)), (3, (30, 30, 1260, 780))]


def run(*command):
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def pixels(pdf, page, crop, dpi=DPI):
    """Width and the rows of a page as RGB bytes."""
    left, top, width, height = map(str, crop)
    command = ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page)]
    ppm = subprocess.run([*command, "-x", left, "-y", top, "-W", width, "-H", height, pdf], check=True, capture_output=True).stdout
    _, size, _, rgb = ppm.split(b"\n", 3)
    width, height = map(int, size.split())
    return width, [rgb[row * width * 3 : (row + 1) * width * 3] for row in range(height)]


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, rows):
    """An indexed PNG of the 256 commonest colours; the others become the nearest of them."""
    colours = Counter(zip(*[iter(b"".join(rows))] * 3))
    palette = [colour for colour, _ in colours.most_common(256)]
    distance = lambda one, other: sum((a - b) ** 2 for a, b in zip(one, other))
    index = {
        colour: min(range(len(palette)), key=lambda at: distance(palette[at], colour)) for colour in colours
    }
    image = b"".join(b"\0" + bytes(index[colour] for colour in zip(*[iter(row)] * 3)) for row in rows)
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    colour_table = b"".join(map(bytes, palette))
    body = chunk(b"IHDR", head) + chunk(b"PLTE", colour_table) + chunk(b"IDAT", zlib.compress(image, 9))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run("cargo", "run", "--quiet", "--", "demo", "--dir", work / "demo")
        book = next((work / "demo" / "出力").glob("*.xlsx")).rename(work / "sheet.xlsx")
        profile = f"-env:UserInstallation=file://{work}/profile"
        run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", work, book)
        pages = [pixels(work / "sheet.pdf", page, crop) for page, crop in CROPS]
        again = ["--own", "見本県 みほん市", "--compare", "見本県 みなと市", "--compare", "見本県 たかね市"]
        again += ["--workspace", work / "demo", "--out", work / "papers", "--formats", "pdf", "--handout", "1枚もの"]
        run("cargo", "run", "--quiet", "--", "fill", *again)
        form = next((work / "papers").glob("*.pdf"))
        # A3 across at this resolution.
        one_page = pixels(form, 1, (0, 0, HANDOUT_DPI * 1654 // 100, HANDOUT_DPI * 1169 // 100), HANDOUT_DPI)
        paper = next((work / "demo" / "出力").glob("*.pdf"))
        # A4 upright at this resolution.
        halves = [pixels(paper, page, (0, 0, HANDOUT_DPI * 827 // 100, HANDOUT_DPI * 1169 // 100), HANDOUT_DPI) for page in (1, 2)]
    save("handout.png", halves[0][0] * 2, [left + right for left, right in zip(halves[0][1], halves[1][1])])
    save("one-page.png", *one_page)
    width = min(width for width, _ in pages)
    rows = [row[: width * 3] for _, page in pages for row in page]
    save("sheet.png", width, rows)


def save(name, width, rows):
    target = ROOT / "docs" / "pictures" / name
    target.write_bytes(png(width, rows))
    print(f"{target.relative_to(ROOT)}: {width} × {len(rows)}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
