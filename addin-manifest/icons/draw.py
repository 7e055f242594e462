#!/usr/bin/env python3
"""Draws the icons of the ribbon button: a sheet with a heading line and three bars, the own one in a colour of its own.

    python3 addin-manifest/icons/draw.py            writes icon-16.png … icon-80.png beside this script
    python3 addin-manifest/icons/draw.py --check    says whether the files are what this script draws

Edges lie on whole pixels in every size, so that small icons stay sharp; only the corners of the sheet are rounded.
"""
import struct
import sys
import zlib
from pathlib import Path

SIZES = (16, 20, 24, 32, 40, 48, 64, 80)
# Own area deep blue, the others grey, as everywhere in the product.
GROUND, PAPER, LINE, BAR, OWN = (0x00, 0x17, 0xC1), (255, 255, 255), (0x94, 0x94, 0x94), (0xA6, 0xA6, 0xA6), (0x00, 0x17, 0xC1)
FINE = 4  # sub-pixels an edge, for the round corners


def rounded(x, y, box, radius):
    """Whether a point lies in a rectangle with round corners."""
    left, top, right, bottom = box
    if not (left <= x < right and top <= y < bottom):
        return False
    dx = max(left + radius - x, 0, x - (right - radius))
    dy = max(top + radius - y, 0, y - (bottom - radius))
    return dx * dx + dy * dy <= radius * radius


def shapes(size):
    """Boxes in pixels, drawn in this order: (colour, box, radius)."""
    unit = size / 16
    at = lambda n: round(n * unit)
    edge = at(3)
    floor = size - at(3)
    gap = max(1, at(0.75))
    width = (size - 2 * at(3.25) - 2 * gap) // 3
    left = (size - (3 * width + 2 * gap)) // 2
    yield GROUND, (0, 0, size, size), unit * 2.5
    yield PAPER, (at(1.5), at(1.5), size - at(1.5), size - at(1.5)), unit * 0.8
    yield LINE, (left, edge + at(0.5), left + 3 * width + 2 * gap, edge + at(0.5) + max(1, at(1))), 0
    for number, (height, colour) in enumerate(((3.2, BAR), (7, OWN), (4.8, BAR))):
        x = left + number * (width + gap)
        yield colour, (x, floor - at(height), x + width, floor), 0


def pixels(size):
    """Rows of RGBA."""
    drawn = list(shapes(size))
    for row in range(size):
        line = bytearray([0])
        for col in range(size):
            total = [0, 0, 0, 0]
            for sub in range(FINE * FINE):
                x, y = col + (sub % FINE + 0.5) / FINE, row + (sub // FINE + 0.5) / FINE
                hit = None
                for colour, box, radius in drawn:
                    if rounded(x, y, box, radius):
                        hit = colour
                if hit:
                    for channel in range(3):
                        total[channel] += hit[channel]
                    total[3] += 1
            covered = total[3]
            colour = [round(value / covered) for value in total[:3]] if covered else [0, 0, 0]
            line += bytes(colour + [round(255 * covered / (FINE * FINE))])
        yield bytes(line)


def png(size):
    """An RGBA picture, 8 bits a channel."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    data = zlib.compress(b"".join(pixels(size)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pixels_of(data):
    """What a picture of ours shows, whichever zlib packed it."""
    length = struct.unpack(">I", data[33:37])[0]
    return data[16:24], zlib.decompress(data[41:41 + length])


def main():
    folder, wrong = Path(__file__).parent, []
    for size in SIZES:
        path, data = folder / f"icon-{size}.png", png(size)
        if "--check" not in sys.argv:
            path.write_bytes(data)
        elif not path.exists() or pixels_of(path.read_bytes()) != pixels_of(data):
            wrong.append(path.name)
    if wrong:
        sys.exit(f"not what draw.py draws: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
